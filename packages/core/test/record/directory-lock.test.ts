import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DirectoryLock } from '../../src/record/directory-lock.js'
import type { LockOwner, OwnerIdentity } from '../../src/record/lock-owner.js'
import { processIdentity } from '../../src/record/lock-owner.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { newProcess } from './journal-bench.js'

const leaseMs = 80

/** A process in another container: nobody can tell from here whether it lives. */
function stranger(): OwnerIdentity {
  return { self: { ...newProcess().self, namespace: String(Math.random()) }, judge: () => 'unknown' }
}

function acquire(
  fileSystem: CrashFileSystem,
  identity: OwnerIdentity = newProcess(),
  lease = leaseMs,
): Promise<DirectoryLock> {
  return DirectoryLock.acquire('/j', { fileSystem, identity, leaseMs: lease })
}

describe('DirectoryLock', () => {
  it('is taken anew after a release, and never twice', async () => {
    const fileSystem = new CrashFileSystem()
    const owner = newProcess()
    const first = await acquire(fileSystem, owner)
    const same: OwnerIdentity = { self: owner.self, judge: () => 'alive' }
    await expect(acquire(fileSystem, same)).rejects.toMatchObject({
      code: 'ERR_JOURNAL_LOCKED',
      message: expect.stringContaining('process 4242'),
    })
    first.release()
    const second = await acquire(fileSystem, same)
    second.assertHeld()
    second.release()
  })

  it('belongs to an owner that cannot be judged as long as it gives a sign', async () => {
    const fileSystem = new CrashFileSystem()
    // A sign comes four times in a lease: only a machine that stands still for all of it would miss them.
    const first = await acquire(fileSystem, stranger(), 4_000)
    await expect(acquire(fileSystem, stranger(), 4_000)).rejects.toMatchObject({ code: 'ERR_JOURNAL_LOCKED' })
    first.assertHeld()
    first.release()
  })

  it('is taken over from an owner that cannot be judged and gives no sign, and the old one notices before it writes', async () => {
    const fileSystem = new CrashFileSystem()
    const first = await acquire(fileSystem, stranger())
    const stands = performance.now()
    // The old owner stands still: its timers do not run, and only then does it look.
    fileSystem.fault = (_index, call) => (call === 'touch' ? { kind: 'error', code: 'EIO' } : undefined)
    const second = await acquire(fileSystem, stranger())
    expect(performance.now() - stands).toBeGreaterThanOrEqual(leaseMs)
    fileSystem.fault = undefined
    await sleep(leaseMs)
    expect(() => {
      first.assertHeld()
    }).toThrow(expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' }))
    second.assertHeld()
    second.release()
    first.release()
  })

  it.each(['owner-9007199254740992', 'owner-9007199254740993', `owner-${'9'.repeat(40)}`, 'owner-0007'])(
    'is not taken behind a number that no owner ever had: %s',
    async (name) => {
      const fileSystem = new CrashFileSystem()
      const lock = await acquire(fileSystem)
      lock.release()
      fileSystem.close(fileSystem.open(`/j/journal.lock/${name}`, 'create'))
      await expect(acquire(fileSystem)).rejects.toMatchObject({
        code: 'ERR_JOURNAL_UNAVAILABLE',
        message: expect.stringContaining(name),
      })
    },
  )

  it('is not taken behind the last number that there can be', async () => {
    const fileSystem = new CrashFileSystem()
    const first = await acquire(fileSystem)
    first.release()
    fileSystem.close(fileSystem.open('/j/journal.lock/owner-999999999999999', 'create'))
    await expect(acquire(fileSystem)).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
  })

  it.each([
    ['a number that is no process', 2 ** 53],
    ['a negative one', -1],
    ['none', 'x'],
    ['one beyond what the system has', 2 ** 40],
  ])('goes to the next one once an owner with %s gives no sign', async (_name, pid) => {
    const fileSystem = new CrashFileSystem()
    const self = { ...processIdentity().self, pid } as LockOwner
    const first = await acquire(fileSystem, { self, judge: () => 'unknown' })
    first.release()
    const text = fileSystem.contents('/j/journal.lock/owner-1').toString()
    const next = new CrashFileSystem()
    next.makeDirectory('/j/journal.lock')
    const file = next.open('/j/journal.lock/owner-1', 'create')
    const bytes = Buffer.from(text.replace('released\n', ''))
    next.write(file, bytes, 0, bytes.length)
    next.close(file)
    const second = await acquire(next, processIdentity())
    expect(() => {
      second.assertHeld()
    }).not.toThrow()
    second.release()
  })

  it('is lost as soon as somebody has a higher number, which the owner sees before it writes after a pause', async () => {
    const fileSystem = new CrashFileSystem()
    const lock = await acquire(fileSystem)
    fileSystem.close(fileSystem.open('/j/journal.lock/owner-2', 'create'))
    const until = performance.now() + leaseMs * 0.75
    // No timer runs: the process stands still.
    while (performance.now() < until);
    expect(() => {
      lock.assertHeld()
    }).toThrow(expect.objectContaining({ code: 'ERR_JOURNAL_UNAVAILABLE' }))
    lock.release()
  })

  it('waits for a claim whose name is not written yet', async () => {
    const fileSystem = new CrashFileSystem()
    fileSystem.makeDirectory('/j/journal.lock')
    const file = fileSystem.open('/j/journal.lock/owner-7', 'create')
    const waiting = acquire(fileSystem)
    await sleep(leaseMs / 4)
    const owner = newProcess().self
    fileSystem.write(file, Buffer.from(JSON.stringify(owner)), 0, JSON.stringify(owner).length)
    const lock = await waiting
    expect(fileSystem.list('/j/journal.lock')).toEqual(['owner-7', 'owner-8'])
    lock.release()
  })

  it('keeps its highest number for ever, so that an old view of the directory cannot win', async () => {
    const fileSystem = new CrashFileSystem()
    for (let n = 0; n < 40; n++) (await acquire(fileSystem)).release()
    const numbers = fileSystem.list('/j/journal.lock').map((name) => Number(name.slice('owner-'.length)))
    expect(Math.max(...numbers)).toBe(40)
    expect(numbers).toHaveLength(16)
  })

  it('gives a claim up when others went on meanwhile', async () => {
    const fileSystem = new CrashFileSystem()
    ;(await acquire(fileSystem)).release()
    let overtaken = false
    const overtaking: OwnerIdentity = { self: newProcess().self, judge: () => 'dead' }
    const original = fileSystem.open.bind(fileSystem)
    fileSystem.open = (path, mode) => {
      // Right before the claim of number 2, others use it up and clean it away.
      if (mode === 'create' && path.endsWith('owner-2') && !overtaken) {
        overtaken = true
        fileSystem.close(original('/j/journal.lock/owner-20', 'create'))
      }
      return original(path, mode)
    }
    const lock = await acquire(fileSystem, overtaking)
    expect(fileSystem.list('/j/journal.lock').includes('owner-2')).toBe(false)
    expect(fileSystem.list('/j/journal.lock').includes('owner-21')).toBe(true)
    lock.assertHeld()
    lock.release()
  })
})

describe('processIdentity', () => {
  const identity = processIdentity()

  it('knows that this process lives', () => {
    expect(identity.self.pid).toBe(process.pid)
    expect(identity.judge(identity.self)).toBe('alive')
  })

  it('knows that a process is dead whose pid is free or belongs to a later one', () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid
    expect(identity.judge({ ...identity.self, pid: gone })).toBe('dead')
    expect(identity.judge({ ...identity.self, started: '1' })).toBe('dead')
  })

  it('does not judge across boots and containers', () => {
    const others: readonly Partial<LockOwner>[] = [{ boot: 'other' }, { namespace: 'pid:[1]' }]
    for (const other of others) expect(identity.judge({ ...identity.self, ...other })).toBe('unknown')
  })
})
