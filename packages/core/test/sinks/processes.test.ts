import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { verifyJournal } from '../../src/record/verify.js'
import { systemClock } from '../../src/model/clock.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { seeded } from '../record/journal-bench.js'
import { most, ownDirectory } from './support.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const kills = soak ? 100 : 6
const flooded = soak ? 100_000 : 10_000
const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now() % 1_000_000)
const script = fileURLToPath(new URL('sink-child.ts', import.meta.url))

const own = ownDirectory()

interface Sent {
  readonly lsn: number
  readonly hash: string
}

/** Runs a child until it is killed, by itself or once it sent so many events, and answers what it sent. */
async function sent(args: readonly string[], killAfter = Number.POSITIVE_INFINITY): Promise<readonly Sent[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, 'send', own.path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    if (output.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  const lines = output.split('\n').slice(0, -1)
  return lines.map((line) => {
    const [lsn, hash] = line.split(' ')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    return { lsn: Number(lsn), hash: hash! }
  })
}

/** The hashes that stand in the journal, by lsn. */
async function recorded(): Promise<readonly string[]> {
  expect((await verifyJournal(own.path)).verdict).not.toBe('corrupt')
  const journal = await fileJournal(own.path).open({ recorder: 'bothkeys', clock: systemClock })
  const follower = journal.follow!('test', () => undefined)
  const hashes: string[] = []
  for (let events = await follower.next(most); events.length > 0; events = await follower.next(most))
    hashes.push(...events.map(({ hash }) => hash))
  await follower.close()
  await journal.close()
  return hashes
}

describe('a sink of a process that is killed', () => {
  it('gets what it had and did not acknowledge again, by the same hash', async () => {
    const first = await sent(['30'])
    expect(first.map(({ lsn }) => lsn)).toEqual(first.map((_each, index) => index))
    expect(first.at(-1)!.lsn).toBe(30)
    const second = await sent(['60'])
    const [begin] = second
    expect(begin!.lsn).toBeLessThanOrEqual(30)
    expect(second.slice(0, 31 - begin!.lsn)).toEqual(first.slice(begin!.lsn))
    expect(second.map(({ lsn }) => lsn)).toEqual(second.map((_each, index) => begin!.lsn + index))
    expect(second.at(-1)!.lsn).toBe(60)
  })

  it(`gets every event at least once and none that is not recorded, ${String(kills)} times (seed ${String(seed)})`, async () => {
    const random = seeded(seed)
    const got = new Map<number, string>()
    let next = 0
    for (let round = 0; round < kills; round++) {
      const batch = await sent([], 20 + Math.floor(random() * 150))
      const begin = batch[0]!.lsn
      expect(begin).toBeLessThanOrEqual(next)
      expect(batch.map(({ lsn }) => lsn)).toEqual(batch.map((_each, index) => begin + index))
      for (const { hash, lsn } of batch) {
        expect(got.get(lsn) ?? hash).toBe(hash)
        got.set(lsn, hash)
      }
      next = Math.max(next, batch.at(-1)!.lsn + 1)
    }
    const hashes = await recorded()
    expect([...got.values()]).toEqual(hashes.slice(0, next))
    // How far it comes depends on what was acknowledged a second before each kill: each one had so many.
    expect(next).toBeGreaterThan(20)
  }, 1_800_000)
})

describe('a flood', () => {
  it(`of ${String(flooded)} events waits in the journal, not in memory, while a sink is down`, async () => {
    // Together they are longer than the heap may be.
    const args = ['flood', own.path, String(flooded), '12000']
    const child = spawn(process.execPath, ['--max-old-space-size=96', '--import', 'tsx', script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output = await text(child.stdout)
    // The event that opens the journal comes first.
    expect(JSON.parse(output)).toEqual({ got: flooded + 1, inOrder: true, wasDown: true, stopped: 0 })
  }, 1_800_000)
})
