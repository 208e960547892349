import type { EstimatedStep } from '@bothkeys/core/adapter'

/** Why the door has no plan to show. A test keeps the table of them in the documentation complete. */
export const planReasons = [
  'busy',
  'foreign',
  'invalid',
  'locked',
  'not-a-query',
  'opaque',
  'other-state',
  'refused',
  'rule',
  'settings',
  'temporary',
  'timeout',
  'too-complex',
  'unknown-relation',
  'unreachable',
  'untrusted-cast',
  'untrusted-function',
] as const

export type PlanReason = (typeof planReasons)[number]

/** What comes of planning a statement. */
export type Planned = { readonly steps: readonly EstimatedStep[] } | { readonly none: PlanReason }
