import type { Admission, AdmissionRequest } from './admission.js'
import type { DenialLog } from './denial-log.js'
import type { ObserverEvents } from './observers.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { Refusal } from './refusal.js'
import type { Requester } from './requester.js'

/** Who hears of a refusal. */
export interface DenialPorts {
  readonly denials: DenialLog
  readonly observe: (name: 'denied', event: ObserverEvents['denied']) => void
}

/** Refuses an action, on record. `intent`: the id that it had in a request for approval on record. */
export function deny(
  on: DenialPorts,
  requester: Requester,
  request: AdmissionRequest,
  policy: CompiledPolicy,
  refusal: Refusal,
  intent?: string,
): Admission {
  on.denials.record(requester, request.action, policy.digest, refusal, request.trace, intent)
  on.observe('denied', { session: requester.sessionId, refusal })
  return { outcome: 'refused', refusal }
}
