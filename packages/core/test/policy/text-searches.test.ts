import { RE2JS } from 're2js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import type { Decision, DecisionInput } from '../../src/model/decision.js'
import { explain } from '../../src/policy/explain.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { TextSearches } from '../../src/policy/text-searches.js'

/** An agent that may read and delete, and restrictions. */
function policyWith(rules: Pick<PolicyInput, 'deny' | 'hold'>): CompiledPolicy {
  return loadPolicy({
    name: 'test',
    content: {
      version: 1,
      targets: { orders: { kind: 'postgres' }, bastion: { kind: 'ssh' } },
      roles: {
        agent: [{ target: ['orders', 'bastion'], duty: ['read', 'delete', 'execute'] }],
        dba: [{ target: ['orders', 'bastion'], duty: 'approve' }],
      },
      ...rules,
    },
  })
}

const about = (text: string, action: Partial<DecisionInput> = {}): DecisionInput => ({
  roles: ['agent'],
  target: { name: 'orders', kind: 'postgres', labels: {} },
  operation: 'query',
  text,
  effects: [{ duty: 'read', resource: 'table:public.orders', attributes: {} }],
  ...action,
})

const peer = { require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' } as const

const reasons = (decision: Decision): readonly (readonly [string | undefined, string])[] =>
  decision.effect === 'deny' ? decision.reasons.map(({ reason, rule }) => [rule, reason] as const) : []

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what the rules of one policy look for in a text', () => {
  it('is searched once, however often the text is decided, and anew under another policy', () => {
    const searched = vi.spyOn(RE2JS.prototype, 'test')
    const rules = {
      deny: [{ id: 'no', text: ['x+y', 'y+x'] }],
      hold: [{ id: 'ask', duty: 'read', text: 'select', ...peer }],
    } as const
    const policy = policyWith(rules)
    for (let run = 0; run < 3; run++) expect(policy.decide(about('select 1')).effect).toBe('hold')
    expect(policy.decide(about('select 1', { roles: ['agent', 'dba'] })).effect).toBe('hold')
    expect(searched.mock.calls).toEqual([['select 1'], ['select 1'], ['select 1']])
    expect(policy.decide(about('select 2 xy')).effect).toBe('deny')
    expect(policyWith({ ...rules, hold: [] }).decide(about('select 1')).effect).toBe('allow')
    expect(searched.mock.calls.slice(3)).toEqual([['select 2 xy'], ['select 2 xy'], ['select 1'], ['select 1']])
  })

  it('is forgotten for texts that were not decided for long, by their number and by their length', () => {
    const found = vi.fn<() => boolean>(() => true)
    const pattern = { source: 'a', size: 1, found }
    const texts = new TextSearches()
    const searchAgain = (text: string): number => {
      found.mockClear()
      texts.of(text).found(pattern)
      return found.mock.calls.length
    }
    expect([searchAgain('first'), searchAgain('second'), searchAgain('first')]).toEqual([1, 1, 0])
    for (let other = 0; other < 999; other++) texts.of(`other ${String(other)}`)
    expect([searchAgain('first'), searchAgain('second')]).toEqual([0, 1])
    const long = 'l'.repeat(3 * 1024 * 1024)
    expect([searchAgain(long), searchAgain(long), searchAgain(`${long}!`), searchAgain(long)]).toEqual([1, 0, 1, 1])
    expect(searchAgain('first')).toBe(1)
  })
})

describe('a text that is too long for what rules look for in it', () => {
  const slow = 'a[ab]{600}c'
  const [short, long] = ['ab'.repeat(8 * 1024), 'ab'.repeat(128 * 1024)]
  const tooLong = 'the text is too long to be searched for what the rule looks for'

  it('is denied by the name of the rule, once, also by one that would only hold', () => {
    const denying = policyWith({ deny: [{ id: 'no', text: slow }] })
    expect(denying.decide(about(short)).effect).toBe('allow')
    expect(reasons(denying.decide(about(long)))).toEqual([['no', tooLong]])
    expect(reasons(denying.decide(about(long, { effects: [] })))).toEqual([['no', tooLong]])
    const holding = policyWith({ hold: [{ id: 'ask', duty: ['read', 'delete'], text: slow, ...peer }] })
    const effects = ['orders', 'notes'].map(
      (name) => ({ duty: 'read', resource: `table:${name}`, attributes: {} }) as const,
    )
    expect(holding.decide(about(short, { effects })).effect).toBe('allow')
    expect(reasons(holding.decide(about(long, { effects })))).toEqual([['ask', tooLong]])
  })

  it('is not searched', () => {
    const searched = vi.spyOn(RE2JS.prototype, 'test')
    policyWith({ deny: [{ id: 'no', text: slow }] }).decide(about(long))
    expect(searched).not.toHaveBeenCalled()
  })

  it('is one where the rules are too many together, whatever is remembered of it', () => {
    const rules = Array.from({ length: 8 }, (_, index) => ({
      id: `no-${String(index)}`,
      text: `x[yz]{60}${String(index)}`,
    }))
    const policy = policyWith({ deny: rules })
    const first = reasons(policy.decide(about(long)))
    expect(first.map(([rule]) => rule)).toEqual(['no-4', 'no-5', 'no-6', 'no-7'])
    expect(reasons(policy.decide(about(long)))).toEqual(first)
    expect(policy.decide(about(long.slice(1024 * 128))).effect).toBe('allow')
  })

  it('is the same for arguments', () => {
    const policy = policyWith({ deny: [{ id: 'no', target: 'bastion', argv: slow }] })
    const target = { name: 'bastion', kind: 'ssh', labels: {} }
    expect(policy.decide(about('', { target, argv: [short, 'b'] })).effect).toBe('allow')
    expect(reasons(policy.decide(about('', { target, argv: [long, 'b'] })))).toEqual([['no', tooLong]])
  })

  it('is no matter for rules about other effects', () => {
    const policy = policyWith({ deny: [{ id: 'no', duty: 'delete', text: slow }] })
    expect(policy.decide(about(long)).effect).toBe('allow')
  })

  it('is told to whoever may ask why', () => {
    const policy = policyWith({ deny: [{ id: 'no', text: slow }] })
    const { trace } = explain(policy, about(long))
    expect(trace.find(({ rule }) => rule === 'no')).toMatchObject({ applies: false, because: tooLong })
  })
})
