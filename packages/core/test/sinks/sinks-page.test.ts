import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import { agent } from '../enforce/support.js'
import { guardWithSinks, newEvents } from './page-example.js'
import { ownDirectory, upTo } from './support.js'

const page = readFileSync(new URL('../../../../docs/sinks.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')
const own = ownDirectory()

describe('docs/sinks.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('sends the record where its example says, and says what waits', async () => {
    const key = Buffer.alloc(32, 5)
    const seen = new Set<string>()
    const events: unknown[] = []
    const requests: { readonly headers: Headers; readonly body: Buffer }[] = []
    let down = true
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        if (down) return response.writeHead(503).end()
        const headers = new Headers(request.headers as Record<string, string>)
        requests.push({ headers, body })
        events.push(...newEvents(headers, body, key, seen))
        return response.writeHead(204).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const alerts: string[] = []
    const archive = join(own.path, 'events.jsonl')
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
    const guard = await guardWithSinks(
      { policy: inlineSource({ version: 1, targets: {}, roles: {} }), identity: unverifiedIdentity(), targets: [] },
      { audit: join(own.path, 'audit'), url, key, archive },
      (text) => {
        alerts.push(text)
        down = false
      },
    )
    await (await guard.openSession({ [unverifiedCredential]: agent })).close()
    await expect.poll(() => alerts.length).toBe(1)
    await guard.close()
    server.close()
    expect(alerts[0]).toMatch(/^the sink siem did not take events: it answered HTTP 503; \d+ events wait$/)
    expect(events).toMatchObject(upTo(events.length).map((lsn) => ({ lsn })))
    expect(events.at(-1)).toMatchObject({ type: 'session.close' })
    const lines = readFileSync(archive, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events)
    const [{ body, headers }] = requests as [(typeof requests)[0]]
    expect(newEvents(headers, body, key, seen)).toEqual([])
    expect(() => newEvents(headers, body, Buffer.alloc(32), seen)).toThrow('not signed by the guard')
    const late = new Headers(headers)
    late.set('webhook-timestamp', '1')
    expect(() => newEvents(late, body, key, seen)).toThrow('not signed by the guard')
  })
})
