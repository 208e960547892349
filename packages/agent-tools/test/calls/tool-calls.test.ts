import { type Ledger, memoryLedger } from '@bothkeys/core'
import { BothKeysError, type HeldNotice, type OnAllowed } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../src/agent-tool.js'
import { ToolCalls } from '../../src/calls/tool-calls.js'

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
const soon = 20

/** Work that asks people about its parts, one after the other, and counts how often each ran. */
class Work {
  readonly ran: string[] = []
  readonly #parts: readonly string[]
  #allow: (() => void)[] = []

  constructor(...parts: readonly string[]) {
    this.#parts = parts
  }

  readonly run = async ({ onHeld, signal }: CallContext): Promise<string> => {
    for (const part of this.#parts) {
      const allowed = new Promise<void>((resolve) => {
        this.#allow.push(resolve)
      })
      const notice = { requestId: part, digest: '', rules: [], expiresAt: new Date() } as unknown as HeldNotice
      const onAllowed: OnAllowed | undefined = onHeld?.(notice)
      const gone = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
      })
      await Promise.race([allowed, gone])
      await Promise.race([onAllowed?.(), gone])
      this.ran.push(part)
    }
    return 'done'
  }

  /** People allow what they were asked last. */
  allow(): void {
    this.#allow.at(-1)?.()
  }
}

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, soon))
const withdrawn = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'taken back')

/** A ledger that a test takes away. */
function ledgerOf(): { readonly ledger: Ledger; out: boolean } {
  const memory = memoryLedger({ clock })
  const state = { out: false, ledger: memory }
  return Object.assign(state, {
    ledger: {
      ...memory,
      get: (key: string) => memory.get(key),
      nowMs: () => memory.nowMs(),
      close: () => memory.close(),
      commit: (changes: Parameters<Ledger['commit']>[0]) => {
        if (state.out) throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger is out')
        return memory.commit(changes)
      },
    },
  })
}

describe('a call of a tool', () => {
  it('is made once by two processes, one of which runs it', async () => {
    const { ledger } = ledgerOf()
    const [one, other] = [new ToolCalls<string>({ ledger }), new ToolCalls<string>({ ledger })]
    const work = new Work('a', 'b')
    await one.make('key', work.run)
    work.allow()
    const answer = one.stateSoon('key', 1_000)
    await expect.poll(() => work.ran).toEqual(['a'])
    expect((await answer).state).toBe('held')
    // People are asked about `b`, and somebody else may go on waiting for that alone.
    work.allow()
    const over = one.answer('key')
    const again = new Work('a', 'b')
    await expect.poll(() => work.ran).toEqual(['a', 'b'])
    await expect(other.make('key', again.run)).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
    expect([await over, again.ran]).toEqual(['done', []])
  })

  it('does not run where it waited when another process goes on with it', async () => {
    const { ledger } = ledgerOf()
    const [one, other] = [new ToolCalls<string>({ ledger }), new ToolCalls<string>({ ledger })]
    const [first, second] = [new Work('a'), new Work('a')]
    await one.make('key', first.run)
    await other.make('key', second.run)
    first.allow()
    await expect(one.answer('key')).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
    second.allow()
    expect(await other.answer('key')).toBe('done')
    expect([first.ran, second.ran]).toEqual([[], ['a']])
  })

  it('goes on waiting when another process finds that it waits', async () => {
    const { ledger } = ledgerOf()
    const [one, other] = [new ToolCalls<string>({ ledger }), new ToolCalls<string>({ ledger })]
    const work = new Work('a')
    await one.make('key', work.run)
    const refused = new BothKeysError('ERR_LIMIT_EXCEEDED', 'the same action waits')
    await expect(other.make('key', () => Promise.reject(refused))).rejects.toBe(refused)
    work.allow()
    expect(await one.answer('key')).toBe('done')
  })

  it('is over when it was taken back before anybody was asked', async () => {
    const calls = new ToolCalls<string>()
    const honours = ({ signal }: CallContext): Promise<string> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
      })
    const made = calls.make('key', honours)
    await turns()
    await expect(calls.withdraw('key', withdrawn)).rejects.toBe(withdrawn)
    await expect(made).rejects.toBe(withdrawn)
    await expect(calls.make('key', honours)).rejects.toBe(withdrawn)
  })

  it('waits still, for whoever makes it again, when it was taken back while it waited', async () => {
    const calls = new ToolCalls<string>()
    const work = new Work('a')
    await calls.make('key', work.run)
    await expect(calls.withdraw('key', withdrawn)).rejects.toBe(withdrawn)
    expect(await calls.make('key', work.run)).toMatchObject({ state: 'held', notice: { requestId: 'a' } })
    expect(work.ran).toEqual([])
  })

  it('does not run once whoever looked again has left', async () => {
    const calls = new ToolCalls<string>()
    const work = new Work('a')
    await calls.make('key', work.run)
    expect(await calls.stateSoon('key', soon)).toMatchObject({ state: 'held' })
    work.allow()
    await turns()
    expect(work.ran).toEqual([])
    expect(await calls.stateSoon('key', 1_000)).toEqual({ state: 'over', answer: 'done' })
  })

  it('says what people are asked about now, each time that they are', async () => {
    const calls = new ToolCalls<string>()
    const work = new Work('a', 'b')
    expect(await calls.make('key', work.run)).toMatchObject({ notice: { requestId: 'a' } })
    work.allow()
    expect(await calls.stateSoon('key', 1_000)).toMatchObject({ state: 'held', notice: { requestId: 'b' } })
    work.allow()
    await turns()
    expect(work.ran).toEqual(['a'])
    expect(await calls.answer('key')).toBe('done')
  })

  it('has its answer when nobody can note that it is over, and is not made again', async () => {
    const on = ledgerOf()
    const calls = new ToolCalls<string>({ ledger: on.ledger })
    const answer = await calls.make('key', () => {
      on.out = true
      return Promise.resolve('done')
    })
    expect(answer).toEqual({ state: 'over', answer: 'done' })
    on.out = false
    const other = new ToolCalls<string>({ ledger: on.ledger })
    await expect(other.make('key', () => Promise.resolve('again'))).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
  })
})
