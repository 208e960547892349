import type { IncomingMessage } from 'node:http'
import { BothKeysError } from '@bothkeys/core'
import type { Answer } from './answer.js'
import { problem } from './answer.js'

/** The most bytes of a body: evidence has at most 8 KiB. */
const mostBytes = 16 * 1024

/**
 * Refuses what no client of this listener sends: a browser (`Origin`, `Sec-Fetch-*`), another host's name (so that no page can
 * reach it by a name of its own), headers that are there twice. Undefined when nothing is wrong.
 */
export function refusedRequest(request: IncomingMessage, port: number | undefined): Answer | undefined {
  const { headers, headersDistinct } = request
  if (headers.origin !== undefined || Object.keys(headers).some((name) => name.startsWith('sec-fetch-')))
    return problem(403, 'browsers are not answered')
  const hosts = port === undefined ? ['localhost'] : [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`]
  if (headersDistinct['host']?.length !== 1 || !hosts.includes(headers.host ?? ''))
    return problem(421, `the host must be ${hosts[0] ?? ''}`)
  for (const name of ['authorization', 'dpop', 'content-type']) {
    if ((headersDistinct[name]?.length ?? 0) > 1) return problem(400, `the header ${name} is there twice`)
  }
  return undefined
}

/** What a request authenticates with. */
export interface Authorization {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly secret: string
}

/** RFC 9110 section 11.6.2, with the two schemes that are known here. Undefined for anything else. */
export function authorizationOf({ headers }: IncomingMessage): Authorization | undefined {
  const [, scheme = '', secret = ''] =
    /^(bearer|dpop) +([A-Za-z0-9._~+/=-]+) *$/i.exec(headers.authorization ?? '') ?? []
  if (secret === '') return undefined
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', secret }
}

/** The bytes of a body. Throws ERR_CONFIG_INVALID for more than 16 KiB. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw wrong('the body is larger than 16 KiB')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) throw wrong('the body is larger than 16 KiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * The JSON object of a body, with its own members alone; an empty body is an empty object. Throws ERR_CONFIG_INVALID for
 * anything else.
 */
export function jsonBody(request: IncomingMessage, body: Buffer): ReadonlyMap<string, unknown> {
  if (body.length === 0) return new Map()
  if (!/^application\/json *(; *charset=utf-8)?$/i.test(request.headers['content-type'] ?? ''))
    throw wrong('the body must be application/json')
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw wrong('the body is no JSON')
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw wrong('the body must be a JSON object')
  return new Map(Object.entries(read))
}

/** A wrong request. */
export function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what)
}

/** The token of a request, with its proof where it is bound to a key. Throws ERR_TOKEN_INVALID and ERR_PROOF_INVALID. */
export function credentialOf(request: IncomingMessage): { readonly token: string; readonly proof?: string } {
  const authorization = authorizationOf(request)
  const proof = request.headers['dpop']
  if (authorization === undefined || Array.isArray(proof)) throw noToken()
  const isBound = authorization.scheme === 'DPoP'
  if (isBound !== (proof !== undefined))
    throw new BothKeysError('ERR_PROOF_INVALID', 'a proof belongs to the scheme DPoP, and the scheme DPoP to a proof', {
      hint: 'send Authorization: DPoP <token> and DPoP: <proof>, or Authorization: Bearer <token> alone',
    })
  return { token: authorization.secret, ...(proof !== undefined && { proof }) }
}

export function noToken(): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', 'the request has no token', {
    hint: 'send Authorization: Bearer <token>, or DPoP <token> with a proof',
  })
}
