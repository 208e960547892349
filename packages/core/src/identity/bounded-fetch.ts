const maxBytes = 256 * 1024
const backOffMs = 5_000

/** What jose hands to a fetch of its own, and what discovery uses. */
type KeyFetch = (url: string, options: RequestInit) => Promise<Response>

/**
 * A fetch that follows no redirect, reads at most 256 KiB and, after a failure, fails at once for 5 seconds:
 * an issuer that is down costs one request in that time instead of one per token.
 */
export function boundedFetch(nowMs: () => number): KeyFetch {
  let blockedUntilMs = 0
  return async (url, options) => {
    if (nowMs() < blockedUntilMs) throw new Error('the last fetch failed a moment ago')
    try {
      const response = await fetch(url, { ...options, redirect: 'manual' })
      const body = await readAtMost(response, maxBytes)
      if (response.status !== 200) throw new Error(`the answer was HTTP ${String(response.status)}`)
      return new Response(body, { status: 200 })
    } catch (error) {
      blockedUntilMs = nowMs() + backOffMs
      throw error
    }
  }
}

/** The body of a response. Throws when it is longer than `limit` bytes, as soon as it is. */
export async function readAtMost(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  // The stream of a fetch yields bytes; the DOM-less Node types leave its chunks open.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > limit) throw new Error(`the answer is longer than ${String(limit)} bytes`)
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
