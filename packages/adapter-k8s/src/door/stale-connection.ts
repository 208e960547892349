import type { ClientRequest } from 'node:http'

/** A kept connection that the server had closed when the request came: not a byte of an answer was read. */
class StaleConnection extends Error {}

/** What a network says of a connection that the other side ended. */
const ended: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/** Tells of what a request fails with whether its connection was stale. */
export function staleness(request: ClientRequest): (error: unknown) => unknown {
  let before: number | undefined
  request.once('socket', (socket) => (before = socket.bytesRead))
  return (error) => {
    const isStale =
      request.reusedSocket &&
      request.socket?.bytesRead === before &&
      error instanceof Error &&
      'code' in error &&
      ended.has(error.code)
    return isStale ? new StaleConnection('the connection was stale', { cause: error }) : error
  }
}

/**
 * Sends a request, and once more by a connection of its own where the one that was kept was stale. A write is never sent twice: nobody
 * knows whether the server heard it.
 */
export async function despiteStaleness<Answer>(
  method: string,
  send: (isAlone: boolean) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(false)
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error
    if (method !== 'GET') throw error.cause
    return send(true)
  }
}
