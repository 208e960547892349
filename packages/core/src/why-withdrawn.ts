import type { Refusal } from './refusal.js'
import { refusalFrom } from './refusal.js'

/** The refusal of a request that was withdrawn, in the words of whoever waits for people no more. Any other stays as it is. */
export function whyWithdrawn(refusal: Refusal, asking: AbortSignal | undefined): Refusal {
  if (refusal.code !== 'ERR_APPROVAL_WITHDRAWN' || asking?.aborted !== true) return refusal
  return { ...refusalFrom(asking.reason), rules: refusal.rules }
}
