import type { Ledger } from '@bothkeys/core'
import { memoryLedger } from '@bothkeys/core'
import { BothKeysError, type HeldNotice } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../src/agent-tool.js'
import { ToolCalls } from '../../src/calls/tool-calls.js'

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
const withdrawn = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'taken back')
const notice = { requestId: 'a', digest: '', rules: [], expiresAt: new Date() } as unknown as HeldNotice

/** Work that asks people and waits until it is aborted, or until they allow it. */
class Asking {
  ran = 0
  allow: () => void = () => undefined

  readonly run = async ({ onHeld, signal }: CallContext): Promise<string> => {
    const onAllowed = onHeld?.(notice)
    const allowed = new Promise<void>((resolve) => {
      this.allow = resolve
    })
    const gone = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
    await Promise.race([allowed, gone])
    await Promise.race([onAllowed?.(), gone])
    this.ran += 1
    return 'done'
  }
}

/** Work that is done at once, and how often it was. */
function counted() {
  const work = Object.assign(
    () => {
      work.ran += 1
      return Promise.resolve(`done ${String(work.ran)}`)
    },
    { ran: 0 },
  )
  return work
}

describe('calls that are kept', () => {
  it.each([{ keptMs: 0 }, { keptMs: -1 }, { keptMs: NaN }, { keptMs: 1.5 }, { mostKept: 0 }, { mostKept: NaN }])(
    'are not kept with %o',
    (options) => {
      expect(() => new ToolCalls(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    },
  )

  it('are answered once more with the same, and the oldest is forgotten but not made again', async () => {
    const calls = new ToolCalls<string>({ mostKept: 2 })
    const works = [counted(), counted(), counted()]
    for (const [at, work] of works.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(await calls.make(`key-${String(at)}`, work)).toEqual({ state: 'over', answer: 'done 1' })
    }
    expect(await calls.make('key-2', counted())).toEqual({ state: 'over', answer: 'done 1' })
    expect(await calls.make('key-1', counted())).toEqual({ state: 'over', answer: 'done 1' })
    const again = counted()
    await expect(calls.make('key-0', again)).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
    expect([again.ran, ...works.map(({ ran }) => ran)]).toEqual([0, 1, 1, 1])
  })

  it('are not forgotten while they wait, however many come after them', async () => {
    const calls = new ToolCalls<string>({ mostKept: 1 })
    const asking = new Asking()
    expect(await calls.make('waits', asking.run)).toMatchObject({ state: 'held' })
    for (const key of ['a', 'b', 'c']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await calls.make(key, counted())
    }
    const answer = calls.answer('waits')
    asking.allow()
    expect(await answer).toBe('done')
  })

  it('are of nobody who did not make them', async () => {
    const calls = new ToolCalls<string>()
    const unknown = { code: 'ERR_INTERNAL' }
    await expect(calls.answer('key')).rejects.toMatchObject(unknown)
    await expect(calls.stateSoon('key', 1)).rejects.toMatchObject(unknown)
    await expect(calls.withdraw('key', withdrawn)).rejects.toMatchObject(unknown)
  })

  it('are not run that were taken back while the ledger was asked', async () => {
    const memory = memoryLedger({ clock })
    let answers = (): void => undefined
    const slow = new Promise<void>((resolve) => {
      answers = resolve
    })
    const ledger: Ledger = {
      get: async (key) => {
        await slow
        return memory.get(key)
      },
      nowMs: () => memory.nowMs(),
      commit: (changes) => memory.commit(changes),
      close: () => memory.close(),
    }
    const calls = new ToolCalls<string>({ ledger })
    const work = counted()
    const made = calls.make('key', work)
    const back = calls.withdraw('key', withdrawn)
    answers()
    await expect(made).rejects.toBe(withdrawn)
    await expect(back).rejects.toBe(withdrawn)
    expect(work.ran).toBe(0)
    await expect(new ToolCalls<string>({ ledger }).make('key', work)).rejects.toMatchObject({
      code: 'ERR_PERMIT_SPENT',
    })
  })

  it('run nothing while the ledger does not answer, and nothing when it fails', async () => {
    const silent = { get: () => new Promise(() => undefined) } as unknown as Ledger
    const work = counted()
    const made = new ToolCalls<string>({ ledger: silent }).make('key', work).then(() => 'made')
    expect(await Promise.race([made, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))])).toBe('nothing')
    const out = new Error('no ledger')
    const failing = { get: () => Promise.reject(out) } as unknown as Ledger
    await expect(new ToolCalls<string>({ ledger: failing }).make('key', work)).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
      cause: out,
    })
    expect(work.ran).toBe(0)
  })

  it('are not heard of, and do not run, where nobody can note that they wait', async () => {
    const memory = memoryLedger({ clock })
    let commits = 0
    const ledger: Ledger = {
      get: (key) => memory.get(key),
      nowMs: () => memory.nowMs(),
      close: () => memory.close(),
      commit: (changes) => {
        commits += 1
        if (commits > 1) throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger is out')
        return memory.commit(changes)
      },
    }
    const asking = new Asking()
    const made = new ToolCalls<string>({ ledger }).make('key', asking.run)
    await expect.poll(() => commits).toBe(2)
    asking.allow()
    await expect(made).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    expect(asking.ran).toBe(0)
  })

  it('answer what ran all the same to whoever takes them back too late', async () => {
    const calls = new ToolCalls<string>()
    await calls.make('key', counted())
    expect(await calls.withdraw('key', withdrawn)).toBe('done 1')
    expect(await calls.make('key', counted())).toEqual({ state: 'over', answer: 'done 1' })
  })

  it('go on in another process where the session of the one that waited has ended', async () => {
    const ledger = memoryLedger({ clock })
    const one = new ToolCalls<string>({ ledger })
    await one.make('key', new Asking().run)
    await expect(one.withdraw('key', new BothKeysError('ERR_SESSION_CLOSED', 'closed'))).rejects.toMatchObject({
      code: 'ERR_SESSION_CLOSED',
    })
    const asking = new Asking()
    const other = new ToolCalls<string>({ ledger })
    expect(await other.make('key', asking.run)).toMatchObject({ state: 'held' })
    asking.allow()
    expect(await other.answer('key')).toBe('done')
  })

  it('wait still in other processes, and never run there, when they were taken back', async () => {
    const ledger = memoryLedger({ clock })
    const one = new ToolCalls<string>({ ledger })
    await one.make('key', new Asking().run)
    await expect(one.withdraw('key', withdrawn)).rejects.toBe(withdrawn)
    const work = counted()
    for (const other of [new ToolCalls<string>({ ledger }), new ToolCalls<string>({ ledger })]) {
      const taken = { code: 'ERR_APPROVAL_WITHDRAWN' }
      // oxlint-disable no-await-in-loop -- One process after the other.
      expect(await other.make('key', work)).toEqual({ state: 'held', notice })
      await expect(other.stateSoon('key', 1)).rejects.toMatchObject(taken)
      await expect(other.answer('key')).rejects.toMatchObject(taken)
      await expect(other.withdraw('key', withdrawn)).rejects.toMatchObject(taken)
      expect(await other.make('key', work)).toEqual({ state: 'held', notice })
      // oxlint-enable no-await-in-loop
    }
    expect(work.ran).toBe(0)
  })

  it('are not taken back by a person where another process ran them', async () => {
    const ledger = memoryLedger({ clock })
    const [one, other] = [new ToolCalls<string>({ ledger }), new ToolCalls<string>({ ledger })]
    await one.make('key', new Asking().run)
    const asking = new Asking()
    await other.make('key', asking.run)
    asking.allow()
    expect(await other.answer('key')).toBe('done')
    await expect(one.withdraw('key', withdrawn, 'everywhere')).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
  })

  it('are over for other processes when they were taken back once they ran', async () => {
    const ledger = memoryLedger({ clock })
    const one = new ToolCalls<string>({ ledger })
    const asking = new Asking()
    let fails = (_error: Error): void => undefined
    await one.make('key', async (context) => {
      await asking.run(context)
      return new Promise((_resolve, reject) => {
        fails = reject
      })
    })
    const answer = one.answer('key')
    asking.allow()
    await expect.poll(() => asking.ran).toBe(1)
    const back = one.withdraw('key', withdrawn)
    fails(withdrawn)
    await expect(answer).rejects.toBe(withdrawn)
    await expect(back).rejects.toBe(withdrawn)
    const again = new ToolCalls<string>({ ledger }).make('key', counted())
    await expect(again).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
  })
})
