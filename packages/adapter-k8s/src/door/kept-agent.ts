import { Agent as HttpAgent } from 'node:http'
import type { AgentOptions, RequestOptions } from 'node:https'
import { Agent as HttpsAgent } from 'node:https'

/** What identifies the caller to the API server. Two that are the same may share a connection. */
const names = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'rejectUnauthorized'] as const

/** What of the options is of a connection, and not of one request. */
export type Material = Pick<AgentOptions, (typeof names)[number]>

/** How long a connection may be without anything to do, in milliseconds. */
const idleMs = 60_000

/** Connections to one server that one material opened. */
export type KeptAgent = HttpAgent | HttpsAgent

/** Keeps connections to the one server that it is used for. */
export function keptAgent(protocol: string, material: Material): KeptAgent {
  const options = { keepAlive: true, timeout: idleMs }
  return protocol === 'https:' ? new OneServerAgent({ ...material, ...options }) : new HttpAgent(options)
}

/** Node.js would write all of the material out for each request, to tell servers apart that are one here. */
class OneServerAgent extends HttpsAgent {
  getName(): string {
    return 'server'
  }
}

/** The material of a login. */
export function materialOf(options: RequestOptions): Material {
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])))
}

/** Whether two logins may share connections. */
export function isSame(one: Material, other: Material): boolean {
  return names.every((name) => isSameValue(one[name], other[name]))
}

/** Certificates and keys are texts or bytes, or lists of them. */
function isSameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => isSameValue(each, other[index]))
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0
  return one === other
}

/** Whether nothing is under way. */
export function isIdle({ requests, sockets }: KeptAgent): boolean {
  return Object.keys(sockets).length === 0 && Object.keys(requests).length === 0
}
