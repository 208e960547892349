import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/model/clock.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { processIdentity } from '../../src/record/lock-owner.js'
import { verifyJournal } from '../../src/record/verify.js'
import { Child } from './child.js'
import { eventsOf, recorder, seeded } from './journal-bench.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const kills = soak ? 200 : 6
const rounds = 50
const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now() % 1_000_000)

let parent: string
let children: Child[] = []

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bothkeys-processes-'))
})

afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()))
  children = []
  rmSync(parent, { recursive: true, force: true })
})

function child(...args: readonly string[]): Child {
  const started = new Child(...args)
  children.push(started)
  return started
}

describe('the file journal of a process that is killed', () => {
  it(
    `holds everything acknowledged and opens at once, ${String(kills)} times (seed ${String(seed)})`,
    async () => {
      const random = seeded(seed)
      const acknowledged = new Map<number, number>()
      for (let round = 0; round < kills; round++) {
        const victim = child('append', parent)
        await victim.line(Math.floor(random() * 100))
        await sleep(random() * 10)
        const lines = (await victim.kill()).slice(1)
        for (const line of lines) {
          const [lsn, n] = line.split(' ').map(Number)
          acknowledged.set(lsn!, n!)
        }
        expect((await verifyJournal(parent)).verdict).not.toBe('corrupt')
      }
      const journal = await fileJournal(parent).open({ recorder, clock: systemClock })
      const recovered = new Map((await eventsOf(journal)).map((event) => [event.lsn, event['n']]))
      for (const [lsn, n] of acknowledged) expect(recovered.get(lsn)).toBe(n)
      await journal.close()
      expect(acknowledged.size).toBeGreaterThan(kills)
    },
    soak ? 1_800_000 : 240_000,
  )
})

describe('the lock of a journal directory', () => {
  it(`has one owner when processes compete for it, ${String(rounds)} rounds`, async () => {
    const competitors = [child('compete'), child('compete'), child('compete')]
    await Promise.all(competitors.map((competitor) => competitor.line(0)))
    const dead = await deadOwner()
    let taken = 0
    for (let round = 0; round < rounds; round++) {
      const directory = join(parent, String(round))
      // Every other round begins with the lock of a process that was killed.
      if (round % 2 === 1) leaveLock(directory, 1 + (round % 3), dead)
      const answers = await Promise.all(competitors.map((competitor) => competitor.ask(`open ${directory}`)))
      const owners = answers.filter((answer) => answer === 'owner')
      expect(owners, `round ${String(round)}: ${answers.join(' | ')}`).toHaveLength(1)
      const pid = String(competitors[answers.indexOf('owner')]!.process.pid)
      for (const answer of answers.filter((other) => other !== 'owner')) {
        // In the moment in which the lock changes hands its owner cannot be read yet.
        expect(answer).toMatch(new RegExp(`^ERR_JOURNAL_LOCKED .*(process ${pid} |another process)`))
        taken++
      }
      await Promise.all(competitors.map((competitor) => competitor.ask('close')))
      expect(await verifyJournal(directory)).toMatchObject({ verdict: 'intact', segments: 1, events: 2 })
    }
    expect(taken).toBe(2 * rounds)
  }, 240_000)

  it('is free at once when its owner was killed', async () => {
    const victim = child('append', parent)
    await victim.line(0)
    const open = (): Promise<unknown> => fileJournal(parent).open({ recorder, clock: systemClock })
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_JOURNAL_LOCKED',
      message: expect.stringContaining(`process ${String(victim.process.pid)}`),
    })
    await victim.kill()
    // An owner that cannot be judged would be waited for longer.
    const before = performance.now()
    const journal = await fileJournal(parent).open({ recorder, clock: systemClock })
    expect(performance.now() - before).toBeLessThan(4_900)
    await journal.close()
  }, 120_000)
})

/** What a process left that is gone for good. */
async function deadOwner(): Promise<string> {
  const directory = join(parent, 'dead')
  const victim = child('append', directory)
  await victim.line(0)
  await victim.kill()
  const text = readFileSync(join(directory, 'journal.lock', readdirSync(join(directory, 'journal.lock'))[0]!), 'utf8')
  expect(processIdentity().judge(JSON.parse(text) as never)).toBe('dead')
  return text
}

function leaveLock(directory: string, generation: number, text: string): void {
  mkdirSync(join(directory, 'journal.lock'), { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'journal.lock', `owner-${String(generation)}`), text)
}
