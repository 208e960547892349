import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventHash } from '../../src/record/event-hash.js'
import type { HttpSinkOptions } from '../../src/sinks/http.js'
import { httpSink } from '../../src/sinks/http.js'
import { append, batchOf, event, journalOf, never, pumpOf, upTo } from './support.js'

const key = Buffer.alloc(32, 7)

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

let server: Server
let port = 0
let isUp = true
let received: Received[] = []
let respond: (response: ServerResponse, request: IncomingMessage) => void

beforeEach(async () => {
  received = []
  respond = (response) => response.writeHead(204).end()
  isUp = true
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      received.push({ headers: request.headers, body })
      respond(response, request)
    })
  })
  server.on('connection', (socket) => {
    if (!isUp) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
})

/** Answers nobody until it is up again. It keeps its port, which others could take meanwhile. */
function down(): void {
  isUp = false
  server.closeAllConnections()
}

const url = (): string => `http://127.0.0.1:${String(port)}/bothkeys`
const sinkWith = (more: Partial<HttpSinkOptions> = {}): ReturnType<typeof httpSink> =>
  httpSink({ name: 'siem', url: url(), key, ...more })

/** The lines of a request that is signed by a key. Throws for any other, as a receiver does. */
function verified({ body, headers }: Received, by: Uint8Array = key): readonly string[] {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`]))
  const expected = createHmac('sha256', by).update(`${id}.${timestamp}.`).update(body).digest()
  const fits = signatures!.split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  if (!fits) throw new Error('the signature does not fit')
  const lines = body.toString('utf8').split('\n')
  if (lines.pop() !== '') throw new Error('the last line does not end')
  return lines
}

describe('an HTTP sink', () => {
  it('posts the recorded text, which a receiver can verify', async () => {
    const clock = { wallMs: () => 1_764_000_000_999, monotonicMs: () => 0 }
    const sink = sinkWith({ clock })
    const batch = batchOf(event(3, '{"name":"Zoë"}'), event(4))
    expect(await sink.deliver(batch, never)).toEqual({ outcome: 'taken' })
    const [request] = received
    expect(request!.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'webhook-id': batch.key,
      'webhook-timestamp': '1764000000',
    })
    const lines = verified(request!)
    expect(lines).toEqual(['{"name":"Zoë"}', '{"lsn":4}'])
    const hashes = lines.map(eventHash)
    expect(`${hashes[0]!}-${hashes[1]!}`).toBe(batch.key)
  })

  it('signs with every key that it is given, and with no other', async () => {
    const next = Buffer.alloc(40, 9)
    const given = [Uint8Array.from(key), Uint8Array.from(next)]
    const sink = sinkWith({ key: given })
    // What the host does with its bytes later changes nothing.
    given[0]!.fill(0)
    await sink.deliver(batchOf(event(0)), never)
    const [request] = received
    expect(verified(request!, key)).toHaveLength(1)
    expect(verified(request!, next)).toHaveLength(1)
    expect(() => verified(request!, Buffer.alloc(32, 8))).toThrow('does not fit')
    expect(() => verified({ ...request!, body: Buffer.from('{"lsn":1}\n') })).toThrow('does not fit')
  })

  it.each([200, 201, 202, 204, 299])('takes HTTP %i for taken', async (status) => {
    respond = (response) => response.writeHead(status).end()
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toEqual({ outcome: 'taken' })
  })

  it.each([408, 429, 500, 502, 503])('sends again later what is answered by HTTP %i', async (status) => {
    respond = (response) => response.writeHead(status, { 'retry-after': '7' }).end('secret')
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toEqual({
      outcome: 'failed',
      why: `it answered HTTP ${String(status)}`,
      retryMs: 7_000,
    })
  })

  it.each([
    ['86400', 60_000],
    ['-1', 0],
    ['soon', 0],
  ])('is not told to be silent for ever: %s', async (header, retryMs) => {
    respond = (response) => response.writeHead(503, { 'retry-after': header }).end()
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toMatchObject({ outcome: 'failed', retryMs })
  })

  it.each([400, 401, 403, 404, 410, 413, 422])('takes HTTP %i for a refusal', async (status) => {
    respond = (response) => response.writeHead(status).end('secret')
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toEqual({
      outcome: 'refused',
      why: `it answered HTTP ${String(status)}`,
    })
  })

  it.each([301, 302, 303, 307, 308])('follows no redirect: HTTP %i', async (status) => {
    respond = (response) => response.writeHead(status, { location: url() }).end()
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toMatchObject({ outcome: 'refused' })
    expect(received).toHaveLength(1)
  })

  it('reads no more of an answer than it has to', async () => {
    let written = 0
    respond = (response) => {
      response.writeHead(200)
      const more = (): void => {
        if (response.destroyed) return
        written += 65_536
        if (response.write(Buffer.alloc(65_536))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    }
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toEqual({ outcome: 'taken' })
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })

  it('ends with its signal', async () => {
    respond = () => undefined
    const abort = new AbortController()
    const delivering = sinkWith().deliver(batchOf(event(0)), { signal: abort.signal })
    await expect.poll(() => received.length).toBe(1)
    abort.abort()
    expect(await delivering).toMatchObject({ outcome: 'failed', why: 'it could not be reached' })
  })

  it('says nothing of where it sends when nobody is there', async () => {
    const sink = sinkWith()
    down()
    const delivery = await sink.deliver(batchOf(event(0)), never)
    expect(delivery).toMatchObject({ outcome: 'failed', why: 'it could not be reached', cause: expect.any(Error) })
  })

  it('loses nothing when its server goes away and comes back', async () => {
    const journal = await journalOf(30)
    const { pump, told } = pumpOf(sinkWith({ batchEvents: 10 }), journal)
    await expect.poll(() => received.length).toBeGreaterThan(2)
    down()
    await append(journal, 30, 60)
    await expect.poll(() => told.behind.length).toBeGreaterThan(2)
    expect(told.behind.at(-1)).toMatchObject({ events: 30, error: { code: 'ERR_SINK_UNAVAILABLE' } })
    isUp = true
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(10_000)
    const lsns = received.flatMap((each) => verified(each).map((line) => (JSON.parse(line) as { lsn: number }).lsn))
    expect(lsns).toEqual(upTo(60))
  })

  it('sends the same again with the same id when an answer is lost', async () => {
    let lost = 2
    respond = (response, request) => {
      if (lost-- > 0) request.socket.destroy()
      else response.writeHead(204).end()
    }
    const { pump, told } = pumpOf(sinkWith(), await journalOf(5))
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(10_000)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(received.map((each) => verified(each).join('\n'))).size).toBe(1)
    expect(received.length).toBeGreaterThan(2)
  })

  it('is not held up for ever by a server that never answers', async () => {
    respond = () => undefined
    const { pump, told } = pumpOf(sinkWith({ deadlineMs: 30 }), await journalOf(5))
    await expect.poll(() => told.behind.length).toBeGreaterThan(1)
    expect(told.behind[0]!.error.message).toBe('the sink siem did not take events: it takes longer than 30 ms')
    respond = (response) => response.writeHead(204).end()
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(10_000)
  })

  it.each<readonly [string, object, string]>([
    ['http elsewhere', { url: 'http://siem.example.com/' }, 'url must be an https URL'],
    ['no URL', { url: 'siem' }, 'url is not a URL'],
    ['credentials', { url: 'https://u:p@siem.example.com/' }, 'url must not hold credentials'],
    ['a query', { url: 'https://siem.example.com/?token=x' }, 'url must have no query and no fragment'],
    ['a fragment', { url: 'https://siem.example.com/#x' }, 'url must have no query and no fragment'],
    ['a short key', { key: Buffer.alloc(31) }, 'key must be 32 bytes or more'],
    ['one short key of two', { key: [key, Buffer.alloc(31)] }, 'key must be 32 bytes or more'],
    ['no key', { key: undefined }, 'key must be 32 bytes or more'],
    ['a key as text', { key: 'k'.repeat(40) }, 'key must be 32 bytes or more'],
    ['no keys', { key: [] }, 'key must be 1 to 8 keys'],
    ['too many keys', { key: Array.from({ length: 9 }, () => key) }, 'key must be 1 to 8 keys'],
    ['an option that does not exist', { header: {} }, 'there is no option header'],
    ['a name that is no file name', { name: '../x' }, 'name must be 1 to 64 of'],
    ['a name in capitals', { name: 'SIEM' }, 'name must be 1 to 64 of'],
    ['no events in a batch', { batchEvents: 0 }, 'batchEvents must be a whole number from 1 to 10000'],
    ['too many bytes in a batch', { batchBytes: 1e9 }, 'batchBytes must be a whole number from 1 to 16777216'],
    ['no deadline', { deadlineMs: Number.POSITIVE_INFINITY }, 'deadlineMs must be a whole number from 1 to 600000'],
  ])('is not built with %s', (_what, options, message) => {
    expect(() => sinkWith(options)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(`httpSink: ${message}`) }),
    )
  })
})
