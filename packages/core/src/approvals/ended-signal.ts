import { over } from '../model/over.js'
import type { RequestEnd } from './stored-request.js'

const ends: readonly RequestEnd[] = ['consumed', 'denied', 'expired', 'unavailable', 'void', 'withdrawn']

/** One for each end, as `over` is one for all. */
const reasons = new Map(
  ends.map((end): readonly [RequestEnd, DOMException] => [
    end,
    Object.freeze(new DOMException(over.message, over.name)),
  ]),
)

/** Why the signal of approvers aborts when their request ended like this: an AbortError as any other. */
export function endReason(end: RequestEnd): DOMException {
  return reasons.get(end) ?? over
}

/** How the request ended that a signal was for, as far as its process knew then; undefined where the signal does not say it. */
export function endOf({ reason }: AbortSignal): RequestEnd | undefined {
  return ends.find((end) => reasons.get(end) === reason)
}
