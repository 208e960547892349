import { describe, expect, it } from 'vitest'
import type { DecisionInput } from '../../src/model/decision.js'
import type { Effect } from '../../src/model/effect.js'
import type { Lineage } from '../../src/model/lineage.js'
import { readsNothing } from '../../src/model/lineage.js'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import { explain } from '../../src/policy/explain.js'
import { loadPolicy } from '../../src/policy/load.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { loadError } from './load-error.js'

type Rule = Readonly<Record<string, unknown>>

const users = 'table:public.users'
const email = { resource: users, column: 'email' }
const pii: Rule = { id: 'pii', target: 'db', columns: ['public.users.email'], with: 'redact' }

function policyOf(...mask: readonly Rule[]): Rule {
  return {
    version: 1,
    targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
    roles: {
      agent: [
        { target: ['db', 'other'], duty: '*' },
        { target: 'db', duty: 'opaque' },
      ],
      auditor: [{ target: 'db', duty: 'read' }],
    },
    hold: [{ id: 'unread', duty: 'opaque', require: [{ stage: 's', count: 1, role: 'dba' }], ttl: '1m' }],
    mask,
  }
}

function withApprovers(policy: Rule): Rule {
  return { ...policy, roles: { ...(policy['roles'] as Rule), dba: [{ target: ['db', 'other'], duty: 'approve' }] } }
}

const load = (...mask: readonly Rule[]): CompiledPolicy =>
  loadPolicy({ name: 'test', content: withApprovers(policyOf(...mask)) })
const problem = (...mask: readonly Rule[]): string => loadError(withApprovers(policyOf(...mask))).message

const read: Effect = { duty: 'read', resource: users, attributes: {} }

function decide(policy: CompiledPolicy, more: Partial<DecisionInput>, lineage?: Partial<Lineage>) {
  return policy.decide({
    roles: ['agent'],
    target: { name: 'db', kind: 'fake', labels: {} },
    operation: 'query',
    text: '',
    effects: [read],
    ...(lineage !== undefined && { lineage: { ...readsNothing, ...lineage } }),
    ...more,
  })
}

describe('a mask rule', () => {
  it.each<[string, readonly Rule[], string]>([
    ['neither columns nor detect', [{ id: 'a', with: 'redact' }], 'mask[0]: a mask has either columns or detect'],
    ['both', [{ ...pii, detect: ['email'] }], 'a mask has either columns or detect'],
    ['no columns', [{ ...pii, columns: [] }], 'mask[0].columns: the list needs at least one entry'],
    ['no detectors', [{ id: 'a', detect: [], with: 'redact' }], 'mask[0].detect: the list needs at least one entry'],
    ['no exceptions', [{ ...pii, except: [] }], 'mask[0].except: the list needs at least one entry'],
    ['no operator', [{ id: 'a', columns: ['a.b.c'] }], 'mask[0].with'],
    ['an unknown operator', [{ ...pii, with: 'blur' }], 'mask[0].with: expected one operator'],
    ['an unknown setting', [{ ...pii, with: { partial: { keep: 1 } } }], 'mask[0].with.partial.keep: unknown key'],
    ['an unknown detector', [{ id: 'a', detect: ['emil'], with: 'redact' }], 'did you mean "email"?'],
    ['an unknown role', [{ ...pii, except: ['auditr'] }], 'mask[0].except[0]: unknown role "auditr"'],
    ['an unknown key', [{ ...pii, column: 'a' }], 'unknown key "column"; did you mean "columns"?'],
    [
      'a lookup of what is found',
      [{ id: 'a', detect: ['email'], with: 'redact', lookup: { distinct: '1/h' } }],
      'mask[0].lookup: only columns',
    ],
    ['a lookup that is no rate', [{ ...pii, lookup: { distinct: 'few' } }], 'mask[0].lookup.distinct: write how many'],
    ['a column without its table', [{ ...pii, columns: ['users.email'] }], 'write it as schema.table.column'],
    ['a part of a step', [{ ...pii, columns: ['public.users.e*'] }], '"*" stands for a whole segment'],
    ['any number of steps', [{ ...pii, columns: ['public.users.**'] }], 'write it as schema.table.column'],
    ['a taken id', [pii, pii], 'the id "pii" is taken'],
    ['an unknown target', [{ ...pii, target: 'dbb' }], 'mask[0].target'],
    ['no target at all', [{ ...pii, target: { env: 'none' } }], 'it selects no target'],
    [
      'one column masked in two ways',
      [pii, { ...pii, id: 'b', with: 'null' }],
      'mask[1].columns[0]: "pii" masks this column by another operator',
    ],
    [
      'one detector in two ways',
      [
        { id: 'a', detect: ['email'], with: 'null' },
        { id: 'b', detect: ['email'], with: 'redact' },
      ],
      'mask[1].detect: "a" masks what email finds',
    ],
  ])('is refused with %s', (_what, rules, says) => {
    expect(problem(...rules)).toContain(says)
  })

  it('may say the same twice, and another thing on another target', () => {
    const masks = load(pii, { ...pii, id: 'b' }, { ...pii, id: 'c', target: 'other', with: 'null' }).masks
    expect([...(masks?.keys() ?? [])]).toEqual(['pii', 'b', 'c'])
  })

  it('is part of the digest in all that it says', () => {
    const rules: readonly Rule[] = [
      pii,
      { ...pii, columns: ['public.users.name'] },
      { ...pii, with: 'null' },
      { ...pii, except: ['auditor'] },
      { ...pii, lookup: { distinct: '1/h' } },
      { ...pii, target: ['db', 'other'] },
    ]
    expect(new Set([load(), ...rules.map((rule) => load(rule))].map(({ digest }) => digest)).size).toBe(
      rules.length + 1,
    )
  })
})

const used = 'it may be given back, not compared, ordered, grouped or copied'

describe('a decision about masked columns', () => {
  it('denies what does more than give them back, by the rule and with the column', () => {
    const decision = decide(load(pii), {}, { elsewhere: [email], read: [email] })
    expect(decision).toMatchObject({
      effect: 'deny',
      rules: ['pii'],
      reasons: [{ rule: 'pii', reason: `public.users.email is masked by pii: ${used}` }],
    })
  })

  it.each([
    { resource: '*', column: '*' },
    { resource: '*', column: 'email' },
    { resource: users, column: '*' },
    { resource: 'no resource', column: 'email' },
  ])('denies what may be any of them: %j', (source) => {
    expect(decide(load(pii), {}, { elsewhere: [source] }).effect).toBe('deny')
  })

  it.each([
    { resource: users, column: 'id' },
    { resource: 'table:public.orders', column: 'email' },
    { resource: 'table:private.users', column: 'email' },
    { resource: '*', column: 'id' },
    { resource: 'table:public.orders', column: '*' },
  ])('lets others be used: %j', (source) => {
    expect(decide(load(pii), {}, { elsewhere: [source] }).effect).toBe('allow')
  })

  it('finds them by patterns, quoted names and every kind of relation', () => {
    const policy = load({ ...pii, columns: ['public.cards.*', '*.*.ssn', 'public."a.b".c'] })
    const denied = (resource: string, column: string): boolean =>
      decide(policy, {}, { elsewhere: [{ resource, column }] }).effect === 'deny'
    expect(denied('table:public.cards', 'number')).toBe(true)
    expect(denied('view:secret.people', 'ssn')).toBe(true)
    expect(denied('table:public."a.b"', 'c')).toBe(true)
    expect(denied('table:public.card', 'number')).toBe(false)
  })

  it('denies look-ups without a budget, and counts those with one', () => {
    const lookups = [{ ...email, values: 3 }]
    expect(decide(load(pii), {}, { lookups })).toMatchObject({ effect: 'deny', rules: ['pii'] })
    const decision = decide(load({ ...pii, lookup: { distinct: '20/h' } }), {}, { lookups: [...lookups, ...lookups] })
    expect(decision).toMatchObject({ obligations: { masks: { lookups: [{ rule: 'pii', values: 6 }] } } })
  })

  it('says of a write that it tells whether a value is there', () => {
    const lookups = [{ ...email, values: 1, written: true as const }]
    const reason =
      'public.users.email is masked by pii: writing it tells whether a value is there, which needs a lookup budget'
    const denied = decide(load(pii), {}, { lookups })
    expect(denied).toMatchObject({ effect: 'deny', reasons: [{ rule: 'pii', reason }] })
    const decision = decide(load({ ...pii, lookup: { distinct: '20/h' } }), {}, { lookups })
    expect(decision).toMatchObject({ obligations: { masks: { lookups: [{ rule: 'pii', values: 1 }] } } })
  })

  it.each([0, -1, 1.5, Number.NaN])('denies %d look-ups', (values) => {
    const policy = load({ ...pii, lookup: { distinct: '20/h' } })
    expect(decide(policy, {}, { lookups: [{ ...email, values }] }).effect).toBe('deny')
  })

  it('denies look-ups that one of two rules has no budget for', () => {
    const policy = load({ ...pii, lookup: { distinct: '20/h' } }, { ...pii, id: 'b' })
    expect(decide(policy, {}, { lookups: [{ ...email, values: 1 }] })).toMatchObject({ effect: 'deny', rules: ['b'] })
  })

  it('denies what reads a table that has lost a column which a rule names', () => {
    const relations = [{ resource: users, columns: ['id', 'mail'] }]
    expect(decide(load(pii), {}, { relations })).toMatchObject({
      effect: 'deny',
      reasons: [{ rule: 'pii', reason: 'pii masks public.users.email, which is not there any more' }],
    })
    expect(decide(load(pii), {}, { relations: [{ resource: users, columns: ['email'] }] }).effect).toBe('allow')
    const pattern = load({ ...pii, columns: ['public.*.email'] })
    expect(decide(pattern, {}, { relations }).effect).toBe('allow')
  })

  it.each<[string, Effect, 'deny' | 'allow']>([
    ['every column', read, 'deny'],
    ['the column', { ...read, attributes: { columns: ['id', 'email'] } }, 'deny'],
    ['whole rows', { ...read, attributes: { columns: ['*'] } }, 'deny'],
    ['other columns', { ...read, attributes: { columns: ['id'] } }, 'allow'],
    ['another table', { ...read, resource: 'table:public.orders' }, 'allow'],
    ['a transfer', { ...read, duty: 'transfer' }, 'deny'],
    ['a program', { duty: 'execute', resource: 'function:public.f', attributes: {} }, 'deny'],
    ['a write', { ...read, duty: 'write' }, 'allow'],
  ])('without lineage: %s', (_what, effect, outcome) => {
    expect(decide(load(pii), { effects: [effect] }).effect).toBe(outcome)
  })

  it('denies what cannot be understood instead of asking people, without lineage', () => {
    const effect: Effect = { duty: 'opaque', resource: 'statement:unknown', attributes: {} }
    expect(decide(load(), { effects: [effect] }).effect).toBe('hold')
    expect(decide(load(pii), { effects: [effect] })).toMatchObject({ effect: 'deny', rules: ['pii'] })
    const found = load({ id: 'notes', detect: ['email'], with: 'redact' })
    expect(decide(found, { effects: [effect] }).effect).toBe('hold')
  })

  it('denies a lineage that is none', () => {
    const lineage = {} as Lineage
    expect(decide(load(pii), { lineage }).effect).toBe('deny')
  })

  it('is about the targets of the rule alone', () => {
    const target = { name: 'other', kind: 'fake', labels: {} }
    const decision = decide(load(pii), { target }, { elsewhere: [email] })
    expect(decision.effect).toBe('allow')
    expect(decision).not.toHaveProperty('obligations.masks')
  })

  it('masks whole where rules differ, and by the operator where they do not', () => {
    const outputs = [{ sources: [email], plain: true }]
    const masksOf = (...rules: readonly Rule[]): unknown => {
      const decision = decide(load(...rules), {}, { outputs })
      return decision.effect === 'deny' ? undefined : decision.obligations.masks?.outputs
    }
    const wide = { ...pii, id: 'wide', columns: ['public.*.*'] }
    expect(masksOf(pii, wide)).toEqual([{ rules: ['pii', 'wide'], whole: false }])
    expect(masksOf(pii, { ...wide, with: 'null' })).toEqual([{ rules: ['pii', 'wide'], whole: true }])
  })

  it('hides from whoever is asked by all rules of the target, and where nobody is asked by none', () => {
    const opaque: Effect = { duty: 'opaque', resource: 'statement:unknown', attributes: {} }
    const policy = load({ ...pii, except: ['agent'] }, { ...pii, id: 'there', target: 'other' })
    const written = { written: [email], given: [{ place: { parameter: 1 }, columns: [email] }] }
    expect(decide(policy, { effects: [opaque] }, written)).toMatchObject({
      effect: 'hold',
      obligations: { hides: { rules: ['pii'], given: { some: [{ place: { parameter: 1 }, rules: ['pii'] }] } } },
    })
    const decision = decide(policy, {}, written)
    expect(decision).toMatchObject({ effect: 'allow' })
    expect('obligations' in decision && decision.obligations).not.toHaveProperty('hides')
  })

  it('takes no mask away for a role that only restricts', () => {
    const policy = load({ ...pii, except: ['auditor'] })
    const elsewhere = [email]
    expect(decide(policy, { roles: ['auditor'] }, { elsewhere }).effect).toBe('allow')
    expect(decide(policy, { roles: ['agent'], restrictingRoles: ['auditor'] }, { elsewhere }).effect).toBe('deny')
    expect(decide(policy, { roles: ['agent', 'unknown'] }, { elsewhere }).effect).toBe('deny')
  })

  it('is remembered for a frozen lineage, and made anew for one that may change', () => {
    const policy = load(pii)
    const lineage = { ...readsNothing, outputs: [{ sources: [email], plain: true }] }
    const masksOf = (given: Lineage): unknown => {
      const decision = decide(policy, { lineage: given })
      return decision.effect === 'deny' ? undefined : decision.obligations.masks
    }
    expect(masksOf(lineage)).not.toBe(masksOf(lineage))
    const frozen = Object.freeze({ ...lineage })
    expect(masksOf(frozen)).toBe(masksOf(frozen))
  })
})

describe('a change of masks', () => {
  const changes = (before: readonly Rule[], after: readonly Rule[]): string =>
    comparePolicies(load(...before), load(...after)).change

  const found: Rule = { id: 'notes', detect: ['email', 'iban'], with: 'redact' }
  const budget = (distinct: string): Rule => ({ ...pii, lookup: { distinct } })

  it.each<[string, readonly Rule[], readonly Rule[]]>([
    ['a new rule', [], [pii]],
    ['more columns', [pii], [{ ...pii, columns: ['public.users.email', 'public.users.name'] }]],
    ['more targets', [pii], [{ ...pii, target: ['db', 'other'] }]],
    ['fewer exceptions', [{ ...pii, except: ['auditor'] }], [pii]],
    ['no lookups', [budget('20/h')], [pii]],
    ['fewer lookups', [budget('20/h')], [budget('10/h')]],
    ['more detectors', [{ ...found, detect: ['email'] }], [found]],
    [
      'parts of what nothing finds',
      [pii],
      [pii, { ...pii, id: 'b', columns: ['a.b.c'], with: { partial: { keepLast: 4 } } }],
    ],
  ])('narrows: %s', (_what, before, after) => {
    expect(changes(before, after)).toBe('narrowing')
  })

  it.each<[string, readonly Rule[], readonly Rule[]]>([
    ['a rule gone', [pii], []],
    ['fewer columns', [{ ...pii, columns: ['public.users.email', 'public.users.name'] }], [pii]],
    ['fewer targets', [{ ...pii, target: ['db', 'other'] }], [pii]],
    ['another operator', [pii], [{ ...pii, with: 'hash' }]],
    ['alike across runs', [{ ...pii, with: 'hash' }], [{ ...pii, with: { hash: { across: 'runs' } } }]],
    ['a new exception', [pii], [{ ...pii, except: ['auditor'] }]],
    ['another exception', [{ ...pii, except: ['agent'] }], [{ ...pii, except: ['auditor'] }]],
    ['lookups', [pii], [budget('1/h')]],
    ['more lookups', [budget('20/h')], [budget('21/h')]],
    ['as many lookups in less time', [budget('20/h')], [budget('20/min')]],
    ['fewer detectors', [found], [{ ...found, detect: ['email'] }]],
    ['parts of what was masked where found', [found], [found, { ...pii, with: { partial: { keepLast: 4 } } }]],
  ])('widens: %s', (_what, before, after) => {
    expect(changes(before, after)).toBe('widening')
  })
})

describe('an explanation', () => {
  it('says which masks are in force and why others are not', () => {
    const policy = load(pii, { ...pii, id: 'b', target: 'other' }, { ...pii, id: 'c', except: ['agent'] })
    const input = { target: { name: 'db', kind: 'fake', labels: {} }, operation: 'query', text: '', effects: [read] }
    const { trace } = explain(policy, { ...input, roles: ['agent'] })
    expect(trace.filter(({ section }) => section === 'mask')).toEqual([
      { rule: 'pii', section: 'mask', applies: true, because: 'it is about this action' },
      { rule: 'b', section: 'mask', applies: false, because: 'it is about other targets' },
      { rule: 'c', section: 'mask', applies: false, because: 'the principal has a role that sees in clear' },
    ])
  })
})
