import type { UnverifiedClaims } from '../identity/verifier.js'
import type { LimitInput } from '../policy/policy-input.js'
import type { RecordedEvent } from '../record/event.js'

/** What a case needs to know of a session. A `Session` is one. */
export interface StageSession {
  /** As it stands in the record. */
  readonly id: string
  /** Whom the session is of. */
  readonly principal: { readonly subject: { readonly id: string } }
  /** Ends the session. */
  close(): Promise<void>
}

/** What a case may have different from a guard at its best. */
export interface StageSettings {
  /** What the approver answers. Default: allow. */
  readonly answer: 'allow' | 'deny' | 'silence'
  /** What the journal does. Default: works. */
  readonly journal: 'works' | 'throws' | 'hangs'
  /** The bound on changed rows that each hold rule gets. Only before the first session opens. */
  readonly maxAffected: number
  /** The limits that the policy gets. Only before the first session opens. */
  readonly limits: readonly LimitInput[]
}

/** The guard of one case with a journal that can fail and an approver that it scripts: in this process or in another. */
export interface ContractStage<S extends StageSession> {
  /** Opens a session of somebody. */
  session(claims: UnverifiedClaims): Promise<S>
  /** Changes what the guard has different from one at its best. */
  set(settings: Partial<StageSettings>): Promise<void>
  /** What is on record so far, in order. */
  events(): Promise<readonly RecordedEvent[]>
  /** How many requests the approver was asked about. */
  asked(): Promise<number>
  /** The names of the parts that can be serialised though they hold a credential or stand for somebody. */
  serialisable(): Promise<readonly string[]>
  /** Ends the guard and what was set up for it. */
  close(): Promise<void>
}
