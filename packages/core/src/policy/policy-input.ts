import type { ApprovalLevel, Durability, IndependenceDimension } from '../model/decision.js'
import type { Duty } from '../model/effect.js'
import type { AttributeConditions, OneOrMany, TargetSelector } from './selector-input.js'
import type { MitigationInput, SeparationInput } from './separation-input.js'

/** A target of the policy file. */
export type TargetInput = {
  /** The kind of its adapter: `postgres`, `kubernetes`, `tool`. */
  readonly kind: string
  /** Words of your own, by which rules may choose it. */
  readonly labels?: { readonly [label: string]: string }
  /** Server backstops to switch on, by the adapter's names for them. */
  readonly backstops?: readonly string[]
}

/** What a role may do. `*` stands for every duty but opaque, grant, approve, policy and audit. */
export type AllowRuleInput = {
  /** Where: by name, by kind, by label. */
  readonly target: TargetSelector
  /** What may be done. */
  readonly duty: OneOrMany<Duty> | '*'
  /** On which resources, as patterns: `table:public.*`. Default: any, but for sensitive ones, which have to be named. */
  readonly resource?: OneOrMany<string>
  /** Attributes that an effect must have. */
  readonly when?: AttributeConditions
  /** The adapter's word for the kind of request, for example `query`. */
  readonly operation?: OneOrMany<string>
  /** How the identity must be proven, at least. Default: `asserted`, any. */
  readonly level?: ApprovalLevel
  /** The most rows that an action may change; one that changes more is undone. */
  readonly maxAffected?: number
}

type RestrictionInput = {
  readonly id: string
  readonly target?: TargetSelector
  readonly duty?: OneOrMany<Duty>
  readonly resource?: OneOrMany<string>
  readonly when?: AttributeConditions
  /** Restricts the rule to principals that have one of these roles. */
  readonly roles?: readonly string[]
  /** Linear-time patterns, searched in the exact text of the action. */
  readonly text?: OneOrMany<string>
  /** Linear-time patterns, searched in each argument of the command. */
  readonly argv?: OneOrMany<string>
}

/** What nobody may do, whatever a role allows. */
export type DenyRuleInput = RestrictionInput & {
  /** Said to whoever is refused. */
  readonly reason?: string
}

/** One stage of a hold. */
export type StageInput = {
  readonly stage: string
  readonly count: number
  readonly role: string
  /** Default: all five dimensions. */
  readonly independent?: readonly IndependenceDimension[]
}

/** What needs approval before it runs. */
export type HoldRuleInput = RestrictionInput & {
  readonly require: readonly StageInput[]
  /** How long a request waits: `30s`, `15m`, `24h`, `7d`. */
  readonly ttl: string
  readonly level?: ApprovalLevel
  /** How old a yes may be when the action runs. Default: `10m`. */
  readonly voteMaxAge?: string
  /** Whoever approves must be allowed to do what they approve. Default: false. */
  readonly approverMustHold?: boolean
  readonly requester?: {
    /** A person who owns the requesting agent may approve, in stages that do not name `person`. Default: false. */
    readonly ownerMayApprove: boolean
  }
  readonly from?: 'humans' | 'anyone'
  readonly holdInTransaction?: 'deny' | 'allow'
  /** The most rows that an approved action may change; one that changes more is undone. */
  readonly maxAffected?: number
  /** The most that people may grant under the rule. Default: they approve each action, and nothing is granted. */
  readonly grant?: GrantCapsInput
}

/** How often and how long people may let somebody do what they approved once. */
export type GrantCapsInput = {
  /** At most 1,000. */
  readonly uses: number
  /** At most `24h`. */
  readonly ttl: string
}

/** How durable the intent must be before the action runs. */
export type RecordRuleInput = {
  /** Names the rule. */
  readonly id: string
  /** Default: every target. */
  readonly target?: TargetSelector
  /** Default: every duty. */
  readonly duty?: OneOrMany<Duty>
  /** `written`: handed to the operating system. `synced`: on disk. */
  readonly durability: Durability
}

/** How much one role may do, counted over the closure. */
export type LimitInput = {
  /** Default: what it counts, `limit of agent for read, write on "orders"`. */
  readonly id?: string
  /** Whom it binds. */
  readonly role: string
  /** Where it counts. Default: every target, all together. */
  readonly target?: TargetSelector
  /** Counts only actions that exercise one of these. Default: every action. */
  readonly duty?: OneOrMany<Duty>
  /** `60/min`, `1000/h`, `10/15m`. A limit has one of `statements`, `rows` and `bytes`, or several. */
  readonly statements?: string
  /** How many rows targets hand out: `10000/h`, or a number for one action. */
  readonly rows?: number | string
  /** How many bytes of rows targets hand out: `100MB/h`, or `10MB` for one action. */
  readonly bytes?: string
  /** Default: person, run and key. The subject always counts. */
  readonly over?: readonly IndependenceDimension[]
}

/** Who may act without the approval that hold rules ask for, for how long, and who reviews it afterwards. */
export type GlassRuleInput = {
  /** Names the rule. */
  readonly id: string
  /** The role of those who may. */
  readonly role: string
  /** Where holds are lifted. */
  readonly target: TargetSelector
  /** The duties whose holds are lifted. */
  readonly duty: OneOrMany<Duty>
  /** How long at most, up to `1h`. */
  readonly for: string
  /** Default: `humans`. */
  readonly from?: 'humans' | 'anyone'
  /** Who looks at it afterwards. */
  readonly review: GlassReviewInput
}

/** Who looks at what was done, and how soon. */
export type GlassReviewInput = {
  readonly role: string
  /** How long after the end: `24h`, at most `7d`. */
  readonly within: string
  readonly level?: ApprovalLevel
  /** Default: all five dimensions. */
  readonly independent?: readonly IndependenceDimension[]
}

/** An operator of masking, as `readOperatorSpec` reads it. */
export type MaskOperatorInput =
  | 'redact'
  | 'null'
  | 'hash'
  | 'token'
  | null
  | { readonly redact: string }
  | { readonly null: null }
  | { readonly partial: { readonly keepFirst?: number; readonly keepLast?: number; readonly keepDomain?: boolean } }
  | { readonly hash: { readonly across?: 'run' | 'runs' } }
  | { readonly token: { readonly across?: 'run' | 'runs' } }
  | { readonly bucket: { readonly size: string | number } | { readonly edges: readonly (string | number)[] } }
  | { readonly dateShift: { readonly maxDays: number; readonly across?: 'run' | 'runs' } }
  | { readonly custom: string }

/** What is masked in results. A rule has either `columns` or `detect`. */
export type MaskRuleInput = {
  /** Names the rule. */
  readonly id: string
  /** Default: every target. */
  readonly target?: TargetSelector
  /** `schema.table.column`; `*` is one whole step. They may be given back masked, and used for nothing else. */
  readonly columns?: readonly string[]
  /** Names of built-in detectors: what they find in other values is masked. */
  readonly detect?: readonly string[]
  /** What is seen instead. */
  readonly with: MaskOperatorInput
  /** Whether its columns may be compared with values, and how many. */
  readonly lookup?: {
    /** How many values a masked column may be compared with, counted over the closure: `20/h`. Default: none. */
    readonly distinct: string
  }
  /** Roles that see what is there: whoever has one of them. */
  readonly except?: readonly string[]
}

/** The policy file as a value: what `definePolicy`, YAML and JSON all contain. */
export type PolicyInput = {
  /** The version of the format. */
  readonly version: 1
  /** What is governed, by name. */
  readonly targets: { readonly [target: string]: TargetInput }
  /** What each role may do. */
  readonly roles: { readonly [role: string]: readonly AllowRuleInput[] }
  /** What nobody may do, whatever a role allows. */
  readonly deny?: readonly DenyRuleInput[]
  /** What people have to let through first. */
  readonly hold?: readonly HoldRuleInput[]
  /** How durably something is recorded before it runs. */
  readonly record?: readonly RecordRuleInput[]
  /** Which duties and roles do not come together. */
  readonly separate?: SeparationInput
  /** How much a role may do in a time. */
  readonly limits?: readonly LimitInput[]
  /** Who may act without an approval in an emergency, and who reviews it. */
  readonly breakGlass?: readonly GlassRuleInput[]
  /** What is masked of results. */
  readonly mask?: readonly MaskRuleInput[]
  /** Who is excused from a separation, until when, and what makes up for it. */
  readonly mitigations?: readonly MitigationInput[]
}

/**
 * Returns the policy as it is: gives a policy written in TypeScript its types in the editor.
 *
 * ```ts
 * const policy = definePolicy({
 *   version: 1,
 *   targets: { orders: { kind: 'postgres' } },
 *   roles: { reader: [{ target: 'orders', duty: 'read' }] },
 * })
 * const guard = await createGuard({ policy: inlineSource(policy), ... })
 * ```
 */
export function definePolicy(policy: PolicyInput): PolicyInput {
  return policy
}
