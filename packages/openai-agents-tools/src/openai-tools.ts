import type { AgentTool } from '@bothkeys/tools'
import { AnsweredCalls, type AnsweredCallsOptions, argumentsSchema } from '@bothkeys/tools'
import type { FunctionTool } from '@openai/agents'
import { tool as makeTool } from '@openai/agents'

/** `thread` is the conversation: the id that the host keeps its runs and their states under. */
export type OpenAiToolsOptions = AnsweredCallsOptions

/** A tool as OpenAI Agents call it. */
export type OpenAiTool = FunctionTool

/**
 * Tools for `new Agent({ tools })`. Each call is decided when it is executed, waits in place for people, and comes to an answer: a
 * refusal is a text that the model can act on. They need no approval of the framework, since nobody signs the state that holds those:
 * what a resumed run executes is decided by what it says then. A call that is made again with the same id and the same arguments does
 * not run again. Throws ERR_CONFIG_INVALID when the conversation has no name.
 *
 * @example
 * const agent = new Agent({ name: 'orders', tools: openAiTools(tools, { thread: conversation.id }) })
 */
export function openAiTools(tools: readonly AgentTool[], options: OpenAiToolsOptions): OpenAiTool[] {
  const calls = new AnsweredCalls(options)
  return tools.map((tool) => asTool(tool, calls))
}

function asTool(tool: AgentTool, calls: AnsweredCalls): OpenAiTool {
  return makeTool({
    name: tool.name,
    description: tool.description,
    // Read again before it runs; strict schemas know no member that may be left out.
    parameters: argumentsSchema(tool) as never,
    strict: false,
    needsApproval: false,
    execute: async (args: unknown, _context, details) => {
      const callId = details?.toolCall?.callId ?? ''
      const { text } = await calls.answer(tool, { callId, args, signal: details?.signal })
      return text
    },
  }) as OpenAiTool
}
