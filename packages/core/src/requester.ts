import type { BothKeysError } from './errors.js'
import type { CanonicalFragment } from './model/canonical-json.js'
import type { Principal } from './model/principal.js'
import type { TraceContext } from './model/trace.js'
import type { ProofDemand } from './proof-demand.js'
import type { Living } from './still-live.js'

/** Who asks: a session as the one path sees it. */
export interface Requester extends Living {
  readonly sessionId: string
  readonly principal: Principal
  readonly principalRecord: CanonicalFragment
  /** Who asks, as digests say it: the same in every session of the same identity. */
  readonly actorRecord: CanonicalFragment
  /** The roles that the session has at this moment: of a delegated one, those that the delegating session still has too. */
  roles(): readonly string[]
  /** Set when every action needs a proof. */
  readonly proof: ProofDemand | undefined
  /** A new id for an action of this session. */
  nextActionId(): string
  /** The trace context of this moment. Never throws. */
  trace(): TraceContext | undefined
  /** Counts what the session writes to the journal; above its budget the session ends and the others go on (RULES 21). */
  spend(characters: number): void
  /** Ends the session because what it did cannot be told from the record any more. Does nothing when it is over. */
  fail(error: BothKeysError): void
}
