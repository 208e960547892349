import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { slackWeb } from '../src/web.js'

let server: Server | undefined

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

/** What one call comes to when Slack answers this. */
async function answered(status: number, body: string, headers: Record<string, string> = {}) {
  const http = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { connection: 'close', ...headers }).end(body)
  })
  server = http
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/api/`
  return slackWeb({ apiUrl, token: 'xoxb-secret-token' }).call('auth.test')
}

describe('an answer of Slack', () => {
  it.each<readonly [string, number, string, Record<string, string>, unknown]>([
    ['right', 200, '{"ok":true,"team_id":"T0"}', {}, { ok: true, answer: { team_id: 'T0' } }],
    ['an error', 200, '{"ok":false,"error":"not_in_channel"}', {}, { ok: false, reason: 'not_in_channel' }],
    ['an error that is no word', 200, '{"ok":false,"error":"Bearer xoxb"}', {}, { ok: false, reason: 'refused' }],
    ['an error without a name', 200, '{"ok":false}', {}, { ok: false, reason: 'refused' }],
    ['of another status', 502, 'bad gateway', {}, { ok: false, reason: 'http-502' }],
    ['a redirect', 302, '', { location: 'https://evil.example/' }, { ok: false, reason: 'unreachable' }],
    ['to wait', 429, '', { 'retry-after': '7' }, { ok: false, reason: 'rate-limited', retryAfterMs: 7_000 }],
    ['to wait for a day', 429, '', { 'retry-after': '86400' }, { ok: false, retryAfterMs: 300_000 }],
    ['too long', 200, JSON.stringify({ ok: true, more: 'x'.repeat(1024 * 1024) }), {}, { ok: false }],
  ])('is read: %s', async (_name, status, body, headers, expected) => {
    const came = await answered(status, body, headers)
    expect(came).toMatchObject(expected as object)
    expect(JSON.stringify(came)).not.toContain('xoxb')
  })
})
