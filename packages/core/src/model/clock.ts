/** Time as a port: `wallMs` is Unix time in milliseconds, `monotonicMs` never goes backwards. */
export interface Clock {
  wallMs(): number
  monotonicMs(): number
}

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
})
