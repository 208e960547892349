import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { systemClock } from '../../src/model/clock.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import type { FileJournalOptions } from '../../src/record/file-journal.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { Journal } from '../../src/record/journal.js'
import type { HeadStore, JournalBehind, JournalHead } from '../../src/record/noted-head.js'
import { eventsOf, numbered, recorder } from './journal-bench.js'

let parent: string
let audit: string
let path: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bothkeys-head-'))
  audit = join(parent, 'audit')
  path = join(parent, 'head.json')
})

afterEach(() => {
  rmSync(parent, { recursive: true, force: true })
})

function open(
  options: FileJournalOptions = { head: { path } },
  onFailure?: (cause: unknown) => void,
): Promise<Journal> {
  return fileJournal(audit, options).open({ recorder, clock: systemClock, ...(onFailure && { onFailure }) })
}

const noted = (): JournalHead => JSON.parse(readFileSync(path, 'utf8')) as JournalHead

/** Removes the last lines of the last segment, as somebody with the disk could. */
function cutOff(lines: number): void {
  const last = join(
    audit,
    readdirSync(audit)
      .filter((name) => name.endsWith('.jsonl'))
      .at(-1)!,
  )
  const kept = readFileSync(last, 'utf8').trimEnd().split('\n').slice(0, -lines)
  writeFileSync(last, `${kept.join('\n')}\n`)
}

async function filled(): Promise<void> {
  const journal = await open()
  for (let n = 0; n < 5; n++) await journal.append(numbered(n), 'synced')
  await journal.close()
}

const store = (note: HeadStore['note']): HeadStore => ({ read: () => undefined, note })

describe('the noted head', () => {
  it('is noted when the journal opens and when it closes, in a file for nobody else', async () => {
    const journal = await open()
    expect(noted()).toMatchObject({ recorder, lsn: 0 })
    for (let n = 0; n < 5; n++) await journal.append(numbered(n), 'synced')
    await journal.close()
    expect(noted()).toMatchObject({ recorder, lsn: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = await open()
    expect(again.behind).toBeUndefined()
    await again.close()
  })

  it('is noted while the journal grows, once a second at most, and never before an event is on disk', async () => {
    const heads: JournalHead[] = []
    const journal = await open({ head: store((head) => void heads.push(head)) })
    const started = performance.now()
    let last = 0
    while (heads.length < 3) last = (await journal.append(numbered(0), 'synced')).lsn
    // The one of the opening, the one of the first append, and a second later the next.
    expect(performance.now() - started).toBeGreaterThan(990)
    expect(heads).toHaveLength(3)
    await journal.append(numbered(0), 'written')
    for (const { lsn } of heads) expect(lsn).toBeLessThanOrEqual(last)
    await journal.close()
    expect(heads.at(-1)?.lsn).toBe(last + 1)
  })

  it('finds a journal that lost its end, which still opens, says so on record, and stays marked', async () => {
    await filled()
    const before = noted()
    cutOff(2)
    for (let turn = 0; turn < 2; turn++) {
      const journal = await open()
      expect(journal.behind).toMatchObject({ noted: before })
      const events = await eventsOf(journal)
      expect(events.at(-1)).toMatchObject({ type: 'journal.recovery', reason: 'behind-noted-head' })
      for (let n = 0; n < 9; n++) await journal.append(numbered(n), 'synced')
      await journal.close()
      expect(noted()).toEqual(before)
    }
  })

  it('tells a journal that is shorter from one that went on differently', async () => {
    await filled()
    cutOff(2)
    const found: (JournalBehind | undefined)[] = []
    for (let turn = 0; turn < 2; turn++) {
      const journal = await open()
      found.push(journal.behind)
      await journal.append(numbered(9), 'synced')
      await journal.close()
    }
    expect(found).toMatchObject([
      { why: 'missing', lastLsn: 3 },
      { why: 'different', lastLsn: 6 },
    ])
  })

  it('finds a journal that is gone as a whole', async () => {
    await filled()
    rmSync(audit, { recursive: true })
    const journal = await open()
    expect(journal.behind).toMatchObject({ why: 'missing', lastLsn: -1 })
    await journal.close()
  })

  it.each([
    ['in the directory itself', () => ({ path: join(audit, 'head.json') })],
    ['the directory', () => ({ path: audit })],
    ['below it', () => ({ path: join(audit, '..', 'audit', 'x', 'head.json') })],
  ])('may not be %s', (_where, head) => {
    expect(() => fileJournal(audit, { head: head() })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })

  it('opens nothing when the note is damaged, of another engine, or cannot be written', async () => {
    await filled()
    const { hash, lsn } = noted()
    for (const [text, code] of [
      ['{"lsn":', 'ERR_JOURNAL_CORRUPT'],
      [JSON.stringify({ hash, lsn: -1, recorder }), 'ERR_JOURNAL_CORRUPT'],
      [JSON.stringify({ hash, lsn, recorder: 'other' }), 'ERR_CONFIG_INVALID'],
    ]) {
      writeFileSync(path, text!)
      await expect(open()).rejects.toMatchObject({ code })
    }
    await expect(open({ head: { path: join(parent, 'nowhere', 'head.json') } })).rejects.toMatchObject({
      code: 'ERR_JOURNAL_UNAVAILABLE',
    })
    await (await open({})).close()
  })

  it('does not stop the journal when it cannot be noted later, which is reported', async () => {
    let works = true
    const failures: unknown[] = []
    const head = store(() => {
      if (!works) throw new Error('no network')
    })
    const journal = await open({ head }, (cause) => failures.push(cause))
    works = false
    await journal.append(numbered(0), 'synced')
    await vi.waitFor(() => {
      expect(failures).toEqual([expect.objectContaining({ message: 'no network' })])
    })
    await journal.append(numbered(0), 'synced')
    await journal.close()
  })
})

describe('a guard on a journal behind its noted head', () => {
  const policy = {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: { agent: [{ target: 'db', duty: 'read' }] },
  } as const

  function guardWith(more: object = {}): Promise<Guard> {
    return createGuard({
      policy: inlineSource({ ...policy, ...more } as typeof policy),
      identity: unverifiedIdentity(),
      targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
      journal: fileJournal(audit, { head: { path } }),
    })
  }

  it('tells by a property and an event that whoever created it can still listen to', async () => {
    const first = await guardWith()
    expect(first.journalBehind).toBeUndefined()
    await first.close()
    cutOff(1)
    const guard = await guardWith()
    const events: JournalBehind[] = []
    guard.on('journalBehind', (event) => events.push(event))
    await vi.waitFor(() => {
      expect(events).toEqual([guard.journalBehind])
    })
    expect(guard.journalBehind).toMatchObject({ why: 'missing' })
    await guard.close()
  })
})
