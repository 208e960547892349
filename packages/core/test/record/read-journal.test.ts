import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal, readJournal, type RecordedEvent } from '../../src/index.js'
import { systemClock } from '../../src/model/clock.js'
import type { Journal } from '../../src/record/journal.js'
import { numbered, recorder } from './journal-bench.js'

let parent: string
let audit: string
let journal: Journal

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'bothkeys-journal-'))
  audit = join(parent, 'audit')
  // More than one segment.
  journal = await fileJournal(audit, { segmentBytes: 4_096 }).open({ recorder, clock: systemClock })
  for (let number = 0; number < 40; number++) await journal.append(numbered(number), 'written')
})

afterEach(async () => {
  await journal.close()
  rmSync(parent, { recursive: true, force: true })
})

async function read(directory: string, signal?: AbortSignal): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of readJournal(directory, signal === undefined ? {} : { signal })) events.push(event)
  return events
}

function segments(): string[] {
  return readdirSync(audit)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => join(audit, name))
}

describe('a journal that is read from outside', () => {
  it('has all events in their order, while it is in use', async () => {
    const expected: RecordedEvent[] = []
    for await (const event of journal.read()) expected.push(event)
    expect(segments().length).toBeGreaterThan(1)
    expect(expected.length).toBeGreaterThan(40)
    expect(await read(audit)).toEqual(expected)
    await journal.append(numbered(40), 'written')
    expect(await read(audit)).toHaveLength(expected.length + 1)
  })

  it('has the events in front of the damage, and then says where it is', async () => {
    const [, second = ''] = segments()
    const text = readFileSync(second, 'utf8')
    writeFileSync(second, text.replace(/"time":"20/, '"time":"19'))
    const events: RecordedEvent[] = []
    const reading = (async () => {
      for await (const event of readJournal(audit)) events.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
    await expect(reading).rejects.toThrow(`at event ${String(events.length)},`)
    expect(events.length).toBeGreaterThan(0)
    writeFileSync(second, text)
  })

  it('ends where an event is only half there', async () => {
    const last = segments().at(-1) ?? ''
    const whole = await read(audit)
    const text = readFileSync(last, 'utf8')
    writeFileSync(last, text.slice(0, -20))
    expect(await read(audit)).toEqual(whole.slice(0, -1))
    writeFileSync(last, text)
  })

  it('is said not to be there where it is not, and is not read on when that is asked', async () => {
    mkdirSync(join(parent, 'empty'))
    await expect(read(join(parent, 'empty'))).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    await expect(read(join(parent, 'nowhere'))).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    await expect(read(audit, AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })

  it.runIf(process.platform === 'linux')('leaves no file open for who reads no further', async () => {
    const open = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(audit)
        } catch {
          return false
        }
      }).length
    const before = open()
    for await (const { lsn } of readJournal(audit)) if (lsn === 1) break
    expect(open()).toBe(before)
  })
})
