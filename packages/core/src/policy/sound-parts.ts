import type {
  AllowRuleInput,
  DenyRuleInput,
  GlassRuleInput,
  HoldRuleInput,
  LimitInput,
  MaskRuleInput,
  PolicyInput,
  RecordRuleInput,
  TargetInput,
} from './policy-input.js'
import type {
  DynamicSeparationInput,
  HistoryInput,
  MitigationInput,
  StaticSeparationInput,
  WallInput,
} from './separation-input.js'
import { ruleSchemas } from './schema.js'

/** A rule, or undefined in the place of one that is not sound. */
type Slots<Rule> = readonly (Rule | undefined)[]

/**
 * A policy whose unsound rules are left out and whose sound ones keep their places, so that one load error can name
 * everything that is wrong.
 */
export interface SoundParts {
  readonly targets: ReadonlyMap<string, TargetInput | undefined>
  readonly roles: ReadonlyMap<string, Slots<AllowRuleInput>>
  readonly deny: Slots<DenyRuleInput>
  readonly hold: Slots<HoldRuleInput>
  readonly record: Slots<RecordRuleInput>
  readonly dynamic: Slots<DynamicSeparationInput>
  readonly history: Slots<HistoryInput>
  readonly static: Slots<StaticSeparationInput>
  readonly wall: Slots<WallInput>
  readonly limits: Slots<LimitInput>
  readonly breakGlass: Slots<GlassRuleInput>
  readonly mask: Slots<MaskRuleInput>
  readonly mitigations: Slots<MitigationInput>
}

/** The parts of a policy that passed the schema. */
export function partsOf(policy: PolicyInput): SoundParts {
  return {
    targets: new Map(Object.entries(policy.targets)),
    roles: new Map(Object.entries(policy.roles)),
    deny: policy.deny ?? [],
    hold: policy.hold ?? [],
    record: policy.record ?? [],
    dynamic: policy.separate?.dynamic ?? [],
    history: policy.separate?.history ?? [],
    static: policy.separate?.static ?? [],
    wall: policy.separate?.wall ?? [],
    limits: policy.limits ?? [],
    breakGlass: policy.breakGlass ?? [],
    mask: policy.mask ?? [],
    mitigations: policy.mitigations ?? [],
  }
}

/** What can be said about a value that did not pass the schema. */
export function soundPartsOf(value: unknown): SoundParts {
  const sections = membersOf(value)
  const separations = membersOf(sections.get('separate'))
  return {
    targets: new Map([...membersOf(sections.get('targets')).keys()].map((name) => [name, undefined])),
    roles: new Map(
      [...membersOf(sections.get('roles'))].map(([role, rules]) => [role, slots(rules, ruleSchemas.allow)]),
    ),
    deny: slots(sections.get('deny'), ruleSchemas.deny),
    hold: slots(sections.get('hold'), ruleSchemas.hold),
    record: slots(sections.get('record'), ruleSchemas.record),
    dynamic: slots(separations.get('dynamic'), ruleSchemas.dynamic),
    history: slots(separations.get('history'), ruleSchemas.history),
    static: slots(separations.get('static'), ruleSchemas.static),
    wall: slots(separations.get('wall'), ruleSchemas.wall),
    limits: slots(sections.get('limits'), ruleSchemas.limit),
    breakGlass: slots(sections.get('breakGlass'), ruleSchemas.breakGlass),
    mask: slots(sections.get('mask'), ruleSchemas.mask),
    mitigations: slots(sections.get('mitigations'), ruleSchemas.mitigation),
  }
}

function slots<Rule>(
  value: unknown,
  schema: { safeParse(value: unknown): { readonly success: boolean; readonly data?: Rule | undefined } },
): Slots<Rule> {
  return Array.isArray(value) ? value.map((item: unknown) => schema.safeParse(item).data) : []
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [])
}
