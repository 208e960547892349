import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from '@bothkeys/core'
import { memoryLedger } from '@bothkeys/core'
import type { HeldNotice } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { CallContext } from '../agent-tool.js'
import { type Begun, Claims } from './claims.js'
import { type Hold, Holds } from './held-call.js'

/** Options of `ToolCalls`. */
export interface ToolCallsOptions {
  /**
   * Where it stands which calls were made: that of the guard, where several processes may resume the same conversation. Default:
   * the memory of this process.
   */
  readonly ledger?: Ledger
  /** How long a call that was made is remembered, in milliseconds. Default: a day. */
  readonly keptMs?: number
  /** How many answers are kept for whoever asks for them once more. Default: 1,000. */
  readonly mostKept?: number
}

/** What became of a call so far. */
export type CallState<Answer> =
  | { readonly state: 'over'; readonly answer: Answer }
  /** People are asked; it goes on waiting. */
  | { readonly state: 'held'; readonly notice: HeldNotice }

interface Running<Answer> {
  readonly answer: Promise<Answer>
  readonly holds: Holds
  readonly abort: AbortController
  isOver: boolean
}

/**
 * Calls of tools that may be made again and again by a framework that resumes, and that run once. A call that waits for people goes on
 * waiting while the conversation stands still; whoever makes it again joins it.
 */
export class ToolCalls<Answer> {
  readonly #calls = new Map<string, Running<Answer>>()
  readonly #claims: Claims
  readonly #mostKept: number

  /** Throws ERR_CONFIG_INVALID on a wrong option. */
  constructor(options: ToolCallsOptions = {}) {
    assertCounts(options)
    const { keptMs = 86_400_000, ledger, mostKept = 1_000 } = options
    this.#claims = new Claims(ledger ?? memoryLedger({ clock }), keptMs)
    this.#mostKept = mostKept
  }

  /**
   * Makes a call, or joins it: resolves with its answer, or once people are asked about it. Rejects with ERR_PERMIT_SPENT when it was
   * made before and its answer is not here, and as the ledger does. What was taken back while it waited, here or in another process,
   * waits still for whoever makes it again, and never runs.
   */
  async make(key: string, work: (context: CallContext) => Promise<Answer>): Promise<CallState<Answer>> {
    const call = this.#calls.get(key) ?? this.#begin(key, work)
    const { holds } = call
    try {
      return await next(call, undefined)
    } catch (error) {
      if (!holds.isTakenBack || holds.last === undefined) throw error
      return { state: 'held', notice: holds.last }
    }
  }

  /**
   * The answer of a call that waits for people, once they have decided. Until somebody asks for it, nothing runs, whatever they
   * decide: who abandons a conversation abandons what it waits for.
   */
  async answer(key: string): Promise<Answer> {
    const call = this.#callOf(key)
    call.holds.isBack()
    return call.answer
  }

  /**
   * What becomes of a call that waits for people, when whoever made it waits for that, too: they leave again when people have not decided
   * after so many milliseconds, or are asked about something else.
   */
  async stateSoon(key: string, patienceMs: number): Promise<CallState<Answer>> {
    const call = this.#callOf(key)
    const { holds } = call
    const hold = holds.current
    holds.isBack()
    try {
      const late = Symbol('late')
      const waited = [settled(call), holds.next, sleep(patienceMs, late)]
      const first = hold === undefined ? undefined : await Promise.race([hold.allowed.promise, ...waited])
      if (hold !== undefined && first === late) return { state: 'held', notice: hold.notice }
      return await next(call, hold)
    } finally {
      if (!call.isOver) holds.hasLeft()
    }
  }

  /**
   * Takes a call back that waits for people. Rejects with why it did not run; resolves with its answer when it ran all the same.
   * `everywhere`: a person says so, and no other process goes on with it; rejects with ERR_PERMIT_SPENT when one runs it already.
   */
  async withdraw(key: string, reason: BothKeysError, where: 'here' | 'everywhere' = 'here'): Promise<Answer> {
    const call = this.#callOf(key)
    call.holds.takenBackFrom = where
    call.abort.abort(reason)
    try {
      return await call.answer
    } catch (error) {
      call.holds.isTakenBack = true
      throw error
    }
  }

  #callOf(key: string): Running<Answer> {
    const call = this.#calls.get(key)
    if (call !== undefined) return call
    throw new BothKeysError('ERR_INTERNAL', 'nobody made this call, or it was long ago')
  }

  #begin(key: string, work: (context: CallContext) => Promise<Answer>): Running<Answer> {
    const abort = new AbortController()
    const holds = new Holds()
    const onHeld = holds.heard({ waits: () => this.#claims.wait(key), goesOn: () => this.#claims.goOn(key) })
    const answer = this.#claimed(key, { holds, signal: abort.signal }, () => {
      // Taken back while the ledger was asked.
      abort.signal.throwIfAborted()
      return work({ signal: abort.signal, onHeld })
    })
    const call: Running<Answer> = { answer, holds, abort, isOver: false }
    const over = (): void => {
      call.isOver = true
      this.#forgetOldest()
    }
    answer.then(over, over)
    this.#calls.set(key, call)
    return call
  }

  async #claimed(
    key: string,
    { holds, signal }: { readonly holds: Holds; readonly signal: AbortSignal },
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const begun = await this.#claims.begin(key)
    if (begun === 'no') throw madeBefore()
    if ('takenBack' in begun) {
      holds.wasTakenBack(begun.takenBack)
      throw takenBackElsewhere()
    }
    let back: HeldNotice | undefined
    try {
      return await work()
    } catch (error) {
      if (await this.#isLeftTo(key, begun, holds, error)) this.#calls.delete(key)
      if (signal.aborted && isWithdrawn(error)) back = holds.last
      throw error
    } finally {
      if (!holds.isLeft) await this.#ended(key, holds, back)
    }
  }

  /** Rejects when what a person took back runs somewhere else, or nobody can say that it does not: then nothing runs in its place. */
  async #ended(key: string, { takenBackFrom }: Holds, back: HeldNotice | undefined): Promise<void> {
    const noted = back === undefined ? this.#claims.end(key) : this.#claims.takeBack(key, back, takenBackFrom)
    // What cannot be noted counts as begun, and is not made again.
    await (back !== undefined && takenBackFrom === 'everywhere' ? noted : noted.catch(() => undefined))
  }

  /** Whether somebody else goes on waiting: another process that asked first, or one that comes after this one ended. */
  async #isLeftTo(
    key: string,
    begun: Extract<Begun, { before: unknown }>,
    holds: Holds,
    error: unknown,
  ): Promise<boolean> {
    const { code } = error instanceof BothKeysError ? error : {}
    holds.isLeft = code === 'ERR_SESSION_CLOSED' && holds.current !== undefined
    if (code !== 'ERR_LIMIT_EXCEEDED' || begun.before === undefined || holds.last !== undefined) return false
    holds.isLeft = true
    await this.#claims.giveBack(key, begun.before)
    return true
  }

  #forgetOldest(): void {
    let tooMany = this.#calls.size - this.#mostKept
    for (const [key, { isOver }] of this.#calls) {
      if (tooMany <= 0) return
      if (!isOver) continue
      this.#calls.delete(key)
      tooMany--
    }
  }
}

/** Its end, or the next time that people are asked about it, after the one that is known. */
async function next<Answer>(call: Running<Answer>, known: Hold | undefined): Promise<CallState<Answer>> {
  const { holds } = call
  for (;;) {
    const again = holds.next
    if (!call.isOver && holds.current !== undefined && holds.current !== known)
      return { state: 'held', notice: holds.current.notice }
    if (call.isOver) return { state: 'over', answer: await call.answer }
    await Promise.race([settled(call), again])
  }
}

async function settled<Answer>({ answer }: Running<Answer>): Promise<void> {
  await answer.then(
    () => undefined,
    () => undefined,
  )
}

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Throws ERR_CONFIG_INVALID on a wrong option. */
export function assertCounts({ keptMs = 1, mostKept = 1 }: ToolCallsOptions): void {
  for (const [name, value] of Object.entries({ keptMs, mostKept })) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `${name} must be a whole number from 1`, {
      hint: 'see ToolCallsOptions',
    })
  }
}

function isWithdrawn(error: unknown): boolean {
  return error instanceof BothKeysError && error.code === 'ERR_APPROVAL_WITHDRAWN'
}

function takenBackElsewhere(): BothKeysError {
  return new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'this call was taken back where it waited, so it does not run', {
    hint: 'make a new call if it is still needed',
  })
}

function madeBefore(): BothKeysError {
  return new BothKeysError('ERR_PERMIT_SPENT', 'this call was made before, so it is not made again', {
    hint: 'look at what it came to, and make a new call if it is still needed',
  })
}
