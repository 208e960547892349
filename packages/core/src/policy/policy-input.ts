import type { ApprovalLevel, Durability, IndependenceDimension } from '../model/decision.js'
import type { HistoryStep } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'

/** One value or a list of them; a list means "any of". */
export type OneOrMany<T> = T | readonly T[]

/** Which targets a rule is about: a name, a list of names, or labels that a target must all have (`kind` is its kind). */
export type TargetSelector = string | readonly string[] | { readonly [label: string]: string }

/** Attributes that an effect must have, each equal to the value or to one of the values. */
export type AttributeConditions = { readonly [attribute: string]: OneOrMany<string | number | boolean> }

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

/** Conflicting duties: whoever shares a person, run or key may exercise at most `max` of them within the window. */
export type DynamicSeparationInput = {
  readonly id: string
  readonly duties: readonly Duty[]
  readonly max: number
  /** What ties principals together. Default: person, run and key. The subject always does. */
  readonly over?: readonly IndependenceDimension[]
  /** What is counted on: the whole target, each resource of it, the root run, or the change that the session names. */
  readonly per: 'target' | 'object' | 'run' | 'change'
  readonly window: string
  /** Default: every target. */
  readonly target?: TargetSelector
}

/** Steps about one thing that have to be taken by different people, over any number of actions. */
export type HistoryInput = {
  readonly id: string
  /**
   * `request`: an action that people are asked about. `approve`: a yes. `execute`: one that nobody is asked about. `review`:
   * somebody looks afterwards at what was done.
   */
  readonly steps: readonly HistoryStep[]
  /** Who reviews, and how soon. Needed where `review` is a step. */
  readonly review?: ChainReviewInput
  /** Which actions. Default: those with one of the duties write, delete, define, grant, execute and transfer. */
  readonly duty?: OneOrMany<Duty>
  /** What ties principals together. Default: person, run and key. The subject always does. */
  readonly over?: readonly IndependenceDimension[]
  readonly per: 'target' | 'object' | 'run' | 'change'
  readonly window: string
  /** Default: every target. */
  readonly target?: TargetSelector
}

/** Who looks at what was done about the things of a chain. */
export type ChainReviewInput = {
  readonly role: string
  /** How long after the first action, at most `7d`. Later, whoever did it does nothing more of what the chain is about. */
  readonly within: string
  readonly level?: ApprovalLevel
}

/** Conflicting roles: whoever shares a person or agent class may hold at most `max` of them. */
export type StaticSeparationInput = {
  readonly id: string
  readonly roles: readonly string[]
  readonly max: number
  /** Default: person and agent class. The subject always counts. */
  readonly over?: readonly IndependenceDimension[]
  /** How long a role counts after the session that held it. Default: `24h`. */
  readonly window?: string
}

/** One side of a wall: resources, targets, or both. */
export type DatasetInput = {
  readonly target?: TargetSelector
  readonly resource?: OneOrMany<string>
}

/** A Chinese wall: whoever touched one dataset may touch none of the others. */
export type WallInput = {
  readonly id: string
  readonly datasets: { readonly [dataset: string]: DatasetInput }
  /** Default: the root run. The subject always counts. */
  readonly over?: readonly IndependenceDimension[]
  /** Default: for ever. */
  readonly window?: string
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

/** Duties that have to stay with different people. */
export type SeparationInput = {
  /** Roles that nobody may have together. */
  readonly static?: readonly StaticSeparationInput[]
  /** Duties that nobody may exercise both within a time. */
  readonly dynamic?: readonly DynamicSeparationInput[]
  /** Steps of one thing that have to be of different people. */
  readonly history?: readonly HistoryInput[]
  /** Data sets that nobody may see both of. */
  readonly wall?: readonly WallInput[]
}

/** An exception from a rule of `separate` for one account, until a day. */
export type MitigationInput = {
  /** Names the exception, in records and reports. */
  readonly id: string
  /** The id of the rule. */
  readonly rule: string
  /** The account that is excused, with every other account that the directory links to it. */
  readonly subject: { readonly issuer: string; readonly id: string }
  /** What makes up for it: a control of your own catalogue. */
  readonly control: string
  /** Who answers for it. */
  readonly owner: string
  /** The last day, `2027-03-31` in UTC, or a moment, `2027-03-31T18:00:00Z`. */
  readonly until: string
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
