import { beforeAll, describe, expect, it } from 'vitest'
import type { RecordedEvent } from '../../src/record/event.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { eventsOf, numbered, openOn } from './journal-bench.js'
import type { StillFiles } from './still-files.js'
import { fileOf, linesOf, segmentsOf, verifyStill, withFile } from './still-files.js'

/** A journal of two runs: several segments, one given up after a failed sync, sessions that end in each of them. */
async function smallJournal(): Promise<{ files: StillFiles; events: readonly RecordedEvent[] }> {
  const fileSystem = new CrashFileSystem()
  const first = await openOn(fileSystem)
  for (let n = 0; n < 5; n++) await first.append(numbered(n), 'written')
  await first.append({ type: 'session.close', session: 's1', body: {} }, 'synced')
  await first.append({ type: 'action.intent', session: 's2', body: { id: 'a-1' } }, 'synced')
  let failures = 1
  fileSystem.fault = (_index, call) => (call === 'sync' && failures-- > 0 ? { kind: 'error', code: 'EIO' } : undefined)
  await first.append({ type: 'session.open', session: 'ümlaut \u2028', body: { text: 'ß' } }, 'synced')
  await first.close()
  const second = await openOn(fileSystem, { segmentBytes: 100_000 })
  for (let n = 10; n < 17; n++) await second.append(numbered(n), 'synced')
  const events = await eventsOf(second)
  await second.close()
  return { files: segmentsOf(fileSystem), events }
}

let files: StillFiles
let events: readonly RecordedEvent[]
let names: readonly string[]
let last: string
/** For each session of the last segment, the line number of its last event there. */
let tails: ReadonlySet<number>

beforeAll(async () => {
  ;({ files, events } = await smallJournal())
  names = [...files.keys()]
  last = names.at(-1)!
  const sessions = linesOf(files.get(last)!).map((line) => (JSON.parse(line) as RecordedEvent).session)
  tails = new Set(sessions.map((session) => sessions.lastIndexOf(session)).filter((line) => line > 0))
})

describe('verifyJournal', () => {
  it('finds the journal intact that was not touched', async () => {
    expect(await verifyStill(files)).toMatchObject({
      verdict: 'intact',
      segments: names.length,
      events: events.length,
      firstBadLsn: null,
      damage: null,
    })
    expect(names.length).toBeGreaterThan(3)
    expect(tails.size).toBe(4)
    expect(names.some((name) => files.get(name)!.length > countedBytes(name))).toBe(true)
  })

  it('finds every change of a single byte, except in the last event of a session in the last segment', async () => {
    const missed: string[] = []
    for (const name of names) {
      const file = files.get(name)!
      for (let at = 0; at < file.length; at++) {
        for (const flip of [0x01, 0x80]) {
          const mutant = Buffer.from(file)
          mutant[at]! ^= flip
          const { verdict } = await verifyStill(withFile(files, name, mutant))
          if (verdict !== 'intact') continue
          const line = file.subarray(0, at).toString('latin1').split('\n').length - 1
          if (name !== last || !tails.has(line))
            missed.push(`${name}:${String(line)} byte ${String(at)} ^ ${String(flip)}`)
        }
      }
    }
    // What stands behind the durable part of the segment that was given up counts for nothing.
    expect(missed.filter((where) => !isSuperseded(where))).toEqual([])
  }, 600_000)

  it('names a deleted line', async () => {
    const found = await foundPerLine(async (name, lines, index) => {
      const { damage, firstBadLsn, verdict } = await verifyStill(
        withFile(files, name, fileOf(lines.toSpliced(index, 1))),
      )
      // Nothing follows the end of the journal that could miss it.
      if (name === last && index === lines.length - 1) return verdict === 'intact'
      if (damage?.kind !== 'gap' && damage?.kind !== 'truncation') return false
      return index === 0 || firstBadLsn === (JSON.parse(lines[index]!) as RecordedEvent).lsn
    })
    expect(found).toEqual([])
  })

  it('names a line that stands there twice', async () => {
    const found = await foundPerLine(async (name, lines, index) => {
      // Behind the durable part of a segment that was given up, nothing counts.
      if (files.get(name)!.length > countedBytes(name) && index === lines.length - 1) return true
      const twice = lines.toSpliced(index, 0, lines[index]!)
      const { damage } = await verifyStill(withFile(files, name, fileOf(twice)))
      return damage?.kind === 'duplicate' && damage.segment === name && damage.line === index + 2
    })
    expect(found).toEqual([])
  })

  it('names two lines that changed places', async () => {
    const found = await foundPerLine(async (name, lines, index) => {
      if (index + 1 >= lines.length) return true
      const swapped = lines.with(index, lines[index + 1]!).with(index + 1, lines[index]!)
      const { damage } = await verifyStill(withFile(files, name, fileOf(swapped)))
      return damage?.kind === 'reorder' && damage.segment === name && damage.line === index + 1
    })
    expect(found).toEqual([])
  })

  it('finds a file cut at any byte, except the end of the journal cut between two lines', async () => {
    const unexpected: string[] = []
    for (const name of names) {
      const file = files.get(name)!
      for (let at = 0; at < countedBytes(name); at++) {
        const { verdict } = await verifyStill(withFile(files, name, file.subarray(0, at)))
        if (verdict !== verdictOfCut(name, file, at)) unexpected.push(`${name} cut at ${String(at)}: ${verdict}`)
      }
    }
    expect(unexpected).toEqual([])
  }, 600_000)

  it('finds a missing file, except the last one', async () => {
    const kinds = []
    for (const name of names) kinds.push((await verifyStill(withFile(files, name, undefined))).damage?.kind)
    expect(kinds).toEqual([...names.slice(1).map(() => 'gap'), undefined])
  })

  it('finds two files that changed places', async () => {
    for (const [index, name] of names.entries()) {
      const next = names[index + 1]
      if (next === undefined) continue
      const swapped = withFile(withFile(files, name, files.get(next)), next, files.get(name))
      expect((await verifyStill(swapped)).verdict).toBe('corrupt')
    }
  })

  it('finds an edited last event of a session in every segment but the last, by the digest in the next header', async () => {
    const name = names[0]!
    const lines = linesOf(files.get(name)!)
    const index = lines.findIndex((line) => line.includes('"session.close"'))
    const edited = lines.with(index, lines[index]!.replace('"mono":0', '"mono":1'))
    expect(edited).not.toEqual(lines)
    expect(await verifyStill(withFile(files, name, fileOf(edited)))).toMatchObject({
      verdict: 'corrupt',
      damage: { kind: 'edit' },
    })
  })

  it('names the edited event itself, not the one that links to it', async () => {
    const name = names[0]!
    const lines = linesOf(files.get(name)!)
    const index = lines.findIndex((line) => line.includes('"n":1'))
    const event = JSON.parse(lines[index]!) as RecordedEvent
    const edited = lines.with(index, lines[index]!.replace('"n":1', '"n":2'))
    expect(await verifyStill(withFile(files, name, fileOf(edited)))).toMatchObject({
      firstBadLsn: event.lsn,
      damage: { kind: 'edit' },
    })
  })

  it('finds time that goes backwards although every hash is right', async () => {
    const name = last
    const lines = linesOf(files.get(name)!)
    const index = lines.length - 1
    const edited = lines.with(index, lines[index]!.replace(/"time":"20../, '"time":"1999'))
    expect(await verifyStill(withFile(files, name, fileOf(edited)))).toMatchObject({
      verdict: 'corrupt',
      damage: { kind: 'edit', detail: 'time goes backwards' },
    })
  })

  it('takes damage before a whole event for an edit, never for the torn tail that opening would cut off', async () => {
    const lines = linesOf(files.get(last)!)
    for (let index = 1; index < lines.length - 1; index++) {
      const found = await verifyStill(withFile(files, last, fileOf(lines.with(index, 'x'.repeat(20)))))
      expect(found).toMatchObject({ verdict: 'corrupt', damage: { kind: 'edit', line: index + 1 }, torn: null })
    }
  })

  it('finds an event of another recorder although every hash is right', async () => {
    const lines = linesOf(files.get(last)!)
    const index = lines.length - 1
    const edited = lines.with(index, lines[index]!.replace(/"recorder":"[^"]*"/, '"recorder":"another"'))
    expect(await verifyStill(withFile(files, last, fileOf(edited)))).toMatchObject({
      verdict: 'corrupt',
      damage: { kind: 'edit', detail: 'the recorder is another one' },
    })
  })

  it('is plain JSON', async () => {
    const found = await verifyStill(withFile(files, names[0]!, Buffer.alloc(0)))
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })
})

/** The lines for which a check does not hold. */
async function foundPerLine(
  holds: (name: string, lines: readonly string[], index: number) => Promise<boolean>,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of names) {
    const lines = linesOf(files.get(name)!.subarray(0, countedBytes(name)))
    for (let index = 0; index < lines.length; index++) {
      if (!(await holds(name, lines, index))) found.push(`${name} line ${String(index + 1)}`)
    }
  }
  return found
}

function verdictOfCut(name: string, file: Buffer, at: number): string {
  const isInHeader = at <= linesOf(file)[0]!.length
  if (name !== last || isInHeader) return 'corrupt'
  return file[at - 1] === 0x0a ? 'intact' : 'torn'
}

/** How much of a file counts: the header behind says where a segment that was given up ends. */
function countedBytes(name: string): number {
  const next = files.get(names[names.indexOf(name) + 1] ?? '')
  const header = next === undefined ? undefined : (JSON.parse(linesOf(next)[0]!) as { previous: { bytes: number } })
  return header?.previous.bytes ?? files.get(name)!.length
}

function isSuperseded(where: string): boolean {
  const [, name = '', byte = ''] = /^(.*):\d+ byte (\d+)/.exec(where) ?? []
  return Number(byte) >= countedBytes(name)
}
