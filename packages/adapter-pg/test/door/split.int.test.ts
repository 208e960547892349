import { setImmediate as turn } from 'node:timers/promises'
import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackendSink } from '../../src/door/backend-scan.js'
import { BackendScanner } from '../../src/door/backend-scan.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { copying, writing } from './support/policy.js'
import { proxy } from './support/proxy.js'
import { recordConversation } from './support/recorded.js'
import type { Answer } from './support/wire.js'
import { Wire } from './support/wire.js'

/** How many answers end the recorded conversation. */
const exchanges = 9

describe('a conversation in pieces', () => {
  const between = proxy()
  let on: Governed
  let session: Session
  let conversation: { readonly startup: Buffer; readonly rest: Buffer }
  let whole: string

  beforeAll(async () => {
    on = await governed({
      seed: `create table t (a int primary key, b text); create table u (a int, b text);
        insert into t select i, 'row ' || i from generate_series(1, 5) i`,
      allow: [...writing, ...copying],
      reach: between.reach,
    })
    session = await on.session()
    conversation = await recordConversation(on.target, session)
    whole = await replay(await Wire.open(on.target, session), [conversation.rest])
    expect(whole).toContain('row 5')
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  /** Sends pieces, each in a turn of its own, and answers everything that came back. */
  const replay = async (wire: Wire, pieces: readonly Buffer[]): Promise<string> => {
    for (const piece of pieces) {
      wire.stream.write(Buffer.from(piece))
      await turn()
    }
    const answers: Answer[] = []
    for (let count = 0; count < exchanges; count++) answers.push(...(await wire.ready()))
    return Buffer.concat(answers.map(({ bytes }) => bytes)).toString('latin1')
  }

  it('has the same answers wherever the client splits it', async () => {
    const wire = await Wire.open(on.target, session)
    const { rest } = conversation
    for (let at = 1; at < rest.length; at++) {
      expect([at, await replay(wire, [rest.subarray(0, at), rest.subarray(at)])]).toEqual([at, whole])
    }
    await wire.end()
  }, 300_000)

  it('has the same answers when the client sends byte after byte', async () => {
    const wire = await Wire.open(on.target, session)
    expect(
      await replay(
        wire,
        Array.from(conversation.rest, (byte) => Buffer.from([byte])),
      ),
    ).toBe(whole)
    await wire.end()
  })

  it('starts wherever the client splits the start-up packet', async () => {
    const { startup, rest } = conversation
    const all = Buffer.concat([startup, rest])
    for (let at = 1; at <= startup.length; at++) {
      const wire = Wire.dial(on.target, session)
      wire.stream.write(all.subarray(0, at))
      await turn()
      wire.stream.write(all.subarray(at))
      expect((await wire.ready()).at(-1)?.type).toBe('Z')
      expect([at, await replay(wire, [])]).toEqual([at, whole])
      await wire.end()
    }
  }, 300_000)

  it('has the same answers wherever the server splits it', async () => {
    const wire = await Wire.open(on.target, session)
    let bytes = 0
    between.options = { split: (chunk) => ((bytes += chunk.length), [chunk]) }
    expect(await replay(wire, [conversation.rest])).toBe(whole)
    const length = bytes
    expect(length).toBeGreaterThan(500)
    for (let at = 1; at < length; at += 5) {
      between.options = { split: cutter(at) }
      expect([at, await replay(wire, [conversation.rest])]).toEqual([at, whole])
    }
    between.options = { split: (chunk) => Array.from(chunk, (byte) => Buffer.from([byte])) }
    expect(await replay(wire, [conversation.rest])).toBe(whole)
    between.options = {}
    await wire.end()
  }, 300_000)

  it('shows the same messages at every boundary of what the server sends', async () => {
    const wire = await Wire.open(on.target, session)
    const chunks: Buffer[] = []
    between.options = { split: (chunk) => (chunks.push(Buffer.from(chunk)), [chunk]) }
    await replay(wire, [conversation.rest])
    between.options = {}
    await wire.end()
    const all = Buffer.concat(chunks)
    const expected = scan([all])
    expect(expected.messages.length).toBeGreaterThan(30)
    for (let at = 1; at < all.length; at++) {
      expect([at, scan([all.subarray(0, at), all.subarray(at)])]).toEqual([at, expected])
    }
  })
})

/** Cuts a stream of chunks at one offset. */
function cutter(at: number): (chunk: Buffer) => readonly Buffer[] {
  let seen = 0
  return (chunk) => {
    const cut = at - seen
    seen += chunk.length
    return cut > 0 && cut < chunk.length ? [chunk.subarray(0, cut), chunk.subarray(cut)] : [chunk]
  }
}

function scan(chunks: readonly Buffer[]): { messages: string[]; rows: number; passed: string } {
  const passed: Buffer[] = []
  const seen = { messages: [] as string[], rows: 0 }
  const sink: BackendSink = {
    wantsRows: false,
    rewrites: false,
    rewrite: () => undefined,
    flush: () => undefined,
    pass: (bytes) => passed.push(Buffer.from(bytes)),
    message: (_type, bytes) => (seen.messages.push(bytes.toString('latin1')), 'pass'),
    row: () => {
      seen.rows += 1
      return 'pass'
    },
    held: () => undefined,
  }
  const scanner = new BackendScanner(sink, 1024 * 1024)
  for (const chunk of chunks) scanner.push(Buffer.from(chunk))
  return { ...seen, passed: Buffer.concat(passed).toString('latin1') }
}
