import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Asked, Body, Seen } from './asked/asked.js'

/** A server, and how to be somebody there. */
export interface Server {
  readonly url: string
  readonly ca: string
  readonly tokens: Readonly<Record<'admin' | 'agent' | 'nobody', string>>
}

export interface Answered {
  readonly path: string
  readonly code: number
  readonly type: string
  readonly auditId: string
  readonly text: string
}

/** Sends a request as it is written: no library makes its path another. */
export async function ask({ ca, tokens, url }: Server, asked: Asked, seen: Seen = () => ({})): Promise<Answered> {
  const { body, by = 'admin', headers, method } = asked
  const path = typeof asked.path === 'string' ? asked.path : asked.path(seen)
  const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const outgoing = request(url, {
    method,
    path,
    ca,
    agent: false,
    headers: {
      authorization: `Bearer ${tokens[by]}`,
      'user-agent': 'compared/1',
      ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
      ...headers,
    },
  })
  outgoing.end(sent)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const type = response.headers['content-type'] ?? ''
  const auditId = String(response.headers['audit-id'] ?? '')
  return { path, code: response.statusCode ?? 0, type, auditId, text: await text(response) }
}

/** Sends them one after the other, and keeps what was answered to those with a name. */
export async function askAll(server: Server, all: readonly Asked[]): Promise<readonly Answered[]> {
  const named = new Map<string, Body>()
  const answers: Answered[] = []
  for (const asked of all) {
    // oxlint-disable-next-line no-await-in-loop -- Each stands on what was before it.
    const answer = await ask(server, asked, (name) => named.get(name) ?? {})
    if (asked.name !== undefined) named.set(asked.name, JSON.parse(answer.text) as Body)
    answers.push(answer)
  }
  return answers
}
