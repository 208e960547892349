import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExportedEvent, JournalFollower } from '../../src/record/followed.js'
import type { FileSystem } from '../../src/record/file-system.js'
import { nodeFileSystem } from '../../src/record/node-file-system.js'
import type { Journal } from '../../src/record/journal.js'
import { append, most, openFile, ownDirectory, upTo } from './support.js'

const own = ownDirectory()
const fails = (cause: unknown): never => {
  throw cause
}

const follow = (journal: Journal, name = 'siem'): JournalFollower => journal.follow!(name, fails)
const lsnsOf = (events: readonly ExportedEvent[]): readonly number[] => events.map(({ lsn }) => lsn)
const segment = (number: number): string => join(own.path, `journal-0000000${String(number)}.jsonl`)
const cursor = (): string => join(own.path, 'sink-siem.cursor')

async function all(follower: JournalFollower, limits = most): Promise<readonly ExportedEvent[]> {
  const events: ExportedEvent[] = []
  for (;;) {
    const next = await follower.next(limits)
    if (next.length === 0) return events
    events.push(...next)
  }
}

/** A journal of several segments, all of it acknowledged up to `lsn`, and closed. */
async function acknowledged(lsn: number): Promise<void> {
  const journal = await openFile(own.path, { segmentBytes: 1500 })
  await append(journal, 1, 40)
  const follower = follow(journal)
  await all(follower)
  follower.acknowledge(lsn)
  await follower.close()
  await journal.close()
}

describe('a follower of a file journal', () => {
  it('reads what was recorded, byte for byte, over all segments', async () => {
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    await append(journal, 1, 40)
    const follower = follow(journal)
    expect(follower.waiting).toBe(40)
    const events = await all(follower)
    expect(lsnsOf(events)).toEqual(upTo(40))
    const files = readdirSync(own.path).filter((name) => name.endsWith('.jsonl'))
    expect(files.length).toBeGreaterThan(3)
    const lines = files.flatMap((name) => readFileSync(join(own.path, name), 'utf8').split('\n').slice(1, -1))
    expect(events.map(({ text }) => text)).toEqual(lines)
    await append(journal, 40, 60)
    expect(lsnsOf(await all(follower))).toEqual(upTo(60).slice(40))
    await journal.close()
  })

  it('names each event by its leaf hash, which the next event of its session names as well', async () => {
    const journal = await openFile(own.path)
    await append(journal, 1, 10)
    const events = await all(follow(journal))
    const last = new Map<string, string>()
    for (const { hash, session, text, seq, type } of events) {
      const recorded = JSON.parse(text) as Readonly<Record<string, unknown>>
      expect(recorded).toMatchObject({ session, seq, type, prev: last.get(session) ?? '0'.repeat(64) })
      last.set(session, hash)
    }
    expect(last.size).toBe(4)
    await journal.close()
  })

  it('reads no more than it is asked for, and one event however long it is', async () => {
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    await append(journal, 1, 30)
    const follower = follow(journal)
    expect(await follower.next({ events: 4, bytes: 1e6 })).toHaveLength(4)
    const [fifth, ...more] = await follower.next({ events: 9, bytes: 1 })
    expect(fifth!.lsn).toBe(4)
    expect(more).toEqual([])
    const some = await follower.next({ events: 100, bytes: 700 })
    expect(some.reduce((bytes, { text }) => bytes + text.length + 1, 0)).toBeLessThanOrEqual(700)
    expect(some.length).toBeGreaterThan(1)
    expect(lsnsOf([...some, ...(await all(follower))])).toEqual(upTo(30).slice(5))
    await journal.close()
  })

  it('reads nothing that a crash could take back', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow: FileSystem = {
      ...nodeFileSystem,
      sync: async (file) => {
        await released
        return nodeFileSystem.sync(file)
      },
    }
    const journal = await openFile(own.path, { fileSystem: slow })
    const follower = follow(journal)
    expect(lsnsOf(await all(follower))).toEqual([0])
    const synced = append(journal, 1, 2)
    await new Promise(setImmediate)
    expect(await all(follower)).toEqual([])
    expect(follower.waiting).toBe(1)
    release()
    await synced
    expect(lsnsOf(await all(follower))).toEqual([1])
    await Promise.all([follower.settle(), journal.close()])
  })

  it('reads events once when a segment was given up and they stand in the next one as well', async () => {
    let failing = 0
    const faulty: FileSystem = {
      ...nodeFileSystem,
      sync: (file) =>
        failing-- > 0 ? Promise.reject(Object.assign(new Error('x'), { code: 'EIO' })) : nodeFileSystem.sync(file),
    }
    const journal = await openFile(own.path, { fileSystem: faulty })
    const follower = follow(journal)
    await append(journal, 1, 5)
    expect(lsnsOf(await all(follower))).toEqual(upTo(5))
    failing = 1
    await append(journal, 5, 9)
    expect(readdirSync(own.path).filter((name) => name.endsWith('.jsonl'))).toHaveLength(2)
    const again = await all(follow(journal, 'later'))
    expect(again.length).toBeGreaterThan(9)
    expect(lsnsOf(again)).toEqual(upTo(again.length))
    expect(lsnsOf(await all(follower))).toEqual(upTo(again.length).slice(5))
    await journal.close()
  })

  it('goes on behind what was acknowledged last, each reader by itself', async () => {
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    await append(journal, 1, 40)
    const [one, two] = [follow(journal, 'one'), follow(journal, 'two')]
    await Promise.all([all(one), all(two)])
    one.acknowledge(20)
    two.acknowledge(31)
    expect([one.waiting, two.waiting]).toEqual([19, 8])
    await Promise.all([one.close(), two.close()])
    await journal.close()
    const again = await openFile(own.path, { segmentBytes: 1500 })
    expect((await all(follow(again, 'one')))[0]!.lsn).toBe(21)
    expect((await all(follow(again, 'two')))[0]!.lsn).toBe(32)
    expect((await all(follow(again, 'three')))[0]!.lsn).toBe(0)
    if (process.platform !== 'win32') expect(statSync(join(own.path, 'sink-one.cursor')).mode & 0o777).toBe(0o600)
    await again.close()
  })

  it('notes what is acknowledged while the journal is open', async () => {
    const journal = await openFile(own.path)
    await append(journal, 1, 9)
    const follower = follow(journal)
    await all(follower)
    follower.acknowledge(3)
    await expect.poll(() => readdirSync(own.path)).toContain('sink-siem.cursor')
    expect(JSON.parse(readFileSync(cursor(), 'utf8'))).toMatchObject({ lsn: 3, segment: 1 })
    await follower.close()
    await journal.close()
  })

  it('says when what was acknowledged cannot be kept', async () => {
    const journal = await openFile(own.path)
    await append(journal, 1, 3)
    const causes: unknown[] = []
    const follower = journal.follow!('siem', (cause) => causes.push(cause))
    await all(follower)
    // Something else has the place of the file.
    mkdirSync(`${cursor()}.new`)
    follower.acknowledge(1)
    await follower.close()
    expect(causes).toMatchObject([{ code: 'EISDIR' }])
    await journal.close()
  })

  it.each<readonly [string, () => void]>([
    ['is not one', () => writeFileSync(cursor(), '{}\n')],
    ['is empty', () => writeFileSync(cursor(), '')],
    [
      'has another hash',
      () => rewrite(({ hash }) => ({ hash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })),
    ],
    ['has another lsn', () => rewrite(({ lsn }) => ({ lsn: lsn + 1 }))],
    ['points between lines', () => rewrite(({ offset }) => ({ offset: offset + 1 }))],
    ['points behind the end', () => rewrite(() => ({ offset: 1e9 }))],
    ['points before the beginning', () => rewrite(() => ({ offset: -5 }))],
    ['points to a segment that is not there', () => rewrite(() => ({ segment: 1_000 }))],
    ['is ahead of the journal', () => rewrite(() => ({ lsn: 1_000 }))],
  ])('reads nothing when its cursor is wrong: it %s', async (_what, change) => {
    await acknowledged(20)
    change()
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    const follower = follow(journal)
    const refused = { code: 'ERR_JOURNAL_CORRUPT', message: expect.stringContaining('siem'), hint: expect.any(String) }
    await expect(follower.next(most)).rejects.toMatchObject(refused)
    await expect(follower.next(most)).rejects.toMatchObject(refused)
    await follower.close()
    await journal.close()
  })

  it('reads nothing of another journal that has the place of its own', async () => {
    await acknowledged(20)
    for (const name of readdirSync(own.path).filter((each) => each.endsWith('.jsonl'))) rmSync(join(own.path, name))
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    await append(journal, 1, 40)
    await expect(follow(journal).next(most)).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
    await journal.close()
  })

  it.each<readonly [string, () => void, number]>([
    ['a segment is gone', () => rmSync(segment(2)), 0],
    ['the segment that the cursor points to is gone', () => rmSync(segment(1)), 0],
    ['a segment ends too early', () => truncateSync(segment(2), statSync(segment(2)).size - 40), 12],
    ['the header of a segment is another one', () => renameSync(segment(3), segment(2)), 6],
    [
      'the header of a segment is none',
      () => edit(1, (text) => text.replace('journal.segment', 'journal.sediment')),
      0,
    ],
    ['an event is another one', () => edit(2, (text) => text.replace('"n":10', '"n":11')), 13],
    ['a line is no event', () => edit(2, (text) => text.replace('"n":10', '"n":1,')), 10],
    ['a line is not UTF-8', () => edit(2, (text) => text.replace('"n":10', '"n":\u00ff0'), 'latin1'), 10],
    ['an event is missing', () => edit(2, (text) => text.replace(/^.*"n":10,.*\n/m, '')), 10],
  ])('reads up to the damage, and says so then: %s', async (_what, damage, sound) => {
    const journal = await openFile(own.path, { segmentBytes: 1500 })
    await append(journal, 1, 40)
    damage()
    const follower = follow(journal)
    const events: number[] = []
    const reading = (async () => {
      for (;;) events.push(...lsnsOf(await follower.next(most)))
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
    expect(events.length).toBe(sound)
    expect(events).toEqual(upTo(sound))
    await journal.close()
  })

  it('says that the segment at hand ends too early, also where that is between two lines', async () => {
    const journal = await openFile(own.path)
    await append(journal, 1, 9)
    const text = readFileSync(segment(1), 'utf8')
    writeFileSync(segment(1), `${text.split('\n').slice(0, 6).join('\n')}\n`)
    const follower = follow(journal)
    expect(lsnsOf(await follower.next(most))).toEqual(upTo(5))
    await expect(follower.next(most)).rejects.toMatchObject({
      code: 'ERR_JOURNAL_CORRUPT',
      message: expect.stringContaining('ends too early'),
    })
    await journal.close()
  })

  it('says that a journal cannot be read now when its disk does not answer, and reads on later', async () => {
    let broken = false
    const faulty: FileSystem = {
      ...nodeFileSystem,
      read: (...of) => {
        if (broken) throw Object.assign(new Error('x'), { code: 'EIO' })
        return nodeFileSystem.read(...of)
      },
    }
    const journal = await openFile(own.path, { fileSystem: faulty })
    await append(journal, 1, 5)
    const follower = follow(journal)
    broken = true
    await expect(follower.next(most)).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    broken = false
    expect(lsnsOf(await all(follower))).toEqual(upTo(5))
    await journal.close()
  })
})

interface Kept {
  readonly hash: string
  readonly lsn: number
  readonly offset: number
  readonly segment: number
}

function rewrite(change: (kept: Kept) => Partial<Kept>): void {
  const kept = JSON.parse(readFileSync(cursor(), 'utf8')) as Kept
  writeFileSync(cursor(), `${JSON.stringify({ ...kept, ...change(kept) })}\n`)
}

function edit(number: number, change: (text: string) => string, encoding: 'utf8' | 'latin1' = 'utf8'): void {
  const before = readFileSync(segment(number), 'utf8')
  const after = change(before)
  if (after === before) throw new Error('nothing was changed')
  writeFileSync(segment(number), after, encoding)
}
