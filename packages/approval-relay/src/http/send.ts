import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { Outgoing } from './route.js'

/** What every answer says, unless it says otherwise itself. */
const always: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Sends an answer; the head alone of one that goes on as a stream. */
export function send(response: ServerResponse, { body, headers = {}, status, stream }: Outgoing): void {
  if (response.headersSent || response.destroyed) return
  const own = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  for (const [name, value] of Object.entries(always)) if (!own.has(name.toLowerCase())) response.setHeader(name, value)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.statusCode = status
  if (stream !== undefined) {
    response.flushHeaders()
    return
  }
  if (body !== undefined || status === 204) {
    response.end(body)
    return
  }
  if (!own.has('content-type')) response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(`${STATUS_CODES[status] ?? ''}\n`)
}
