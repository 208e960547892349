import type { IncomingMessage } from 'node:http'
import { canonicalRequest, type CanonicalRequest } from '../request/canonical-request.js'
import { refuse, type Refused } from '../request/refused.js'
import type { HandedRequest } from './handed-request.js'

/** As much as the API server itself takes. */
const mostBytes = 3 * 1024 * 1024

/** What a part of a body costs beside its bytes. */
const perPart = 256

/** What came of a body for which there was no room. */
export const noRoom = Symbol('no room')

/**
 * Reads a request to its end, in the one form in which it is decided. `host`: what its clients know the door as. `hold`: whether there
 * is room for so many bytes more of it.
 */
export async function readRequest(
  request: IncomingMessage,
  host: string,
  hold: (bytes: number) => boolean,
): Promise<CanonicalRequest | Refused | typeof noRoom> {
  if (request.headers.host !== host) return refuse('The request is for another host.')
  const body = await bodyOf(request, hold)
  if (body instanceof Uint8Array) {
    const { headersDistinct: headers, method = '', url: target = '' } = request
    return canonicalRequest({ method, target, headers, body })
  }
  return body
}

/** The same for one that is there already. */
export function readHanded(
  request: HandedRequest,
  hold: (bytes: number) => boolean,
): CanonicalRequest | Refused | typeof noRoom {
  const { length } = request.body
  if (length > mostBytes) return tooLarge()
  return length > 0 && !hold(length + perPart) ? noRoom : canonicalRequest(request)
}

/** Most requests have none, and to read one to its end takes longer than all that is decided about them. */
const noBody = Buffer.alloc(0)

async function bodyOf(
  request: IncomingMessage,
  hold: (bytes: number) => boolean,
): Promise<Uint8Array | Refused | typeof noRoom> {
  const { headers } = request
  // RFC 9112, 6.3: without either there is none.
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return noBody
  const chunks: Buffer[] = []
  let length = 0
  let holds = true
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    // Read to its end, so that the client reads the answer.
    if (length > mostBytes) continue
    holds &&= hold(chunk.length + perPart)
    if (holds) chunks.push(chunk)
    else chunks.length = 0
  }
  if (length > mostBytes) return tooLarge()
  return holds ? Buffer.concat(chunks) : noRoom
}

function tooLarge(): Refused {
  return refuse('The body is larger than the API server takes.')
}
