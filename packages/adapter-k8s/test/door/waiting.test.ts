import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Waiting } from '../../src/door/waiting.js'
import { answered, asked, notingDoor, RawApi } from '../support/raw.js'

const pods = '/api/v1/namespaces/shop/pods'
const never = new Promise<void>(() => undefined)
const begun = (): { readonly headersSent: boolean } => ({ headersSent: true })

let api: RawApi | undefined
afterEach(() => {
  api?.close()
})

/** What is written to a client, so far. */
function heard(wire: Duplex): { text: string } {
  const all = { text: '' }
  wire.on('data', (chunk: Buffer) => (all.text += chunk.toString('latin1')))
  return all
}

describe('what is open of one session', () => {
  it('is 4,096 at most, also where answers have begun', () => {
    const waiting = new Waiting()
    const all = Array.from({ length: 4096 }, begun)
    expect(all.map((one) => waiting.enter(one)).filter((why) => why !== undefined)).toEqual([])
    const one = begun()
    expect(waiting.enter(one)).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED', message: expect.stringContaining('open') })
    waiting.leave(one)
    expect(waiting.enter(one)).toBeDefined()
    if (all[0] !== undefined) waiting.leave(all[0])
    expect(waiting.enter(one)).toBeUndefined()
  })

  it('is refused on record when a watch would be one too many, until another one ends', async () => {
    api = new RawApi('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n')
    const { notes, open, waiting } = notingDoor(await api.config())
    for (let count = 0; count < 4095; count++) waiting.enter(begun())
    const watch = open()
    const first = heard(watch)
    watch.write(asked(`${pods}?watch=true`))
    await vi.waitFor(() => {
      expect(first.text).toMatch(/^HTTP\/1\.1 200 /)
    })
    const more = open()
    const second = heard(more)
    more.write(asked(`${pods}?watch=true`))
    await vi.waitFor(() => {
      expect(second.text).toContain('as many requests of the session are open as may')
    })
    expect(second.text).toMatch(/^HTTP\/1\.1 429 /)
    expect(notes).toContain('refused (a request that was not read)')
    watch.destroy()
    await vi.waitFor(() => {
      expect(notes).toContain('unknown 200')
    })
    const last = open()
    const third = heard(last)
    last.write(asked(`${pods}?watch=true`))
    await vi.waitFor(() => {
      expect(third.text).toMatch(/^HTTP\/1\.1 200 /)
    })
  })

  it('has 256 connections to pods at most, also those that have become one', async () => {
    api = new RawApi('')
    const { notes, open, waiting } = notingDoor(await api.config(), never)
    const all = Array.from({ length: 255 }, () => ({ headersSent: true, isConnection: true }) as const)
    for (const each of all) expect(waiting.enter(each)).toBeUndefined()
    const becoming = [
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol: v4.channel.k8s.io\r\n',
    ].join('\r\n')
    const exec = asked(`${pods}/web-0/exec?command=true&stdout=true`, becoming)
    open().resume().write(exec)
    await vi.waitFor(() => {
      expect(notes).toEqual(['asked'])
    })
    const wire = open()
    const told = heard(wire)
    wire.write(exec)
    await vi.waitFor(() => {
      expect(told.text).toContain('the session has as many connections to pods as it may')
    })
    expect(told.text).toMatch(/^HTTP\/1\.1 429 /)
    expect(notes).toEqual(['asked', 'refused (a request that was not read)', 'over'])
    for (const each of all.slice(1)) waiting.leave(each)
    open().resume().write(exec)
    await vi.waitFor(() => {
      expect(notes.filter((note) => note === 'asked')).toHaveLength(2)
    })
    // Everything else has its place.
    expect(waiting.enter(begun())).toBeUndefined()
  })
})

describe('the bodies of one session', () => {
  const mebibyte = 1024 * 1024
  const review = (bytes: number): string => {
    const annotations = { of: '' }
    const kind = 'SelfSubjectAccessReview'
    const object = { apiVersion: 'authorization.k8s.io/v1', kind, metadata: { annotations }, spec: {} }
    annotations.of = 'x'.repeat(bytes - JSON.stringify(object).length)
    return JSON.stringify(object)
  }
  const headOf = (framing: string): string =>
    [
      'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1',
      'host: governed.invalid',
      'content-type: application/json',
      `${framing}\r\n\r\n`,
    ].join('\r\n')
  const posted = (bytes: number): string => headOf(`content-length: ${String(bytes)}`) + review(bytes)

  it('are 32 MiB together at most: one more is read to its end and told to come again, on record', async () => {
    let decide = (): void => undefined
    api = new RawApi(answered('201 Created', '{"kind":"SelfSubjectAccessReview"}'))
    const { notes, open, waiting } = notingDoor(await api.config(), new Promise((resolve) => (decide = resolve)))
    for (let count = 0; count < 10; count++)
      open()
        .resume()
        .write(posted(3 * mebibyte))
    await vi.waitFor(
      () => {
        expect(notes).toHaveLength(10)
      },
      { timeout: 60_000 },
    )
    const wire = open()
    const told = heard(wire)
    wire.write(posted(3 * mebibyte))
    await vi.waitFor(() => {
      expect(told.text).toContain('as large together as they may be')
    })
    expect(told.text).toMatch(/^HTTP\/1\.1 429 /)
    expect(told.text).toContain('retry-after: 1\r\n')
    expect(notes.slice(10)).toEqual(['refused (a request that was not read)', 'over'])
    // The connection goes on, and what is smaller has room.
    wire.write(posted(mebibyte))
    await vi.waitFor(() => {
      expect(notes.filter((note) => note === 'asked')).toHaveLength(11)
    })
    decide()
    await vi.waitFor(
      () => {
        expect(notes.filter((note) => note === 'over')).toHaveLength(12)
      },
      { timeout: 60_000 },
    )
    const one = { headersSent: false }
    waiting.enter(one)
    expect(waiting.hold(one, 32 * mebibyte)).toBe(true)
  })

  it('count with what their parts cost', async () => {
    api = new RawApi('')
    const { notes, open, waiting } = notingDoor(await api.config(), never)
    const other = { headersSent: false }
    waiting.enter(other)
    waiting.hold(other, 32 * mebibyte - 64 * 1024)
    const wire = open()
    const told = heard(wire)
    wire.write(headOf('transfer-encoding: chunked'))
    for (const byte of review(400)) {
      wire.write(`1\r\n${byte}\r\n`)
      // oxlint-disable-next-line no-await-in-loop -- Each is read before the next one comes.
      await new Promise((resolve) => setImmediate(resolve))
    }
    wire.write('0\r\n\r\n')
    await vi.waitFor(() => {
      expect(told.text).toMatch(/^HTTP\/1\.1 429 /)
    })
    expect(notes).toEqual(['refused (a request that was not read)', 'over'])
  })

  it('hold nothing of one for which there is no room, nor of one that is over', () => {
    const waiting = new Waiting()
    const [one, two, three] = [{ headersSent: false }, { headersSent: false }, { headersSent: false }]
    for (const each of [one, two, three]) waiting.enter(each)
    expect(waiting.hold(one, 30 * mebibyte)).toBe(true)
    expect(waiting.hold(two, mebibyte)).toBe(true)
    expect(waiting.hold(two, 2 * mebibyte)).toBe(false)
    expect(waiting.hold(three, 2 * mebibyte)).toBe(true)
    waiting.leave(one)
    expect(waiting.hold(two, 30 * mebibyte)).toBe(true)
    expect(waiting.hold(one, 1)).toBe(false)
  })
})
