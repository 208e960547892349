import type { EstimateAction, MaskEstimated } from './approvals/estimate.js'
import { parseEstimate } from './approvals/estimate.js'
import { mapTexts } from './approvals/estimated-changes.js'
import type { HeldCall } from './approvals/request.js'
import { hiddenFromApprovers } from './hidden-from-approvers.js'
import type { HidingObligation } from './model/mask-obligation.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { bindRequest } from './request-digest.js'
import type { Requester } from './requester.js'
import type { Detecting, ResultMasking } from './result-masks.js'

/** What people are asked about: one action, or all that a grant would let through. */
interface Asked extends Pick<HeldCall, 'action' | 'requirement' | 'maxAffected' | 'trace' | 'estimate' | 'onHeld'> {
  readonly policy: CompiledPolicy
  /** What the policy masks for whoever is asked. */
  readonly hides: HidingObligation | undefined
}

/** Who asks people, and what finds values for it. */
interface Asking {
  readonly engine: string
  readonly masking: Pick<ResultMasking, 'detecting'>
}

/**
 * The question that people are asked for a requester. Its action has an id when it is asked. Throws where nobody can tell what masks
 * hide of it.
 */
export function heldCall({ engine, masking }: Asking, requester: Requester, asking: Asked): HeldCall {
  const { hides, policy, ...asked } = asking
  const { principal } = requester
  const detecting = hides && masking.detecting(principal, policy, hides.rules)
  const exceptions = (rule: string): Iterable<string> => policy.masks?.get(rule)?.except ?? []
  const isHidden = hides !== undefined || (asked.action.description.secrets ?? []).length > 0
  const hidden = isHidden ? hiddenFromApprovers(asked.action, hides ?? nothing, detecting, exceptions) : undefined
  return {
    ...asked,
    estimate: asked.estimate && detecting ? masked(asked.estimate, detecting) : asked.estimate,
    hidden,
    bind: (nonce, actionId = requester.nextActionId()) =>
      bindRequest(engine, requester, asked.action, policy.digest, { nonce, actionId }),
    requester: principal,
    requesterRecord: requester.principalRecord,
    session: requester.sessionId,
    policyDigest: policy.digest,
  }
}

const nothing: Pick<HidingObligation, 'given'> = Object.freeze({ given: Object.freeze({ some: Object.freeze([]) }) })

/** What rules detect in values that would change is masked for whoever is asked, as in the action itself. */
function masked(estimate: EstimateAction, { masker }: Detecting): EstimateAction {
  return async (signal) => {
    const look: MaskEstimated = (value, field) => masker.text(value, field === undefined ? {} : { field })
    const taken = parseEstimate(await estimate(signal, look))
    return 'changes' in taken ? mapTexts(taken, (text) => masker.text(text) ?? '') : taken
  }
}
