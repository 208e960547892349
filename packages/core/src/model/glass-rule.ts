import type { ApprovalLevel, IndependenceDimension } from './decision.js'
import type { Duty } from './effect.js'

/** Who may break glass: act without the approval that hold rules ask for, and have it reviewed afterwards. */
export interface GlassRule {
  readonly id: string
  /** The role of those who may. */
  readonly role: string
  /** Whether they have to be people. */
  readonly from: 'humans' | 'anyone'
  readonly targets: ReadonlySet<string>
  /** The duties whose holds are lifted. */
  readonly duties: ReadonlySet<Duty>
  /** How long at most, never more than `longestGlassMs`. */
  readonly forMs: number
  readonly review: GlassReviewRule
}

/** Who has to look at what was done behind broken glass. */
export interface GlassReviewRule {
  readonly role: string
  /** How long after the end of the glass. When it is over, nobody breaks glass by the rule until there was a review. */
  readonly withinMs: number
  /** How the review must be proven. */
  readonly level: ApprovalLevel
  /** In what the reviewer has to differ from whoever broke the glass, besides subject, person, run and key. */
  readonly independent: readonly IndependenceDimension[]
}

/** The longest time for which a policy can let anybody break glass. */
export const longestGlassMs = 60 * 60_000
