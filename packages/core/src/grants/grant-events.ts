import type { HeldAction } from '../approvals/request.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { EventDraft } from '../record/event.js'
import { engineSession } from '../record/event.js'
import type { CheckedGrantOptions } from './grant-options.js'
import type { GrantEnd } from './open-grant.js'

/** A request for a grant that people approved and whose approval was spent. */
export interface ApprovedGrant {
  readonly session: string
  readonly requester: Principal
  /** Aborted when the session ends. */
  readonly signal: AbortSignal
  readonly options: CheckedGrantOptions
  readonly identity: string
  readonly rules: readonly string[]
  readonly policy: CompiledPolicy
  readonly approval: HeldAction
  readonly evidence: CanonicalInput
}

export function givenEvent(
  { approval, evidence, options, policy, rules, session }: ApprovedGrant,
  untilMs: number,
): EventDraft {
  const { duties, maxAffected, reason, resources, target, uses, when } = options
  return {
    type: 'grant.given',
    session,
    body: {
      id: approval.requestId,
      approval: evidence,
      digest: approval.digest,
      duties,
      maxAffected,
      policy: policy.digest,
      reason,
      resources,
      rules,
      target,
      until: new Date(untilMs).toISOString(),
      uses,
      when: { ...when },
    },
  }
}

/** Of the engine's chain: the session may have ended before. */
export function endEvent(grant: string, end: GrantEnd, reason?: string): EventDraft {
  return { type: 'grant.ended', session: engineSession, body: { grant, end, reason } }
}
