/** Time as a port. */
export interface RelayClock {
  /** Unix milliseconds. */
  wallMs(): number
  /** Milliseconds that never go backwards. */
  monotonicMs(): number
}
