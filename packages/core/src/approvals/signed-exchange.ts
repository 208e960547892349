import { answered, isPassing, retryAfterMs } from '../identity/answered.js'
import { readAtMost } from '../identity/bounded-fetch.js'
import type { RequestSignature } from '../identity/sign-request.js'
import { signRequest } from '../identity/sign-request.js'
import type { Clock } from '../model/clock.js'
import { limited } from './limited.js'

/** The longest answer that is read, in bytes. */
const maxAnswerBytes = 1024 * 1024

/** Where messages go, and who signs them for whom. */
export interface Line {
  /** What stands before each path, without a slash at its end. */
  readonly base: string
  readonly audience: string
  readonly signature: Omit<RequestSignature, 'nowMs'>
  readonly clock: Clock
}

/** One message. */
export interface Message {
  readonly method: 'GET' | 'POST'
  /** With its query, behind the base. */
  readonly path: string
  readonly body?: string
  /** How long the whole exchange may take. */
  readonly limitMs: number
}

/** What a message came to: an answer, or why there is none. `retryMs`: the least time after which it may be sent again. */
export type Exchanged = { readonly status: number; readonly body: Uint8Array } | Unanswered

/** Why there is no answer. Without `retryMs` another try would come to the same. */
export interface Unanswered {
  readonly failed: string
  readonly retryMs?: number
  readonly cause?: unknown
}

/**
 * Sends one message with a signature of its own over HTTP and reads the answer: redirects are not followed, at most 1 MiB is
 * read, and nothing takes longer than its limit. Never throws. What failed says nothing of what the other side answered.
 */
export async function exchange(line: Line, message: Message, signal: AbortSignal): Promise<Exchanged> {
  const token = await signed(line, message)
  if (typeof token !== 'string') return token
  const { body, limitMs, method, path } = message
  try {
    return await limited(limitMs, signal, async (until) => {
      const response = await fetch(`${line.base}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: until,
      })
      const answer = await readAtMost(response, maxAnswerBytes)
      const { headers, status } = response
      return isPassing(status) ? { failed: answered(status), retryMs: retryAfterMs(headers) } : { status, body: answer }
    })
  } catch (cause) {
    return { failed: 'it could not be asked', retryMs: 0, cause }
  }
}

/** A key that does not fit its algorithm signs nothing the next time either. */
async function signed({ audience, clock, signature }: Line, message: Message): Promise<string | Unanswered> {
  try {
    return await signRequest({ audience, ...message }, { ...signature, nowMs: clock.wallMs() })
  } catch (cause) {
    return { failed: 'the message to it could not be signed', cause }
  }
}
