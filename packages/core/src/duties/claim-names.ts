/** The names under which claims keep what rules count: one key for each object and member of a closure, however many. */
export const counted = ['chain', 'duty', 'limit', 'lookup', 'role', 'wall', 'work'] as const

type Counted = (typeof counted)[number]

/** A name of claims, with what they count by. */
export type ClaimName = Counted | `${Counted}/${string}`
