import { BothKeysError } from '@bothkeys/core'
import { ToolMessage } from '@langchain/core/messages'
import { isCommand } from '@langchain/langgraph'
import type { Answered, ToolAnswer } from './tool-answer.js'

/** What a tool answers to a call, with its texts masked. What goes beside the text, to logs and interfaces, is left out. */
export function maskAnswer(answer: ToolAnswer, mask: (text: string) => string, { callId, name }: Answered): ToolAnswer {
  if (isCommand(answer)) {
    throw new BothKeysError('ERR_INTERNAL', 'the tool changes the state of the graph, and nobody can mask that', {
      hint: 'have the tool answer a text, or take the masks off its target',
    })
  }
  const { content, status } = answer
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return new ToolMessage({
    content: mask(text),
    name,
    tool_call_id: callId,
    ...(status === 'error' && { status }),
  })
}
