import type { Duty } from './effect.js'

/** What people decide each time: what cannot be understood, and who may do what from then on (RULES 8). */
export const neverGranted: ReadonlySet<Duty> = new Set<Duty>(['opaque', 'grant'])

/** The most that a grant may give under a hold rule. */
export interface GrantCaps {
  /** How often, never more than `mostGrantUses`. */
  readonly uses: number
  /** For how long, never more than `longestGrantMs`. */
  readonly ttlMs: number
}

/** The most uses that a policy can let a grant have. */
export const mostGrantUses = 1_000

/** The longest time for which a policy can let a grant last. */
export const longestGrantMs: number = 24 * 60 * 60_000
