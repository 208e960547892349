import { describe, expect, it } from 'vitest'
import { verifyJournal } from '../../src/record/verify.js'
import type { CrashLoss, Fault } from '../../src/testing/crash-file-system.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { codeOf, directory, eventsOf, numbered, openOn, seeded } from './journal-bench.js'

/** What the caller was told is recorded: the event's number by its lsn. */
interface Acknowledged {
  readonly written: Map<number, number>
  readonly synced: Map<number, number>
  readonly errors: unknown[]
}

const events = 24

/** Opens, appends in pairs, reads and closes, whatever fails on the way. */
async function work(fileSystem: CrashFileSystem): Promise<Acknowledged> {
  const acknowledged: Acknowledged = { written: new Map(), synced: new Map(), errors: [] }
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      acknowledged.errors.push(error)
    }
  }
  await attempt(async () => {
    const journal = await openOn(fileSystem)
    for (let n = 0; n < events; n += 2) {
      await Promise.all(
        [n, n + 1].map((number) =>
          attempt(async () => {
            const durability = number % 4 < 2 ? 'written' : 'synced'
            const at = await journal.append(numbered(number), durability)
            acknowledged[durability].set(at.lsn, number)
          }),
        ),
      )
    }
    await attempt(async () => {
      await eventsOf(journal)
    })
    await attempt(() => journal.close())
  })
  return acknowledged
}

async function countCalls(): Promise<number> {
  const fileSystem = new CrashFileSystem()
  const { errors } = await work(fileSystem)
  expect(errors).toEqual([])
  return fileSystem.calls
}

/** Everything that must hold after a restart, whatever went wrong before. */
async function assertRecovers(fileSystem: CrashFileSystem, acknowledged: Acknowledged, loss: CrashLoss): Promise<void> {
  const before = await verifyAny(fileSystem)
  expect(before).not.toBe('corrupt')
  const journal = await openOn(fileSystem)
  const recovered = new Map((await eventsOf(journal)).map((event) => [event.lsn, event['n']]))
  const promised = [...acknowledged.synced, ...(loss === 'nothing' ? acknowledged.written : [])]
  for (const [lsn, number] of promised) expect(recovered.get(lsn)).toBe(number)
  await journal.append(numbered(1000), 'synced')
  await journal.close()
  expect(await verifyJournal(directory, { fileSystem })).toMatchObject({ verdict: 'intact' })
}

async function verifyAny(fileSystem: CrashFileSystem): Promise<string> {
  try {
    return (await verifyJournal(directory, { fileSystem })).verdict
  } catch (error) {
    // The crash came before the directory was there.
    expect(codeOf(error)).toBe('ERR_JOURNAL_UNAVAILABLE')
    return 'none'
  }
}

const faults: readonly (readonly [string, Fault])[] = [
  ['EIO', { kind: 'error', code: 'EIO' }],
  ['ENOSPC', { kind: 'error', code: 'ENOSPC' }],
  ['a short write', { kind: 'short', bytes: 7 }],
  ['a crash', { kind: 'crash' }],
]
const losses: readonly CrashLoss[] = ['nothing', 'unsynced', 'torn']

describe('the file journal when system calls fail', () => {
  for (const [name, fault] of faults) {
    for (const loss of losses) {
      it(`loses nothing it acknowledged and opens again: ${name} at every call, then a restart that loses ${loss}`, async () => {
        const calls = await countCalls()
        expect(calls).toBeGreaterThan(100)
        for (let index = 0; index < calls; index++) {
          const fileSystem = new CrashFileSystem({ fault: (at) => (at === index ? fault : undefined) })
          const acknowledged = await work(fileSystem)
          for (const error of acknowledged.errors)
            expect(codeOf(error), `call ${String(index)}: ${String(error)}`).toBeDefined()
          fileSystem.fault = undefined
          fileSystem.restart(loss, seeded(index))
          await assertRecovers(fileSystem, acknowledged, loss).catch((error: unknown) => {
            throw new Error(`call ${String(index)}`, { cause: error })
          })
        }
      }, 600_000)
    }
  }
})
