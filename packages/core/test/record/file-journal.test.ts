import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/model/clock.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { FileJournalOptions } from '../../src/record/file-journal.js'
import type { Journal } from '../../src/record/journal.js'
import { nodeFileSystem } from '../../src/record/node-file-system.js'
import { verifyJournal } from '../../src/record/verify.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { directory, eventsOf, handClock, newProcess, numbered, openOn, recorder } from './journal-bench.js'

let parent: string
let audit: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bothkeys-journal-'))
  audit = join(parent, 'a', 'audit')
})

afterEach(() => {
  rmSync(parent, { recursive: true, force: true })
})

function open(options: FileJournalOptions = {}, name = recorder): Promise<Journal> {
  return fileJournal(audit, options).open({ recorder: name, clock: systemClock })
}

function segments(): readonly string[] {
  return readdirSync(audit).filter((name) => name.endsWith('.jsonl'))
}

describe('fileJournal on a disk', () => {
  it('answers at once for written, and later for synced', async () => {
    const journal = await open()
    expect(journal.append(numbered(0), 'written')).toEqual({ lsn: 1, seq: 0 })
    const synced = journal.append(numbered(3), 'synced')
    expect(synced).toBeInstanceOf(Promise)
    expect(await synced).toEqual({ lsn: 2, seq: 1 })
    await journal.close()
  })

  it('has the line in the file when append returns, in the order of the calls', async () => {
    const journal = await open()
    const waiting = [1, 2, 3, 4].map(async (n) => journal.append(numbered(n), n % 2 === 0 ? 'synced' : 'written'))
    const lines = readFileSync(join(audit, segments()[0]!), 'utf8').split('\n')
    expect(lines.slice(2, 6).map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([1, 2, 3, 4])
    await Promise.all(waiting)
    await journal.close()
  })

  it('lets nobody else read it', async () => {
    const journal = await open({ segmentBytes: 1 })
    await journal.append(numbered(0), 'synced')
    await journal.append(numbered(0), 'synced')
    const mode = (path: string): number => statSync(path).mode & 0o777
    expect([parent, audit, join(audit, 'journal.lock')].map(mode)).toEqual([0o700, 0o700, 0o700])
    const files = readdirSync(audit).filter((name) => name !== 'journal.lock')
    expect(files.length).toBeGreaterThan(3)
    for (const name of files) expect(mode(join(audit, name))).toBe(0o600)
    await journal.close()
  })

  it('refuses a directory of somebody else', async () => {
    const fileSystem = {
      ...nodeFileSystem,
      status: (path: string) => ({ ...nodeFileSystem.status(path), isForeign: path === audit }),
    }
    await expect(open({ fileSystem })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: `the journal directory ${audit} belongs to another user`,
    })
    expect(readdirSync(audit)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('knows whose a directory is', async () => {
    const journal = await open()
    await journal.close()
    expect(nodeFileSystem.status(audit).isForeign).toBe(false)
    chownSync(audit, 12_345, 12_345)
    await expect(open()).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it.each(['link', 'file', 'open'] as const)('refuses a lock that is no directory of its own: %s', async (kind) => {
    mkdirSync(audit, { recursive: true, mode: 0o700 })
    const lock = join(audit, 'journal.lock')
    if (kind === 'file') writeFileSync(lock, '')
    else if (kind === 'link') {
      mkdirSync(join(parent, 'elsewhere'), { mode: 0o700 })
      symlinkSync(join(parent, 'elsewhere'), lock)
    } else {
      mkdirSync(lock)
      chmodSync(lock, 0o770)
    }
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining('journal.lock'),
    })
  })

  it.each(['link', 'directory', 'pipe'] as const)('refuses an owner that is no file: %s', async (kind) => {
    const owner = join(audit, 'journal.lock', 'owner-5')
    mkdirSync(dirname(owner), { recursive: true, mode: 0o700 })
    chmodSync(audit, 0o700)
    if (kind === 'directory') mkdirSync(owner)
    else if (kind === 'link') symlinkSync('/dev/zero', owner)
    else execFileSync('mkfifo', [owner])
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_JOURNAL_UNAVAILABLE',
      message: expect.stringContaining('owner-5'),
    })
  })

  it('refuses a directory that is open to others', async () => {
    await (await open()).close()
    chmodSync(audit, 0o750)
    await expect(open()).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(audit) })
  })

  it('begins new files by size and reads across them, also while it is written', async () => {
    const journal = await open({ segmentBytes: 2000 })
    for (let n = 0; n < 40; n++) await journal.append(numbered(n), 'written')
    expect(segments().length).toBeGreaterThan(4)
    const seen: unknown[] = []
    for await (const event of journal.read()) {
      seen.push(event['n'])
      if (seen.length < 20) await journal.append(numbered(100), 'written')
    }
    expect(seen).toEqual([undefined, ...Array.from({ length: 40 }, (_, n) => n)])
    await journal.close()
    expect(await verifyJournal(audit)).toMatchObject({ verdict: 'intact', events: 60 })
  })

  it('goes on where it ended, with time that never falls behind', async () => {
    const first = await open()
    await first.append(numbered(1), 'synced')
    await first.close()
    const clock = handClock(0)
    const second = await fileJournal(audit).open({ recorder, clock })
    expect(await second.append(numbered(1), 'synced')).toEqual({ lsn: 3, seq: 1 })
    const times = (await eventsOf(second)).map(({ time }) => time)
    expect(times).toEqual(times.toSorted())
    await second.close()
    expect(await verifyJournal(audit)).toMatchObject({ verdict: 'intact', segments: 2, recorder })
  })

  it('keeps what a crash left half-written aside, cuts it off, and says so', async () => {
    const first = await open()
    await first.append({ type: 'action.intent', session: 's', body: { id: 'a-1' } }, 'synced')
    await first.close()
    const file = join(audit, segments()[0]!)
    const { size } = statSync(file)
    appendFileSync(file, '{"half":')
    expect(await verifyJournal(audit)).toMatchObject({ verdict: 'torn', events: 2, torn: { offset: size, bytes: 8 } })
    const second = await open()
    expect(statSync(file).size).toBe(size)
    const kept = readdirSync(audit).filter((name) => name.endsWith('.torn'))
    expect(kept.map((name) => readFileSync(join(audit, name), 'utf8'))).toEqual(['{"half":'])
    expect((await eventsOf(second)).slice(2)).toMatchObject([
      { type: 'journal.open', pid: process.pid },
      { type: 'journal.recovery', unknown: 1, torn: { segment: 1, offset: size, bytes: 8, kept: kept[0] } },
      { type: 'action.outcome', session: 's', seq: 1, intent: 'a-1', outcome: 'unknown' },
    ])
    await second.close()
    const third = await open()
    expect((await eventsOf(third)).slice(5)).toMatchObject([{ type: 'journal.open' }])
    await third.close()
    expect(await verifyJournal(audit)).toMatchObject({ verdict: 'intact' })
  })

  it('refuses to open a journal whose middle was changed, and names what and where', async () => {
    const first = await open()
    for (let n = 0; n < 9; n++) await first.append(numbered(n), 'written')
    await first.close()
    const name = segments()[0]!
    const lines = readFileSync(join(audit, name), 'utf8').split('\n')
    writeFileSync(join(audit, name), lines.toSpliced(5, 1).join('\n'))
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_JOURNAL_CORRUPT',
      message: expect.stringMatching(/gap at lsn 4, noticed in journal-00000001\.jsonl line 6/),
    })
    writeFileSync(join(audit, name), lines.join('\n'))
    await (await open()).close()
  })

  it('belongs to one engine', async () => {
    await (await open()).close()
    await expect(open({}, 'other')).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining('"bothkeys"'),
    })
  })

  it('belongs to one opener at a time, and names the process', async () => {
    const journal = await open()
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_JOURNAL_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    })
    await journal.close()
    await (await open()).close()
  })

  it('records nothing once another process took it over while this one stood still', async () => {
    const journal = await open({ leaseMs: 20 })
    await journal.append(numbered(0), 'synced')
    writeFileSync(join(audit, 'journal.lock', 'owner-2'), '')
    const until = performance.now() + 15
    // No timer runs: the process stands still.
    while (performance.now() < until);
    const before = readFileSync(join(audit, segments()[0] ?? ''))
    expect(() => journal.append(numbered(1), 'synced')).toThrow(
      expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' }),
    )
    expect(readFileSync(join(audit, segments()[0] ?? ''))).toEqual(before)
    await journal.close()
  })

  it('records nothing after close, and closes once', async () => {
    const journal = await open()
    const closing = Promise.all([journal.close(), journal.close()])
    const closed = expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect(() => journal.append(numbered(0), 'written')).toThrow(closed)
    await closing
    expect(() => journal.append(numbered(0), 'synced')).toThrow(closed)
  })

  it('refuses more than 64 MiB that a disk has not synced yet, and goes on when it has', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const sync = async (file: number): Promise<void> => {
      await gate
      await nodeFileSystem.sync(file)
    }
    const journal = await open({ fileSystem: { ...nodeFileSystem, sync } })
    const large = { ...numbered(0), body: { pad: 'x'.repeat(4 * 1024 * 1024) } }
    const append = (): unknown => journal.append(large, 'written')
    for (let n = 0; n < 16; n++) append()
    expect(append).toThrow(expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' }))
    release()
    await vi.waitFor(append)
    await journal.close()
  }, 180_000)

  it('takes a statement of 1 MiB with hostile text', async () => {
    const text = `${'\u2028"\\\0ü'.repeat(150_000)}`
    const journal = await open()
    await journal.append({ type: 'action.intent', session: 's', body: { text } }, 'synced')
    expect((await eventsOf(journal)).at(-1)).toMatchObject({ text })
    await journal.close()
  })

  it('refuses wrong options and a directory that cannot be made', async () => {
    for (const options of [{ segmentBytes: 0 }, { segmentBytes: 1.5 }, { reserveBytes: -1 }]) {
      expect(() => fileJournal(audit, options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    }
    expect(() => fileJournal('')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    writeFileSync(join(parent, 'file'), '')
    const inFile = fileJournal(join(parent, 'file', 'audit')).open({ recorder, clock: systemClock })
    await expect(inFile).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
  })
})

describe('fileJournal on a failing disk', () => {
  it('shares one sync among everybody who waits', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem, { segmentBytes: 1_000_000 })
    let syncs = 0
    fileSystem.fault = (_index, call) => {
      if (call === 'sync') syncs++
      return undefined
    }
    await Promise.all(Array.from({ length: 64 }, async (_, n) => journal.append(numbered(n), 'synced')))
    expect(syncs).toBe(1)
    await journal.close()
  })

  it('never syncs a file again whose sync failed, and loses nothing that it then acknowledges', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem, { segmentBytes: 1_000_000 })
    await journal.append(numbered(1), 'written')
    let failures = 1
    fileSystem.fault = (_index, call) =>
      call === 'sync' && failures-- > 0 ? { kind: 'error', code: 'EIO' } : undefined
    expect(await journal.append(numbered(2), 'synced')).toEqual({ lsn: 2, seq: 0 })
    fileSystem.restart('unsynced')
    const again = await openOn(fileSystem)
    expect((await eventsOf(again)).slice(1, 3)).toMatchObject([{ n: 1 }, { n: 2 }])
    expect(await verifyJournal(directory, { fileSystem })).toMatchObject({ verdict: 'intact' })
    await again.close()
  })

  it('says what it repaired while it ran', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem)
    let failures = 1
    fileSystem.fault = (_index, call) =>
      call === 'write' && failures-- > 0 ? { kind: 'error', code: 'EIO' } : undefined
    expect(await journal.append(numbered(1), 'written')).toEqual({ lsn: 1, seq: 0 })
    expect((await eventsOf(journal)).slice(1)).toMatchObject([
      { n: 1 },
      { type: 'journal.recovery', reason: 'write-failed', code: 'EIO', segment: 1 },
    ])
    await journal.close()
  })

  it('fails for good when the second try fails too', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem)
    await journal.append(numbered(0), 'synced')
    fileSystem.fault = (_index, call) => (call === 'write' ? { kind: 'error', code: 'EIO' } : undefined)
    const refused = expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect(() => journal.append(numbered(1), 'written')).toThrow(refused)
    fileSystem.fault = undefined
    expect(() => journal.append(numbered(2), 'written')).toThrow(refused)
    expect(() => journal.append(numbered(3), 'synced')).toThrow(refused)
    await expect(journal.close()).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    const again = await openOn(fileSystem)
    expect((await eventsOf(again)).map((event) => event['n'])).toEqual([undefined, 0, undefined])
    await again.close()
  })

  it('says that the disk is full in the space it kept back, and keeps what was written', async () => {
    const fileSystem = new CrashFileSystem({ capacity: 8192 })
    const journal = await openOn(fileSystem, { reserveBytes: 4096, segmentBytes: 1_000_000 })
    const written: number[] = []
    expect(() => {
      for (let n = 0; n < 100; n++) {
        void journal.append(numbered(n), 'written')
        written.push(n)
      }
    }).toThrow(expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE', message: expect.stringContaining('ENOSPC') }))
    expect(written.length).toBeGreaterThan(5)
    const events = await eventsOf(journal)
    expect(events.slice(1, -1).map((event) => event['n'])).toEqual(written)
    expect(events.at(-1)).toMatchObject({ type: 'journal.stopped', reason: 'disk-full', code: 'ENOSPC' })
    fileSystem.restart('unsynced')
    expect(await verifyJournal(directory, { fileSystem })).toMatchObject({ verdict: 'intact', events: events.length })
  })

  it('grows on when a new file cannot be begun, and begins it later', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem, { segmentBytes: 600 })
    fileSystem.fault = (_index, call) => (call === 'open' ? { kind: 'error', code: 'EMFILE' } : undefined)
    for (let n = 0; n < 12; n++) await journal.append(numbered(n), 'written')
    fileSystem.fault = undefined
    for (let n = 12; n < 24; n++) await journal.append(numbered(n), 'synced')
    await journal.close()
    expect(await verifyJournal(directory, { fileSystem })).toMatchObject({ verdict: 'intact', events: 25 })
  })

  it('syncs written events within a second', async () => {
    const fileSystem = new CrashFileSystem()
    const journal = await openOn(fileSystem)
    let syncs = 0
    fileSystem.fault = (_index, call) => {
      if (call === 'sync') syncs++
      return undefined
    }
    await journal.append(numbered(7), 'written')
    await vi.waitFor(() => {
      expect(syncs).toBe(1)
    })
    fileSystem.restart('unsynced')
    const again = await openOn(fileSystem)
    expect((await eventsOf(again))[1]).toMatchObject({ n: 7 })
    await again.close()
  })

  it('tells a fresh process from the one that was killed', async () => {
    const fileSystem = new CrashFileSystem()
    const owner = newProcess()
    await openOn(fileSystem, { identity: owner })
    await expect(openOn(fileSystem, { identity: owner })).rejects.toMatchObject({ code: 'ERR_JOURNAL_LOCKED' })
    await (await openOn(fileSystem)).close()
  })
})
