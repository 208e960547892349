import type { HeldCall } from './approvals/request.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { bindRequest } from './request-digest.js'
import type { Requester } from './requester.js'

/** What people are asked about: one action, or all that a grant would let through. */
interface Asked extends Pick<HeldCall, 'action' | 'requirement' | 'maxAffected' | 'trace' | 'estimate'> {
  readonly policy: Pick<CompiledPolicy, 'digest'>
}

/** The question that people are asked for a requester. Its action has an id when it is asked. */
export function heldCall(engine: string, requester: Requester, { policy, ...asked }: Asked): HeldCall {
  return {
    ...asked,
    bind: (nonce, actionId = requester.nextActionId()) =>
      bindRequest(engine, requester, asked.action, policy.digest, { nonce, actionId }),
    requester: requester.principal,
    requesterRecord: requester.principalRecord,
    session: requester.sessionId,
    policyDigest: policy.digest,
  }
}
