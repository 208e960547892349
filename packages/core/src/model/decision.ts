import type { Duty, Effect } from './effect.js'
import type { Lineage } from './lineage.js'
import type { HidingObligation, MaskObligation } from './mask-obligation.js'

/** One identity dimension by its name in the policy. */
export type IndependenceDimension = 'subject' | 'person' | 'run' | 'key' | 'agentClass'

/** Evidence levels, weakest first. */
export const approvalLevels = Object.freeze(['asserted', 'channel', 'signed', 'phishing-resistant'] as const)
/** How strongly an identity or a vote is proven, by one of these names. */
export type ApprovalLevel = (typeof approvalLevels)[number]

/** The most votes that a request may need: the stages of all its rules together. */
export const maxSeats = 8

/** How durable the intent must be before the action runs. */
export type Durability = 'written' | 'synced'

/** One stage of a hold: who must say yes. */
export interface ApprovalStage {
  /** What the policy calls it. */
  readonly stage: string
  /** How many people have to say yes, each another one. */
  readonly count: number
  /** The role that each of them has on the target. */
  readonly role: string
  /** What none of them may share with the requester, or with one another. */
  readonly independent: readonly IndependenceDimension[]
}

/** What a hold asks for, all matching hold rules taken together: every stage, highest level, shortest times (RULES 8). */
export interface ApprovalRequirement {
  /** The ids of the hold rules. */
  readonly rules: readonly string[]
  /** Who has to say yes: all stages, each filled by people of its own. */
  readonly stages: readonly ApprovalStage[]
  /** Whose yes counts: that of people alone, or of agents and workloads, too. */
  readonly from: 'humans' | 'anyone'
  /** How strongly each yes has to be proven, at least. */
  readonly level: ApprovalLevel
  /** How long people are asked, in milliseconds. */
  readonly ttlMs: number
  /** How old a yes may be when the action runs. */
  readonly voteMaxAgeMs: number
  /** Whether whoever approves must themselves be allowed to do what they approve. */
  readonly approverMustHold: boolean
  /** Whether a person who owns the requesting agent may approve. No agent ever may that shares something with it. */
  readonly ownerMayApprove: boolean
}

/** The most rows that an action may change, and the rules that say so. */
export interface AffectedBound {
  readonly rows: number
  readonly rules: readonly string[]
}

/** What a decision obliges the engine to do. */
export interface Obligations {
  /** Undefined: `written` when every effect is a read, else `synced` (RULES 16). */
  readonly durability: Durability | undefined
  /** Whether people may be asked while a transaction of the client is open. */
  readonly holdInTransaction: 'deny' | 'allow'
  /** An action that changes more rows is undone, and one whose rows cannot be counted does not run (RULES 24). */
  readonly maxAffected: AffectedBound | undefined
  /** What becomes of the result. Left out: nothing is masked for the session at this target. */
  readonly masks?: MaskObligation | undefined
  /** What whoever is asked about a held action may not see. Left out: nothing is masked for anybody at this target. */
  readonly hides?: HidingObligation | undefined
}

/** Why an action is refused, for one effect or the whole action. */
export interface DenialReason {
  /** The rule id, or undefined when no rule allows the effect. */
  readonly rule: string | undefined
  /** In words: that of the rule, or what is missing. */
  readonly reason: string
  /** The effect that it is about. Undefined: the whole action. */
  readonly effect: Effect | undefined
}

/** The outcome of `decide`. Deny wins over hold, hold over allow; nothing matches means deny. */
export type Decision =
  | { readonly effect: 'allow'; readonly rules: readonly string[]; readonly obligations: Obligations }
  | {
      readonly effect: 'hold'
      readonly rules: readonly string[]
      readonly requirement: ApprovalRequirement
      readonly obligations: Obligations
    }
  | { readonly effect: 'deny'; readonly rules: readonly string[]; readonly reasons: readonly DenialReason[] }

/** What `decide` is given besides the compiled policy. Plain values: no clock, no I/O, no randomness. */
export interface DecisionInput {
  /** What the session may do, by the roles that give it. */
  readonly roles: readonly string[]
  /**
   * What restricts it besides: roles that only its credential, the directory or a session above it has. They give nothing; a
   * rule that denies or holds for one of them does so here too, so that none is escaped by leaving a role out.
   */
  readonly restrictingRoles?: readonly string[]
  /** How strongly the identity is proven. Left out: `asserted`, which is not at all. */
  readonly level?: ApprovalLevel
  /** As the policy knows it. */
  readonly target: { readonly name: string; readonly kind: string; readonly labels: Readonly<Record<string, string>> }
  /** The adapter's word for the action: `query`. */
  readonly operation: string
  /** The exact text, for rules with `text`. */
  readonly text: string
  /** The words of a command, for rules with `argv`. */
  readonly argv?: readonly string[]
  /** What the action would do. */
  readonly effects: readonly Effect[]
  /** Where the values go that it reads. Left out: nobody can tell. */
  readonly lineage?: Lineage | undefined
}

/** The duties that some rule may give a set of roles on one target. */
export type DutySet = ReadonlySet<Duty>
