import type { ApprovalLevel, IndependenceDimension } from './decision.js'
import type { Duty, Effect } from './effect.js'
import type { Subject } from './principal.js'

/**
 * What conflicting duties are counted on: the whole target, each resource of it, or the root run or the change that they
 * belong to.
 */
export type DutyScope = 'target' | 'object' | 'run' | 'change'

/** Of the listed duties, one closure may exercise at most `max` different ones on one thing within the window. */
export interface SeparatedDuties {
  readonly id: string
  readonly duties: ReadonlySet<Duty>
  readonly max: number
  /** The subject always counts too. */
  readonly over: readonly IndependenceDimension[]
  readonly per: DutyScope
  readonly windowMs: number
  /** The names of the targets that the rule is about. */
  readonly targets: ReadonlySet<string>
}

/**
 * What a person can do about a thing, step by step: ask for an action that people decide about, say yes to one, take one that
 * nobody is asked about, or look afterwards at what was done.
 */
export const historySteps = ['request', 'approve', 'execute', 'review'] as const

export type HistoryStep = (typeof historySteps)[number]

/** Of the listed steps, one closure may take one on each thing within the window, over any number of actions. */
export interface HistoryChain {
  readonly id: string
  readonly steps: ReadonlySet<HistoryStep>
  /** The duties of the actions that the steps are about. */
  readonly duties: ReadonlySet<Duty>
  readonly over: readonly IndependenceDimension[]
  readonly per: DutyScope
  readonly windowMs: number
  readonly targets: ReadonlySet<string>
  /** Who looks at what was done. There where `review` is a step. */
  readonly review?: ChainReview | undefined
}

/** Who has to look at what was done about the things of a chain. */
export interface ChainReview {
  readonly role: string
  /** How the review must be proven. */
  readonly level: ApprovalLevel
  /** How long after the first action. When it is over, whoever did it does nothing more of what the chain is about. */
  readonly withinMs: number
}

/** Of the listed roles, one closure may hold at most `max`, while a session lives and for the window after it. */
export interface SeparatedRoles {
  readonly id: string
  readonly roles: ReadonlySet<string>
  readonly max: number
  readonly over: readonly IndependenceDimension[]
  readonly windowMs: number
}

/** Whoever touched one dataset of a conflict class may touch no other one of it. */
export interface DatasetWall {
  readonly id: string
  readonly datasets: readonly Dataset[]
  readonly over: readonly IndependenceDimension[]
  /** Infinity: for ever. */
  readonly windowMs: number
}

/** One side of a wall. */
export interface Dataset {
  readonly name: string
  /** Whether an effect on a target is about the dataset. Pure; what may be about it is. */
  touches(target: string, effect: Effect): boolean
}

/** What a limit counts: actions, or the rows and bytes that targets hand out for them. */
export type LimitMeasure = 'statements' | 'rows' | 'bytes'

/** How much a role may do, or be given, within the window, counted over the closure. */
export interface ActionLimit {
  readonly id: string
  readonly role: string
  readonly targets: ReadonlySet<string>
  /** Undefined: every action. */
  readonly duties: ReadonlySet<Duty> | undefined
  readonly over: readonly IndependenceDimension[]
  readonly measure: LimitMeasure
  readonly most: number
  /** 0: in each action by itself. */
  readonly windowMs: number
}

/** With how many values masked columns may be compared within the window, counted over the closure. */
export interface LookupBudget {
  /** The id of the mask rule. */
  readonly id: string
  readonly over: readonly IndependenceDimension[]
  readonly most: number
  readonly windowMs: number
}

/** An exception from one rule for one account, with what makes up for it, until it ends by itself. */
export interface Mitigation {
  readonly id: string
  /** The id of the rule. */
  readonly rule: string
  readonly subject: Subject
  readonly untilMs: number
}

/** The rules of a policy that look at what happened before. */
export interface DutyRules {
  readonly separatedDuties: readonly SeparatedDuties[]
  readonly chains: readonly HistoryChain[]
  readonly separatedRoles: readonly SeparatedRoles[]
  readonly walls: readonly DatasetWall[]
  readonly limits: readonly ActionLimit[]
  readonly lookups: readonly LookupBudget[]
  /** Exceptions from the rules that keep duties, steps, roles and datasets apart. */
  readonly mitigations: readonly Mitigation[]
}
