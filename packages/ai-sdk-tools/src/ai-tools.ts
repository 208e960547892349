import type { AgentTool } from '@bothkeys/tools'
import { AnsweredCalls, type AnsweredCallsOptions, shownSchema } from '@bothkeys/tools'
import { BothKeysError } from '@bothkeys/core'

/** A tool as version 6 and version 7 of the AI SDK call it. */
export interface AiTool {
  /** What the model is told of it. */
  readonly description: string
  /** What its arguments have to be. The framework takes whatever comes: they are read, and refused on record, when it is executed. */
  readonly inputSchema: AgentTool['schema']
  /** Answers in words for a model, also what was refused. Rejects when the run is aborted. */
  readonly execute: (input: unknown, options: AiCall) => Promise<string>
}

/** What the AI SDK says of a call. */
export interface AiCall {
  /** The id that the framework gave the call: asked again with it, the call does not run twice. */
  readonly toolCallId: string
  /** Aborted when the run is over: what waits for people is withdrawn. */
  readonly abortSignal?: AbortSignal | undefined
}

/** `thread` is the conversation: the id that the host keeps its messages under. */
export type AiToolsOptions = AnsweredCallsOptions

/**
 * Tools for `generateText` and `streamText`, by their names. Each call is decided when it is executed, waits in place for people, and
 * comes to an answer: a refusal is a text that the model can act on. What messages say of approvals counts for nothing, since clients
 * write them: neither `needsApproval` nor `toolApproval` opens a door. A call that is replayed with the same id and the same input
 * does not run again; arguments that a tool does not take are refused on record. Throws ERR_CONFIG_INVALID when two tools have one name or the conversation has none.
 *
 * @example
 * const result = await generateText({ model, messages, tools: aiTools(tools, { thread: chat.id }) })
 */
export function aiTools(tools: readonly AgentTool[], options: AiToolsOptions): Record<string, AiTool> {
  const calls = new AnsweredCalls(options)
  const made = new Map(tools.map((tool) => [tool.name, asTool(tool, calls)]))
  if (made.size !== tools.length) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'two tools have the same name', {
      hint: 'give the tools of each database a prefix',
    })
  }
  return Object.fromEntries(made)
}

function asTool(tool: AgentTool, calls: AnsweredCalls): AiTool {
  return Object.freeze({
    description: tool.description,
    inputSchema: shownSchema(tool),
    execute: async (input: unknown, { abortSignal, toolCallId }: AiCall) => {
      const { text } = await calls.answer(tool, { callId: toolCallId, args: input, signal: abortSignal })
      return text
    },
  })
}
