import type { ApprovalLevel, IndependenceDimension } from '../model/decision.js'
import type { HistoryStep } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import type { OneOrMany, TargetSelector } from './selector-input.js'

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
