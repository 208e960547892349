import { fc } from '../properties.js'
import type { DecisionInput } from '../../src/model/decision.js'
import { approvalLevels } from '../../src/model/decision.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import { duties } from '../../src/model/effect.js'
import type {
  AllowRuleInput,
  DenyRuleInput,
  HoldRuleInput,
  PolicyInput,
  RecordRuleInput,
} from '../../src/policy/policy-input.js'

/** A small world, so that rules and actions meet often: also names that JavaScript objects have by themselves. */
const targetNames = ['orders', 'archive', 'constructor']
const roleNames = ['agent', 'dba', 'constructor', 'toString']
const segments = ['public', 'shop', 'a.b', '*', '__proto__', 'x"y']
const patterns = [
  'table:*',
  'table:**',
  'table:public.*',
  'table:*.shop',
  'table:public.shop',
  'table:public.**',
  'table:"a.b"',
  'function:*.*',
  'table:"*"',
]
const attributes = ['unbounded', 'payload', 'sensitive', 'columns', '__proto__']
const values = [true, false, 'unbound', 'shop', 1]

function quote(segment: string): string {
  return /[.:*"]/.test(segment) ? `"${segment.replaceAll('"', '""')}"` : segment
}

const duty: fc.Arbitrary<Duty> = fc.constantFrom(...duties)
const oneOrMany = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }))
const optional = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(item, { nil: undefined, freq: 2 })

const selector = fc.oneof(
  fc.constantFrom(...targetNames),
  fc.uniqueArray(fc.constantFrom(...targetNames), { minLength: 1 }),
  fc.constantFrom<Record<string, string>>(
    { env: 'prod' },
    { kind: 'postgres' },
    { kind: 'ssh', env: 'prod' },
    { toString: 'x' },
  ),
)
const resource = oneOrMany(fc.constantFrom(...patterns))
const when = fc.dictionary(
  fc.constantFrom('unbounded', 'payload', 'sensitive', 'columns'),
  oneOrMany(fc.constantFrom(...values)),
  { minKeys: 1, maxKeys: 2 },
)
const pattern = oneOrMany(fc.constantFrom('drop', '^select', 'e+$'))
const roles = fc.uniqueArray(fc.constantFrom(...roleNames), { minLength: 1 })

const rows = fc.integer({ min: 1, max: 4 })

/** Leaves out members that are undefined, as the types ask for. */
function present<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}

const allowRule: fc.Arbitrary<AllowRuleInput> = fc
  .record({
    target: selector,
    duty: fc.oneof(fc.constant('*' as const), oneOrMany(duty)),
    resource: optional(resource),
    when: optional(when),
    operation: optional(oneOrMany(fc.constantFrom('query', 'copy'))),
    maxAffected: optional(rows),
    level: optional(fc.constantFrom(...approvalLevels)),
  })
  .map((rule) => present<AllowRuleInput>(rule))

const restriction = {
  target: optional(selector),
  duty: optional(oneOrMany(duty)),
  resource: optional(resource),
  when: optional(when),
  roles: optional(roles),
  text: optional(pattern),
  argv: optional(pattern),
}

export const denyRule: fc.Arbitrary<Omit<DenyRuleInput, 'id'>> = fc
  .record(restriction)
  .map((rule) => present<DenyRuleInput>({ ...rule, id: '' }))

const stage = fc.record({
  stage: fc.constantFrom('peer', 'security'),
  count: fc.integer({ min: 1, max: 3 }),
  role: fc.constantFrom(...roleNames),
})

const holdDuty = fc.constantFrom<Duty>('read', 'write', 'delete', 'opaque', 'execute', 'grant')
export const holdRule: fc.Arbitrary<Omit<HoldRuleInput, 'id'>> = fc
  .record({
    ...restriction,
    duty: optional(oneOrMany(holdDuty)),
    require: fc.array(stage, { minLength: 1, maxLength: 2 }),
    ttl: fc.constantFrom('30s', '15m', '24h'),
    from: optional(fc.constantFrom('humans' as const, 'anyone' as const)),
    level: optional(fc.constantFrom(...approvalLevels)),
    voteMaxAge: optional(fc.constantFrom('1m', '10m')),
    approverMustHold: optional(fc.boolean()),
    requester: optional(fc.record({ ownerMayApprove: fc.boolean() })),
    holdInTransaction: optional(fc.constantFrom('deny' as const, 'allow' as const)),
    maxAffected: optional(rows),
  })
  .map((rule) => present<HoldRuleInput>({ ...rule, id: '' }))

const recordRule: fc.Arbitrary<Omit<RecordRuleInput, 'id'>> = fc
  .record({
    target: optional(selector),
    duty: optional(oneOrMany(duty)),
    durability: fc.constantFrom('written' as const, 'synced' as const),
  })
  .map((rule) => present<RecordRuleInput>({ ...rule, id: '' }))

function numbered<Rule>(prefix: string, rules: readonly Omit<Rule, 'id'>[]): Rule[] {
  return rules.map((rule, index) => ({ ...rule, id: `${prefix}-${index}` }) as Rule)
}

/** Policies that pass the schema and refer to nothing undeclared; whether every rule can fire is another question. */
export const policy: fc.Arbitrary<PolicyInput> = fc
  .record({
    roles: fc.record(Object.fromEntries(roleNames.map((role) => [role, fc.array(allowRule, { maxLength: 4 })]))),
    deny: fc.array(denyRule, { maxLength: 3 }),
    hold: fc.array(holdRule, { maxLength: 3 }),
    record: fc.array(recordRule, { maxLength: 3 }),
  })
  .map(({ roles: rules, deny, hold, record }) => ({
    version: 1 as const,
    targets: {
      orders: { kind: 'postgres', labels: { env: 'prod' } },
      archive: { kind: 'postgres', labels: { env: 'test', toString: 'x' } },
      constructor: { kind: 'ssh', labels: { env: 'prod' } },
    },
    roles: rules,
    deny: numbered<DenyRuleInput>('deny', deny),
    hold: numbered<HoldRuleInput>('hold', hold),
    record: numbered<RecordRuleInput>('record', record),
  }))

const attributeValue = fc.oneof(
  fc.constantFrom(...values),
  fc.array(fc.constantFrom('unbound', 'shop', 'other'), { maxLength: 3 }),
)

const effect: fc.Arbitrary<Effect> = fc.record({
  duty,
  resource: fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          fc.constantFrom('table', 'function'),
          fc.array(fc.constantFrom(...segments), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, names]) => `${kind}:${names.map(quote).join('.')}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        'table',
        'table:',
        'table:*',
        'table:a..b',
        'Table:a',
        'table:"a',
        ':a',
        'table:public.shop.',
      ),
    },
  ),
  attributes: fc.array(fc.tuple(fc.constantFrom(...attributes), attributeValue), { maxLength: 3 }).map((entries) => {
    const made: Record<string, (typeof entries)[number][1]> = {}
    for (const [name, value] of entries)
      Object.defineProperty(made, name, { value, enumerable: true, configurable: true })
    return made
  }),
})

/** Actions, mostly on targets that the policy has. */
export const input: fc.Arbitrary<DecisionInput> = fc
  .record({
    roles: fc.oneof(
      { weight: 5, arbitrary: roles },
      { weight: 1, arbitrary: fc.constantFrom([], ['__proto__'], ['agent\ndba'], ['nobody', 'agent', 'agent']) },
    ),
    target: fc.constantFrom(
      { name: 'orders', kind: 'postgres', labels: {} },
      { name: 'orders', kind: 'postgres', labels: { env: 'prod' } },
      { name: 'archive', kind: 'postgres', labels: { env: 'test' } },
      { name: 'constructor', kind: 'ssh', labels: { env: 'prod' } },
      { name: 'orders', kind: 'ssh', labels: {} },
      { name: '__proto__', kind: 'postgres', labels: {} },
    ),
    level: optional(fc.constantFrom(...approvalLevels)),
    operation: fc.constantFrom('query', 'copy'),
    text: fc.constantFrom('select 1', 'drop table orders', '', 'x'),
    argv: optional(fc.array(fc.constantFrom('select', 'drop', 'x'), { maxLength: 2 })),
    effects: fc.array(effect, { maxLength: 4 }),
  })
  .map((value) => present<DecisionInput>(value))

/** A policy with an action that one of its allow rules was written for, so that more than denials come out. */
export const scenario: fc.Arbitrary<{ readonly policy: PolicyInput; readonly input: DecisionInput }> = fc
  .record({ policy, input, aim: fc.boolean(), seed: fc.nat(1_000), keep: fc.constantFrom(0, 0, 1) })
  .map(({ policy: under, input: random, aim: aimed, seed, keep }) => {
    const all = Object.entries(under.roles).flatMap(([role, list]) => list.map((rule) => ({ role, rule })))
    const chosen = all[seed % Math.max(1, all.length)]
    if (!aimed || chosen === undefined) return { policy: under, input: random }
    const { role, rule } = chosen
    return {
      policy: under,
      input: {
        ...random,
        roles: [role, ...random.roles],
        target: targetFor(rule),
        operation: rule.operation === undefined ? random.operation : String([rule.operation].flat()[0]),
        effects: [effectFor(rule, seed), ...random.effects.slice(0, keep)],
      },
    }
  })

function targetFor({ target }: AllowRuleInput): DecisionInput['target'] {
  const name = [target].flat()[0]
  const chosen =
    typeof name === 'string'
      ? name
      : name?.['toString'] === 'x'
        ? 'archive'
        : name?.['kind'] === 'ssh'
          ? 'constructor'
          : 'orders'
  return { name: chosen, kind: chosen === 'constructor' ? 'ssh' : 'postgres', labels: {} }
}

function effectFor(rule: AllowRuleInput, seed: number): Effect {
  const listed = [rule.duty].flat()
  const chosen = listed[seed % listed.length] ?? '*'
  const resources = [rule.resource ?? 'table:public.shop'].flat()
  const named = resources[seed % resources.length] ?? ''
  return {
    duty: chosen === '*' ? 'write' : chosen,
    resource: named.replace('"*"', '%').replace('**', 'shop').replaceAll('*', 'public').replace('%', '"*"'),
    attributes: Object.fromEntries(
      Object.entries(rule.when ?? {}).map(([name, wanted]) => [name, [wanted].flat()[0] ?? true]),
    ),
  }
}
