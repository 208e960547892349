import { createHash } from 'node:crypto'
import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import type { CanonicalInput } from '../../src/model/canonical-json.js'
import { CanonicalFragment, canonicalJson } from '../../src/model/canonical-json.js'
import { EventChain } from '../../src/record/chain.js'
import { ChainCheck } from '../../src/record/chain-check.js'
import type { EventDraft } from '../../src/record/event.js'
import { envelopeMembers } from '../../src/record/event-text.js'
import { handClock, numbered, recorder } from './journal-bench.js'

function newChain(): { chain: EventChain; hashes: Map<number, string>; clock: ReturnType<typeof handClock> } {
  const clock = handClock()
  const hashes = new Map<number, string>()
  return { chain: new EventChain(recorder, clock, (lsn, hash) => hashes.set(lsn, hash)), hashes, clock }
}

function record(chain: EventChain, draft: EventDraft): string {
  const framed = chain.prepare(draft)
  chain.commit()
  return framed.slice(1, -1)
}

const member = fc.string({ unit: 'binary' }).filter((key) => key.isWellFormed() && !envelopeMembers.has(key))
const value = fc
  .jsonValue({ maxDepth: 5, noUnicodeString: false })
  .filter((json) => JSON.stringify(json).isWellFormed() && !JSON.stringify(json).includes('\\ud'))

describe('EventChain', () => {
  it('writes exactly what RFC 8785 says, whatever the body', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(member, value, fc.boolean()), { maxLength: 8 }), member, (members, session) => {
        const { chain } = newChain()
        const body = Object.fromEntries(
          members.map(([key, json, isFragment]) => {
            const input = json as CanonicalInput
            return [key, isFragment ? new CanonicalFragment(input) : input]
          }),
        )
        const line = record(chain, { type: 'target.internal', session, body })
        expect(line).toBe(canonicalJson(JSON.parse(line) as CanonicalInput))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the envelope and links the events of each session', () => {
    const { chain, clock } = newChain()
    const lines = [0, 1, 3, 4, 2].map((n) => {
      clock.mono += 0.5
      clock.wall += 1
      return record(chain, numbered(n))
    })
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events[3]).toEqual({
      v: 1,
      recorder,
      lsn: 3,
      session: 's1',
      seq: 1,
      prev: createHash('sha256')
        .update(Buffer.from([0]))
        .update(lines[1]!)
        .digest('hex'),
      time: '2026-01-01T00:00:00.004Z',
      mono: 2,
      type: 'target.internal',
      n: 4,
      pad: 'xxxx',
    })
    expect(events.map(({ prev }) => prev === '0'.repeat(64))).toEqual([true, true, false, false, true])
  })

  it('tells the hash of every event once, at the latest when asked', () => {
    const { chain, hashes } = newChain()
    const lines = Array.from({ length: 7 }, (_, n) => record(chain, numbered(n)))
    expect(hashes.size).toBe(4)
    chain.hashAll()
    expect([...hashes].toSorted(([a], [b]) => a - b)).toEqual(
      lines.map((line, lsn) => [lsn, createHash('sha256').update(`\0${line}`).digest('hex')]),
    )
  })

  it('leaves no gap when an event could not be written', () => {
    const { chain } = newChain()
    record(chain, numbered(0))
    chain.prepare(numbered(3))
    expect(JSON.parse(record(chain, numbered(6)))).toMatchObject({ lsn: 1, seq: 1 })
    chain.prepare(numbered(1))
    expect(JSON.parse(record(chain, numbered(1)))).toMatchObject({ lsn: 2, seq: 0 })
  })

  it('refuses body members that are named like envelope members', () => {
    for (const name of envelopeMembers) {
      const { chain } = newChain()
      expect(() => chain.prepare({ type: 'target.internal', session: 's', body: { [name]: 1 } })).toThrow(
        expect.objectContaining({ code: 'ERR_INTERNAL' }),
      )
      expect(chain.lsn).toBe(0)
    }
  })

  it('leaves out undefined members and notices when the members of a type change', () => {
    const { chain } = newChain()
    const bodies = [{ b: 1, a: undefined }, { b: undefined, a: 1 }, { zz: 'last', a: 2 }, {}]
    const lines = bodies.map((body) => record(chain, { type: 'target.internal', session: 's', body }))
    expect(lines.map((line) => /^\{"a":|^\{"b":|^\{"lsn":/.exec(line)?.[0])).toEqual([
      '{"b":',
      '{"a":',
      '{"a":',
      '{"lsn":',
    ])
    expect(lines[2]).toMatch(/"v":1,"zz":"last"\}$/)
  })

  it('keeps hostile text on one line of valid JSON', () => {
    const { chain } = newChain()
    const texts = [
      '\u2028\u2029',
      '"}\n{"lsn":0',
      '\0\u001f\u007f',
      '\\',
      '</script>',
      'ﷺ𝒳\u202e',
      '\ufeff',
      'x'.repeat(1024 * 1024),
    ]
    const check = new ChainCheck()
    for (const text of texts) {
      const line = record(chain, {
        type: 'target.internal',
        session: text.slice(0, 100),
        body: { text, [text.slice(0, 100)]: 1 },
      })
      expect(line).not.toContain('\n')
      expect(JSON.parse(line)).toMatchObject({ text })
      expect(check.take(line)).toHaveProperty('event')
    }
  })

  it('refuses what has no canonical text, and stays usable', () => {
    const { chain } = newChain()
    let deep: CanonicalInput = 1
    for (let level = 0; level < 65; level++) deep = [deep]
    const bad: readonly (readonly [string, unknown])[] = [
      ['ERR_SNAPSHOT_INVALID', deep],
      ['ERR_SNAPSHOT_INVALID', '\ud800'],
      ['ERR_SNAPSHOT_INVALID', Number.NaN],
      ['ERR_SNAPSHOT_INVALID', 1n],
      ['ERR_SNAPSHOT_INVALID', new Date()],
      ['ERR_LIMIT_EXCEEDED', 'x'.repeat(17 * 1024 * 1024)],
    ]
    for (const [code, json] of bad) {
      const draft: EventDraft = { type: 'target.internal', session: 's', body: { json: json as CanonicalInput } }
      expect(() => chain.prepare(draft)).toThrow(expect.objectContaining({ code }))
    }
    expect(() => chain.prepare({ type: 'target.internal', session: '\udc00', body: {} })).toThrow('lone surrogate')
    expect(JSON.parse(record(chain, numbered(1)))).toMatchObject({ lsn: 0, seq: 0 })
  })

  it('refuses an event that is recorded while another one is being prepared', () => {
    const { chain } = newChain()
    const body = {
      get sly(): string {
        record(chain, numbered(1))
        return 'x'
      },
    }
    const internal = expect.objectContaining({ code: 'ERR_INTERNAL' })
    expect(() => chain.prepare({ type: 'target.internal', session: 's', body })).toThrow(internal)
    expect(chain.lsn).toBe(1)
    expect(() => chain.commit()).toThrow(internal)
  })

  it('never lets time go backwards, and goes on from where it was', () => {
    const { chain, clock } = newChain()
    const time = (): unknown => (JSON.parse(record(chain, numbered(0))) as Record<string, unknown>)['time']
    expect(time()).toBe('2026-01-01T00:00:00.000Z')
    clock.wall -= 3_600_000
    expect(time()).toBe('2026-01-01T00:00:00.000Z')
    clock.mono += 250
    expect(time()).toBe('2026-01-01T00:00:00.250Z')
    clock.wall = Number.NaN
    clock.mono += 1
    expect(time()).toBe('2026-01-01T00:00:00.251Z')
    clock.wall = Date.UTC(2026, 0, 2)
    expect(time()).toBe('2026-01-02T00:00:00.000Z')
    clock.wall = Number.MAX_SAFE_INTEGER
    expect(time()).toBe('2026-01-02T00:00:00.000Z')
  })
})
