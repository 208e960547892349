import type { RequestContext } from '@kubernetes/client-node'
import type { RequestGiven } from '../request/canonical-request.js'
import { isMethod } from '../request/request-kind.js'
import { governedServer } from './governed-server.js'

/** A request that is handed over within the process: it has the form in which the door would read it from a wire. */
export type HandedRequest = RequestGiven & { readonly body: Uint8Array }

/** Paths and queries that no client and no reader of URLs writes otherwise. */
const plainTarget = /^\/[\w\-.~!$&()*+,:;=@%/?]*$/
const dotSegment = /\/(?:\.|%2e)/i
/** What is read as it comes, or has a parameter whose name may say so in other letters. */
const followed = /[?&](?:(?:watch|follow)\b|[^=&]*%)/
/** What headers may say here. All others are for the wire, or for what reads it. */
const headerNames: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent'])
const plainValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const noBody = Buffer.alloc(0)

/**
 * What a client asks, if it is sure that a wire would carry the same. Undefined: it is not, so that it has to go by the wire, which
 * leads to the door as well. All that is read of it is read once.
 */
export function handedRequest(asked: RequestContext): HandedRequest | undefined {
  // Whoever takes its question back breaks a wire off.
  if (asked.getSignal() !== undefined) return undefined
  const method: unknown = asked.getHttpMethod()
  const target = targetOf(asked.getUrl())
  const headers = headersOf(asked.getHeaders())
  const body = bodyOf(asked.getBody())
  if (typeof method !== 'string' || !isMethod(method) || target === undefined || headers === undefined) return undefined
  if (body === undefined || (body.length > 0 && (method === 'GET' || headers['content-type'] === undefined)))
    return undefined
  return { method, target, headers, body }
}

function targetOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !url.startsWith(`${governedServer}/`)) return undefined
  const target = url.slice(governedServer.length)
  return plainTarget.test(target) && !dotSegment.test(target) && !followed.test(target) ? target : undefined
}

function headersOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase()
    if (!headerNames.has(key) || headers.has(key) || typeof value !== 'string' || !plainValue.test(value))
      return undefined
    headers.set(key, value)
  }
  // Who sends it says for them what they take.
  return headers.has('accept') ? Object.fromEntries(headers) : undefined
}

function bodyOf(body: unknown): Uint8Array | undefined {
  if (body === undefined) return noBody
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : undefined
}
