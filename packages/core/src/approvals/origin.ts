import { closureOf } from '../duties/closure.js'
import { randomHex } from '../model/digest.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import { leftBehind } from './pending-index.js'
import type { LeftBehind, Place } from './pending-index.js'
import type { Estimate } from './estimate.js'
import type { HeldCall, HoldRequest } from './request.js'
import { approvalRequest } from './request.js'
import type { RequestSecrets } from './request-secrets.js'
import type { StoredRequest } from './stored-request.js'
import { stateOf } from './stored-request.js'

/** Where a request comes from. */
export interface Origin {
  readonly nonce: string
  readonly place: Omit<Place, 'value'>
  /** What its process left behind, and how old it is. */
  readonly taken?:
    | { readonly stored: StoredRequest; readonly elapsedMs: number; readonly expiresAtMs: number }
    | undefined
}

/** A held action bound to its digest, and the request that it goes into. `denied`: people said no while nobody waited. */
export interface Opening {
  readonly hold: HoldRequest
  readonly from: Origin
  readonly denied: boolean
}

/**
 * Finds the request that an action belongs to: the one for it that a process of ours left behind, if every bit of what people
 * were asked is the same now, else a new one. For a new one `estimate` is called; who takes one over tells people what they were told
 * already. Throws as the ledger and `estimate` do.
 */
export async function openingOf(
  on: ApprovalPorts,
  secrets: RequestSecrets,
  call: HeldCall,
  estimate: () => Promise<Estimate | undefined>,
): Promise<Opening> {
  const contentId = secrets.contentId(call)
  const found = on.leaseMs === undefined ? undefined : await leftBehind(on.ledger, on.deadlineMs, contentId)
  const place = {
    holder: randomHex(16),
    sharedWith: sharedWith(call.requester),
    contentId,
    ttlMs: call.requirement.ttlMs,
  }
  const taken = found && takenOver(on, secrets, call, found)
  if (found !== undefined && taken !== undefined) {
    const { elapsedMs, hold, stored } = taken
    const nonce = secrets.nonceOf(found.id)
    const since = { stored, elapsedMs, expiresAtMs: stored.expiresAtMs }
    return {
      hold,
      from: { nonce, place: { ...place, id: found.id }, taken: since },
      denied: stateOf(stored) === 'denied',
    }
  }
  const estimated = await estimate()
  const id = randomHex(16)
  const nonce = secrets.nonceOf(id)
  return {
    hold: { ...call, ...call.bind(nonce), estimated },
    from: { nonce, place: { ...place, id, replaces: found } },
    denied: false,
  }
}

/**
 * What whoever asks shares with others (RULES 21). Of whom something is unknown, nobody is asked. A sub-agent shares subject,
 * person and run with its session; a key that it was given nobody has proven, and it takes no places of whoever holds that.
 */
function sharedWith(requester: Principal): readonly string[] {
  const isProven = requester.delegation.length === 0
  const { members } = closureOf(requester, isProven ? ['person', 'run', 'key'] : ['person', 'run'])
  return Object.freeze(members.map(({ dimension, value }) => `${dimension} ${value}`))
}

/** Undefined when anything differs, or it is over for another reason than a no. */
function takenOver(on: ApprovalPorts, secrets: RequestSecrets, call: HeldCall, { id, nowMs, stored }: LeftBehind) {
  // The id goes into comments of statements.
  if (stored === undefined || !/^[\w-]{1,64}$/.test(stored.actionId)) return undefined
  const state = stateOf(stored)
  const elapsedMs = nowMs - stored.enteredAtMs
  if ((state !== 'pending' && state !== 'denied') || !(elapsedMs >= 0 && elapsedMs < call.requirement.ttlMs))
    return undefined
  const hold = { ...call, ...call.bind(secrets.nonceOf(id), stored.actionId), estimated: stored.estimate }
  if (hold.digest !== stored.digest || hold.policyDigest !== stored.policy) return undefined
  const { view } = approvalRequest(id, hold, stored.expiresAtMs, on.engine)
  return view.digest === stored.view ? { hold, stored, elapsedMs } : undefined
}
