import type { Session } from '@bothkeys/core'
import type { SqlTarget, SqlToolsOptions } from '@bothkeys/tools'
import { sqlTools as agentTools } from '@bothkeys/tools'
import { type AiTool, aiTools, type AiToolsOptions } from './ai-tools.js'

/**
 * Tools of the AI SDK for one PostgreSQL database in one session: `query`, `describe_schema` and `explain`. Each statement is decided
 * by itself; refusals are answers that a model can act on. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const result = await generateText({ model, messages, tools: sqlTools(session, orders, { thread: chat.id }) })
 */
export function sqlTools(
  session: Session,
  target: SqlTarget,
  options: SqlToolsOptions & AiToolsOptions,
): Record<string, AiTool> {
  return aiTools(agentTools(session, target, options), options)
}
