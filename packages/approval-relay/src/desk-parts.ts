import type { KnownPerson, RelayedRequest } from '@bothkeys/core/relay'
import type { DeskDecision, DeskLevel, DeskSubject, PersonView } from './desk.js'
import type { RelayLimits } from './relay-limits.js'
import type { RelayRecord } from './relay-record.js'
import type { History } from './store/history.js'
import type { RequestStore } from './store/request-store.js'

/** Disk and record together may take so long; then a request or a decision is refused. */
export const keepingMs = 15_000

/** What a desk works with. */
export interface DeskParts {
  readonly store: RequestStore
  readonly history: History
  readonly record: RelayRecord
  readonly limits: RelayLimits
  /** Unix milliseconds that never go backwards. */
  readonly nowMs: () => number
  readonly monotonicMs: () => number
  readonly who: (subject: DeskSubject) => Promise<KnownPerson>
  readonly viewOf: (request: RelayedRequest, roles: readonly string[]) => PersonView
  readonly sign: (request: RelayedRequest, decision: DeskDecision, level: DeskLevel, nowMs: number) => Promise<string>
  readonly onFailure: (cause: unknown) => void
}
