import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/record/journal.js'
import { verifyJournal } from '../../src/record/verify.js'
import type { CrashLoss, Fault } from '../../src/testing/crash-file-system.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { directory, eventsOf, numbered, openOn, seeded } from './journal-bench.js'

/** A journal whose process was killed: one event is synced, some are only with the kernel, the last is half-written. */
async function killed(): Promise<CrashFileSystem> {
  const fileSystem = new CrashFileSystem()
  const journal = await openOn(fileSystem, { segmentBytes: 100_000 })
  await journal.append(numbered(0), 'synced')
  for (let n = 1; n < 6; n++) await journal.append(numbered(n), 'written')
  const [segment] = fileSystem.list(directory).filter((name) => name.endsWith('.jsonl'))
  const file = fileSystem.open(`${directory}/${segment!}`, 'append')
  fileSystem.write(file, Buffer.from('{"half'), 0, 6)
  fileSystem.restart('nothing')
  await journal.close().catch(() => undefined)
  return fileSystem
}

/** What a process came to that opened the journal, recorded one synced event and was gone. */
interface Recovery {
  readonly isAcknowledged: boolean
  /** Ends the process after the restart, so that its timers stop. */
  readonly bury: () => Promise<unknown>
}

async function recoverAndDie(fileSystem: CrashFileSystem): Promise<Recovery> {
  let journal: Journal | undefined
  const bury = (): Promise<unknown> => Promise.resolve(journal?.close()).catch(() => undefined)
  try {
    journal = await openOn(fileSystem)
    await journal.append(numbered(77), 'synced')
    return { isAcknowledged: true, bury }
  } catch {
    return { isAcknowledged: false, bury }
  }
}

async function assertRecovered(fileSystem: CrashFileSystem, isAcknowledged: boolean): Promise<void> {
  expect((await verifyJournal(directory, { fileSystem })).verdict).not.toBe('corrupt')
  const journal = await openOn(fileSystem)
  const numbers = (await eventsOf(journal)).flatMap((event) => event['n'] ?? [])
  expect(numbers).toContain(0)
  expect(numbers.includes(77) || !isAcknowledged).toBe(true)
  await journal.close()
  expect((await verifyJournal(directory, { fileSystem })).verdict).toBe('intact')
}

const faults: readonly Fault[] = [{ kind: 'crash' }, { kind: 'error', code: 'EIO' }, { kind: 'error', code: 'ENOSPC' }]
const losses: readonly CrashLoss[] = ['nothing', 'unsynced', 'torn']

describe('recovery of the file journal', () => {
  it('makes durable what it goes on from, before it says so', async () => {
    const fileSystem = await killed()
    const { bury, isAcknowledged } = await recoverAndDie(fileSystem)
    fileSystem.restart('unsynced')
    await bury()
    const kept = fileSystem.list(directory).filter((name) => name.endsWith('.torn'))
    expect(kept.map((name) => fileSystem.contents(`${directory}/${name}`).toString())).toEqual(['{"half'])
    expect(isAcknowledged).toBe(true)
    await assertRecovered(fileSystem, true)
  })

  it('makes durable what a killed process had written whole, too', async () => {
    const fileSystem = new CrashFileSystem()
    const first = await openOn(fileSystem)
    await first.append(numbered(0), 'written')
    fileSystem.restart('nothing')
    await first.close().catch(() => undefined)
    const { bury, isAcknowledged } = await recoverAndDie(fileSystem)
    fileSystem.restart('unsynced')
    await bury()
    expect(isAcknowledged).toBe(true)
    await assertRecovered(fileSystem, true)
  })

  it.each(losses)(
    'can be interrupted at every system call and repeated, when a restart loses %s',
    async (loss) => {
      const counting = await killed()
      const first = counting.calls
      const { bury } = await recoverAndDie(counting)
      const last = counting.calls
      await bury()
      for (const fault of faults) {
        for (let index = first; index < last; index++) {
          const fileSystem = await killed()
          fileSystem.fault = (at) => (at === index ? fault : undefined)
          const recovery = await recoverAndDie(fileSystem)
          fileSystem.fault = undefined
          // A failed sync of the old segment may have lost what only the kernel had: the power stays on then.
          fileSystem.restart(fault.kind === 'crash' ? loss : 'nothing', seeded(index))
          await recovery.bury()
          await assertRecovered(fileSystem, recovery.isAcknowledged).catch((cause: unknown) => {
            throw new Error(`${JSON.stringify(fault)} at call ${String(index)}`, { cause })
          })
        }
      }
    },
    180_000,
  )
})
