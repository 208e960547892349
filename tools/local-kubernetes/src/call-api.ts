import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Certificate } from './authority.js'

/** How to reach an API server as its administrator. Serialisable. */
export type ClusterAccess = {
  /** `https://127.0.0.1:…` */
  readonly url: string
  /** The certificate of the server's authority, as PEM. */
  readonly ca: string
  /** Of the group `system:masters`. */
  readonly admin: Certificate
}

/** Calls the API past every door, as its administrator. Resolves to the body; throws what the server says against it. */
export async function callApi(access: ClusterAccess, method: string, path: string, body?: object): Promise<string> {
  const sent = body === undefined ? '' : JSON.stringify(body)
  const outgoing = request(new URL(path, access.url), {
    method,
    ca: access.ca,
    cert: access.admin.certificate,
    key: access.admin.key,
    agent: false,
    headers: sent === '' ? {} : { 'content-type': contentType(method), 'content-length': Buffer.byteLength(sent) },
  })
  outgoing.end(sent)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const answer = await text(response)
  const { statusCode = 0 } = response
  if (statusCode >= 400) throw new Error(`${method} ${path} was answered with ${String(statusCode)}: ${answer}`)
  return answer
}

function contentType(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
}
