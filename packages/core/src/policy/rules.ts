import type { ApprovalLevel, ApprovalRequirement, Durability } from '../model/decision.js'
import type {
  Dataset,
  DatasetWall,
  HistoryChain,
  SeparatedDuties,
  SeparatedRoles,
  ActionLimit,
  Mitigation,
} from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { GrantCaps } from '../model/grant-caps.js'
import type { PolicyTarget } from './compiled.js'
import type { MaskRule } from './mask-rule.js'
import type { TargetSelector } from './selector-input.js'
import type { PolicyPath } from './problem.js'
import type { ResourcePattern } from './resource-pattern.js'
import type { TextPattern } from './text-pattern.js'

/** An attribute and the values that it may have. */
export interface Condition {
  readonly attribute: string
  readonly values: ReadonlySet<string | number | boolean>
}

/** A target selector as written, in one form per meaning. Undefined: every target. */
export type Selection =
  | { readonly names: readonly string[] }
  | { readonly labels: Readonly<Record<string, string>> }
  | undefined

/** Which effects a rule is about. */
export interface Scope {
  /** Where the rule stands in the file. */
  readonly path: PolicyPath
  readonly id: string
  readonly selection: Selection
  /** The names of the selected targets. */
  readonly targets: ReadonlySet<string>
  readonly duties: ReadonlySet<Duty>
  /** Undefined: every resource. */
  readonly resources: readonly ResourcePattern[] | undefined
  readonly when: readonly Condition[]
}

export interface AllowRule extends Scope {
  readonly role: string
  /** Whether the duties were written as `*`. */
  readonly wildcard: boolean
  /** Undefined: every operation. */
  readonly operations: ReadonlySet<string> | undefined
  /** The most rows that an action may change under the rule. Undefined: any number. */
  readonly maxAffected: number | undefined
  /** How the identity must be proven. Undefined: any. */
  readonly level: ApprovalLevel | undefined
}

/** What deny and hold rules share. */
export interface Restriction extends Scope {
  /** Whether the rule says anything about effects; if not, text and argv alone decide, also for an action without effects. */
  readonly aboutEffects: boolean
  /** Undefined: every principal. */
  readonly roles: ReadonlySet<string> | undefined
  readonly text: readonly TextPattern[] | undefined
  readonly argv: readonly TextPattern[] | undefined
}

export interface DenyRule extends Restriction {
  readonly reason: string
}

export interface HoldRule extends Restriction {
  readonly requirement: ApprovalRequirement
  readonly holdInTransaction: 'deny' | 'allow'
  /** The most rows that a held action may change. Undefined: any number. */
  readonly maxAffected: number | undefined
  /** The most that may be granted under the rule. Undefined: nothing. */
  readonly grant: GrantCaps | undefined
}

export interface RecordRule extends Scope {
  readonly durability: Durability
}

/** Conflicting duties, with where the rule stands and how its targets were selected. */
export interface SeparationRule extends SeparatedDuties {
  readonly path: PolicyPath
  readonly selection: Selection
}

/** A history chain, with where it stands and how its targets were selected. */
export interface HistoryRule extends HistoryChain {
  readonly path: PolicyPath
  readonly selection: Selection
}

/** A selector with the targets that it selects. */
export interface SelectedTargets {
  readonly selection: Selection
  readonly targets: ReadonlySet<string>
}

/** Finds the targets of a selector. */
export type Select = (selector: TargetSelector | undefined) => SelectedTargets

/** Conflicting roles, with where the rule stands. */
export interface RoleSeparationRule extends SeparatedRoles {
  readonly path: PolicyPath
}

/** A wall, with where it stands and what its datasets were selected by. */
export interface WallRule extends DatasetWall {
  readonly path: PolicyPath
  readonly datasets: readonly WallSide[]
}

/** One side of a wall, as it was selected. */
export interface WallSide extends Dataset {
  readonly selection: Selection
  readonly targets: ReadonlySet<string>
  /** Undefined: every resource. */
  readonly resources: readonly ResourcePattern[] | undefined
}

/** A limit, with where it stands and how its targets were selected. */
export interface LimitRule extends ActionLimit {
  readonly path: PolicyPath
  readonly selection: Selection
}

/** A break-glass rule, with where it stands and how its targets were selected. */
export interface BreakGlassRule extends GlassRule {
  readonly path: PolicyPath
  readonly selection: Selection
}

/** An exception, with where it stands, what makes up for it and who answers for it. */
export interface MitigationRule extends Mitigation {
  readonly path: PolicyPath
  readonly control: string
  readonly owner: string
}

/** A mask rule, with how its targets were selected. */
export interface SelectedMask extends MaskRule {
  readonly selection: Selection
}

/** A policy whose rules are resolved: every default filled in, every selector turned into target names. */
export interface PolicyRules {
  readonly targets: ReadonlyMap<string, PolicyTarget>
  readonly roles: ReadonlyMap<string, readonly AllowRule[]>
  readonly deny: readonly DenyRule[]
  readonly hold: readonly HoldRule[]
  readonly record: readonly RecordRule[]
  readonly separatedDuties: readonly SeparationRule[]
  readonly chains: readonly HistoryRule[]
  readonly separatedRoles: readonly RoleSeparationRule[]
  readonly walls: readonly WallRule[]
  readonly limits: readonly LimitRule[]
  readonly breakGlass: readonly BreakGlassRule[]
  readonly masks: readonly SelectedMask[]
  readonly mitigations: readonly MitigationRule[]
}
