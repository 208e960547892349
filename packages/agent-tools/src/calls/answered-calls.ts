import type { HeldNotice, Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { AgentTool } from '../agent-tool.js'
import { inputOf } from '../input-of.js'
import { tellAgent } from '../told.js'
import { callKey } from './call-key.js'
import { assertCounts, ToolCalls, type ToolCallsOptions } from './tool-calls.js'

/** One call of a tool, as a framework makes it that waits for its answer. */
export interface WaitingCall {
  /** Of the call, within the conversation. */
  readonly callId: string
  /** What the framework says that the model wrote. It is read again here. */
  readonly args: unknown
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  /** Told once people are asked about the call. */
  readonly onHeld?: ((notice: HeldNotice) => void) | undefined
}

/** What a call came to, in words for a model. */
export interface ToldAnswer {
  /** What the model is told: the answer, or the refusal with its code, rules and next step. */
  readonly text: string
  /** Whether it was not done: a rule, a person, a target or an argument was against it. */
  readonly isRefused: boolean
}

/** Options of `AnsweredCalls`. */
export interface AnsweredCallsOptions extends ToolCallsOptions {
  /** The conversation that the calls are of. What is called again in it, with the same number and words, does not run again. */
  readonly thread: string
}

interface MadeCall {
  readonly calls: ToolCalls<string>
  readonly key: string
  readonly session: Session
}

/**
 * Calls of one conversation, each of which waits in place for people and always comes to an answer: a refusal is one as well, so
 * that no run is aborted by it. Who makes a call again joins it; with other arguments it is another call, decided anew.
 */
export class AnsweredCalls {
  readonly #thread: string
  readonly #options: ToolCallsOptions
  /** Nobody joins the call of another session: what that is shown may be masked in another way. */
  readonly #calls = new WeakMap<Session, ToolCalls<string>>()
  /** How many wait for each call. */
  readonly #waiting = new Map<string, number>()

  /** Throws ERR_CONFIG_INVALID where the conversation has no name, and on a wrong option. */
  constructor({ thread, ...options }: AnsweredCallsOptions) {
    if (typeof thread !== 'string' || thread === '')
      throw nameless('the conversation', 'give `thread` a name of its own')
    this.#thread = thread
    assertCounts(options)
    this.#options = options
  }

  /** Takes a call to its answer, once, however often it is made. Never rejects. */
  async answer(tool: AgentTool, call: WaitingCall): Promise<ToldAnswer> {
    try {
      return { text: await this.#answered(tool, call), isRefused: false }
    } catch (error) {
      return { text: tellAgent(error), isRefused: true }
    }
  }

  async #answered(tool: AgentTool, { args, callId, onHeld, signal }: WaitingCall): Promise<string> {
    if (typeof callId !== 'string' || callId === '') throw nameless('a call', 'number the calls of a conversation')
    if (signal?.aborted === true) throw new BothKeysError('ERR_ABORTED', 'nobody waits for the call any more')
    const { name, session } = tool
    const input = inputOf(tool, args)
    const key = callKey({ session, thread: this.#thread, callId, name, args: input })
    const calls = this.#callsOf(session)
    const stop = this.#waitFor({ key, session, calls }, signal)
    try {
      const state = await calls.make(key, (context) => tool.run(input, context))
      if (state.state === 'over') return state.answer
      onHeld?.(state.notice)
      return await calls.answer(key)
    } finally {
      stop()
    }
  }

  #callsOf(session: Session): ToolCalls<string> {
    const calls = this.#calls.get(session) ?? new ToolCalls<string>(this.#options)
    this.#calls.set(session, calls)
    return calls
  }

  /** The last one that stops waiting takes the call back. Returns what ends waiting. */
  #waitFor({ calls, key, session }: MadeCall, signal: AbortSignal | undefined): () => void {
    const place = `${session.id} ${key}`
    this.#waiting.set(place, (this.#waiting.get(place) ?? 0) + 1)
    let waits = true
    const stop = (): void => {
      if (!waits) return
      waits = false
      signal?.removeEventListener('abort', leave)
      const left = (this.#waiting.get(place) ?? 1) - 1
      if (left > 0) this.#waiting.set(place, left)
      else this.#waiting.delete(place)
    }
    const leave = (): void => {
      stop()
      if (this.#waiting.has(place)) return
      const reason = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'nobody waits for the call any more')
      calls.withdraw(key, reason).catch(() => undefined)
    }
    signal?.addEventListener('abort', leave, { once: true })
    return stop
  }
}

function nameless(what: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `${what} has no name, so nobody can tell its calls apart`, { hint })
}
