import { BothKeysError } from '../errors.js'
import { strictJsonObject } from '../identity/strict-json.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import { requestDigest } from '../model/request-text.js'
import type { RequestView } from './approver.js'
import { claimsOf } from './engine-claims.js'
import { exactRequest } from './exact-request.js'
import { envelopeVersion } from './request-envelope.js'
import type { GivenValues, HiddenValues } from './hidden-values.js'
import { maySee, shownValues } from './hidden-values.js'
import { withExact } from './request.js'
import type { ShownFacts } from './request-view.js'
import { requestView } from './request-view.js'

/** A request as whoever asks people in another process sees it: made from what the digest is over, and from nothing else. */
export interface RelayedRequest extends ShownFacts {
  /** The guard that asks. Whoever sent the request has to be it. */
  readonly engine: string
  /** What `digest` is over, with what masks hide. Not enumerable. */
  readonly exact: string
  /** What people are shown. It says what of it the engine claims. */
  readonly view: RequestView
  /** What evidence has to be about. */
  readonly subject: ApprovalSubject
}

/** The longest request that is read, in bytes: four times the longest statement, with as much for its parameters. */
export const maxRequestBytes = 2 * 1024 * 1024

/**
 * Reads a request that the engine of another process sent (`webhookApprover`). The digest is made anew from the canonical
 * text, and so is the view from that text: the sender can send another request, but none that shows one thing and is another.
 * What the digest does not cover, the engine's claims, is in the view, whose digest people sign.
 * Throws ERR_REQUEST_INVALID, with a reason that holds nothing of it, for anything that has two readings or is not whole.
 *
 * @example
 * const { view, subject } = readRequest(body)
 */
export function readRequest(envelope: string | Uint8Array): RelayedRequest {
  const bytes = typeof envelope === 'string' ? Buffer.from(envelope) : envelope
  if (bytes.byteLength > maxRequestBytes) throw requestRefused(`it is longer than ${String(maxRequestBytes)} bytes`)
  const { claims, exact, v, ...others } = strictJsonObject(bytes, 'it', requestRefused)
  if (v !== envelopeVersion) throw requestRefused('its version is none that is known')
  if (Object.keys(others).length > 0) throw requestRefused('it has members that are not known')
  if (typeof exact !== 'string') throw requestRefused('it lacks what its digest is over')
  const { engine, policy, ...action } = exactRequest(exact, requestRefused)
  const { expiresAtMs, hidden, ...claimed } = claimsOf(claims, requestRefused)
  const made = (hides: HiddenValues | undefined): RelayedRequest => {
    const facts = {
      ...claimed,
      ...action,
      ...shownOf(action, hides),
      hidden: hides,
      digest: requestDigest(exact),
      // A frozen Date can still be set, so each reader gets one of their own.
      get expiresAt() {
        return new Date(expiresAtMs)
      },
    }
    const view = requestView(facts)
    const subject = Object.freeze({ aud: engine, req: facts.id, adh: facts.digest, pol: policy, view: view.digest })
    // Assigned, so that the getter of `expiresAt` stays one.
    return Object.freeze(withExact(Object.assign(facts, { engine, view, subject }), exact))
  }
  const request = made(hidden)
  if (hidden === undefined) return request
  let whole: RelayedRequest | undefined
  clear.set(request, () => (whole ??= made(undefined)))
  return request
}

const clear = new WeakMap<RelayedRequest, () => RelayedRequest>()

/**
 * A request as somebody with these roles may see it: with what masks hide where every rule leaves one of the roles out. Evidence has
 * to be about `subject` of what they were shown; the engine looks at their roles again.
 */
export function requestFor(request: RelayedRequest, roles: readonly string[]): RelayedRequest {
  const { hidden } = request
  return hidden !== undefined && maySee(hidden, roles) ? (clear.get(request)?.() ?? request) : request
}

function shownOf(action: GivenValues, hidden: HiddenValues | undefined): GivenValues {
  try {
    return shownValues(action, hidden)
  } catch {
    throw requestRefused('it hides what the action does not have')
  }
}

function requestRefused(reason: string): BothKeysError {
  return new BothKeysError('ERR_REQUEST_INVALID', `the request for approval was refused: ${reason}`, {
    hint: 'send what requestEnvelope made of the request',
  })
}
