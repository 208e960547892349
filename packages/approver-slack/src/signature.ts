import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the time of a message from Slack may be from ours, in seconds. */
export const toleranceS = 300

/** What came in, as it came in. */
export interface SignedMessage {
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  /** Raw bytes: nothing was parsed yet. */
  readonly body: Uint8Array
}

/**
 * Says what is wrong with a message that should be Slack's, undefined for nothing: version 0 of its signature, HMAC-SHA256 over
 * `v0:{timestamp}:{body}` (docs.slack.dev, "Verifying requests from Slack"). It proves that Slack sent the bytes within the
 * last five minutes, not who may decide.
 */
export function wrongSignature(
  message: SignedMessage,
  secret: string,
  nowMs: number,
): 'unsigned' | 'stale' | undefined {
  const { body, signature, timestamp } = message
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return 'unsigned'
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'unsigned'
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  // Both are 32 bytes by now.
  if (!timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))) return 'unsigned'
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceS ? undefined : 'stale'
}
