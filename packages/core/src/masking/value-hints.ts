import type { Hints } from './detector.js'

/** What is known of a value besides its text. */
export interface ValueHints extends Hints {
  /** Whose value it is: what shifts of dates are the same for. */
  readonly subject?: string
  /** Its domain, as that of a column. The type of what is found unless given. */
  readonly domain?: string
}
