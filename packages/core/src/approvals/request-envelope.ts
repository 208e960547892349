import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { ApprovalRequest } from './approver.js'
import { hiddenClaim } from './hidden-values.js'

/** The version of the envelope. */
export const envelopeVersion = 2

/**
 * A request as text for whoever asks people in another process: what its digest is over, and what the engine says about it
 * besides. Nothing in it is made to be believed: `readRequest` makes digest and view anew. Throws ERR_SNAPSHOT_INVALID when
 * the request is none of the engine's making.
 */
export function requestEnvelope(request: ApprovalRequest): string {
  const { estimate, exact, expiresAt, hidden, id, maxAffected, rules, settings, stages } = request
  const claims: Record<keyof EngineClaims, CanonicalInput | undefined> = {
    estimate: estimate as CanonicalInput | undefined,
    expiresAt: expiresAt.toISOString(),
    hidden: hiddenClaim(hidden),
    id,
    maxAffected,
    rules,
    settings,
    stages: stages.map(({ count, independent, role, stage }) => ({ count, independent, role, stage })),
  }
  return canonicalJson({ claims, exact, v: envelopeVersion })
}

/** What the engine says of a request and its digest does not cover. The digest of the view does. */
export type EngineClaims = Pick<
  ApprovalRequest,
  'estimate' | 'expiresAt' | 'hidden' | 'id' | 'maxAffected' | 'rules' | 'settings' | 'stages'
>
