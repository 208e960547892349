import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage, ToolCall } from '@langchain/core/messages'
import { AIMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'

/** One turn of a model: calls of tools, or what it says at the end. */
export type Turn = readonly Omit<ToolCall, 'type'>[] | string | ((messages: readonly BaseMessage[]) => Turn)

/** A model that says what a script says, turn by turn, counted by the answers that stand in the conversation. */
export class ScriptedModel extends BaseChatModel {
  readonly #turns: readonly Turn[]

  constructor(turns: readonly Turn[]) {
    super({})
    this.#turns = turns
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const turn = this.#turns[messages.filter((message) => message.getType() === 'ai').length]
    const message = said(turn ?? 'done', messages)
    return Promise.resolve({ generations: [{ text: message.text, message }] })
  }
}

function said(turn: Turn, messages: readonly BaseMessage[]): AIMessage {
  if (typeof turn === 'function') return said(turn(messages), messages)
  if (typeof turn === 'string') return new AIMessage(turn)
  return new AIMessage({ content: '', tool_calls: turn.map((call) => ({ ...call, type: 'tool_call' })) })
}
