/** Time as a port: `wallMs` is Unix time in milliseconds, `monotonicMs` never goes backwards. */
export interface Clock {
  /** Unix time in milliseconds. May be set back. */
  wallMs(): number
  /** Milliseconds since some moment of this process. Never goes backwards. */
  monotonicMs(): number
}

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
})
