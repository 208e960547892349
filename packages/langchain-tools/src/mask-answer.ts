import { BothKeysError } from '@bothkeys/core'
import { ToolMessage } from '@langchain/core/messages'
import { isCommand } from '@langchain/langgraph'
import type { ToolAnswer } from './tool-answer.js'

/** The answer of a tool with its texts masked. What goes beside the text, to logs and interfaces, is left out. */
export function maskAnswer(answer: ToolAnswer, mask: (text: string) => string): ToolAnswer {
  if (isCommand(answer)) {
    throw new BothKeysError('ERR_INTERNAL', 'the tool changes the state of the graph, and nobody can mask that', {
      hint: 'have the tool answer a text, or take the masks off its target',
    })
  }
  const { content, name, status, tool_call_id } = answer
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return new ToolMessage({
    content: mask(text),
    tool_call_id,
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
  })
}
