/** What an action does to one resource, in the vocabulary that all adapters share. */
export const duties = Object.freeze([
  'read',
  'write',
  'delete',
  'define',
  'grant',
  'execute',
  'transfer',
  'session',
  'opaque',
  'approve',
  'policy',
  'audit',
] as const)

/** One of these duties. */
export type Duty = (typeof duties)[number]

/** The duties that the wildcard `*` never covers (RULES 8). */
export const dutiesBeyondWildcard: ReadonlySet<Duty> = new Set<Duty>(['opaque', 'grant', 'approve', 'policy', 'audit'])

/** What an attribute of an effect may be. A list has each of its values. */
export type AttributeValue = string | number | boolean | readonly string[]

/**
 * One effect of an action. `resource` is `kind:segment.segment`, lower case kind, for example
 * `table:public.orders` or `function:shop.refund`; segments that contain `.`, `:`, `*` or `"` are double-quoted.
 * An attribute `sensitive: true` means that only a rule which names the resource literally covers it (RULES 27).
 * An attribute `payload: 'unbound'` means that data which the decision did not see follows (RULES 17).
 */
export interface Effect {
  /** What is done. */
  readonly duty: Duty
  /** What it is done to, as above. */
  readonly resource: string
  /** What else is known of it, by names of the adapter: `unbounded`, `columns`. */
  readonly attributes: Readonly<Record<string, AttributeValue>>
}
