import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import type { BaseMessage, ToolMessage } from '@langchain/core/messages'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import type { Tools } from './tools.js'

/** What a conversation waits with. */
export interface Waiting {
  readonly approvalId: string
  readonly actionHash: string
}

/** A request that a conversation waits with, and its number. */
interface Interrupt {
  readonly id: string
  readonly value: { readonly actionRequests: readonly Waiting[] }
}

/** Where a conversation stands. */
export interface Said {
  /** What the model was answered since its last user spoke. */
  readonly answers: readonly string[]
  readonly waiting: readonly Waiting[]
  /** What it said last. */
  readonly last: string
}

/** One conversation of one agent, which goes on from way to way. */
export class Conversation {
  readonly #turns: Turn[] = []
  readonly #agent: ReturnType<typeof agentOf>
  readonly #config: { readonly configurable: { readonly thread_id: string }; readonly recursionLimit: number }
  #before = 0
  #interrupts: readonly Interrupt[] = []

  constructor(name: string, tools: Tools) {
    this.#agent = agentOf(new ScriptedModel(this.#turns), tools)
    this.#config = { configurable: { thread_id: `thread-${name}` }, recursionLimit: 1_000 }
  }

  /** Has the model take these turns, and say `done` behind them. */
  say(turns: readonly Turn[]): Promise<Said> {
    this.#turns.push(...turns, 'done')
    return this.#invoke({ messages: [{ role: 'user', content: 'go on' }] }, true)
  }

  /** Resumes every request that waits with the same. */
  resume(value: unknown): Promise<Said> {
    return this.#invoke(
      new Command({ resume: Object.fromEntries(this.#interrupts.map(({ id }) => [id, value])) }),
      false,
    )
  }

  async #invoke(input: unknown, isNew: boolean): Promise<Said> {
    const state = (await this.#agent.invoke(input as never, this.#config)) as unknown as {
      readonly messages: readonly BaseMessage[]
      readonly __interrupt__?: readonly Interrupt[]
    }
    this.#interrupts = state.__interrupt__ ?? []
    if (isNew) this.#before = state.messages.findLastIndex((message) => message.getType() === 'human')
    const since = state.messages.slice(this.#before)
    return {
      answers: since.filter((message): message is ToolMessage => message.getType() === 'tool').map(({ text }) => text),
      waiting: this.#interrupts.flatMap(({ value }) => value.actionRequests),
      last: since.at(-1)?.text ?? '',
    }
  }
}

function agentOf(model: ScriptedModel, { middleware, tools }: Tools) {
  return createAgent({ model, tools: [...tools], middleware: [...middleware], checkpointer: new MemorySaver() })
}
