import { ToolMessage } from '@langchain/core/messages'
import type { Command } from '@langchain/langgraph'
import { tellAgent } from '@bothkeys/tools'

/** What a tool answers: a message to the model, or a change of the graph's state. */
export type ToolAnswer = ToolMessage | Command

/** Which call is answered. */
export interface Answered {
  readonly name: string
  readonly callId: string
}

/** What was done. */
export function done({ callId, name }: Answered, content: string): ToolMessage {
  return new ToolMessage({ content, name, tool_call_id: callId })
}

/** What was not done, as a message to the model: the run goes on (RULES 13). */
export function notDone(call: Answered, error: unknown): ToolMessage {
  return refused(call, tellAgent(error))
}

/** The same in these words. */
export function refused({ callId, name }: Answered, content: string): ToolMessage {
  return new ToolMessage({ content, name, tool_call_id: callId, status: 'error' })
}
