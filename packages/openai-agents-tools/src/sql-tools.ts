import type { Session } from '@bothkeys/core'
import type { SqlTarget, SqlToolsOptions } from '@bothkeys/tools'
import { sqlTools as agentTools } from '@bothkeys/tools'
import { type OpenAiTool, openAiTools, type OpenAiToolsOptions } from './openai-tools.js'

/**
 * Tools of OpenAI Agents for one PostgreSQL database in one session: `query`, `describe_schema` and `explain`. Each statement is decided
 * by itself; refusals are answers that a model can act on. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const agent = new Agent({ name: 'orders', tools: sqlTools(session, orders, { thread: conversation.id }) })
 */
export function sqlTools(
  session: Session,
  target: SqlTarget,
  options: SqlToolsOptions & OpenAiToolsOptions,
): OpenAiTool[] {
  return openAiTools(agentTools(session, target, options), options)
}
