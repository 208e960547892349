import type { Expiry } from '../approvals/expiry.js'

/** Broken glass in the hands of whoever broke it. */
export interface OpenGlass {
  /** Names it, in the record and for its review. */
  readonly id: string
  /** Whether it still lifts holds. */
  readonly open: boolean
  /**
   * Gives it back: nothing is lifted from this call on, and the glass can be reviewed once the promise resolves. Idempotent.
   * It never rejects: what could not be noted is observed as a failure, and the review waits for the end of its time.
   */
  close(): Promise<void>
}

/** Why a glass lifts nothing any more. */
export type GlassEnd = 'closed' | 'expired' | 'session-ended' | 'not-opened'

/** A glass that lifts holds for one session on one target. */
export interface LiveGlass {
  readonly id: string
  readonly rule: string
  readonly session: string
  readonly target: string
  /** By the clocks of this process, whichever runs faster. */
  readonly expiry: Expiry
  timer: NodeJS.Timeout | undefined
  over: boolean
  /** Done when the end is on record. */
  ended: Promise<void>
}
