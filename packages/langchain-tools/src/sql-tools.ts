import type { Session } from '@bothkeys/core'
import type { SqlTarget, SqlToolsOptions } from '@bothkeys/tools'
import { sqlTools as agentTools } from '@bothkeys/tools'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { asTool } from './as-tool.js'
import { given } from './given.js'
import { type WaitOptions, waitingOf } from './waiting.js'

/**
 * LangChain tools for one PostgreSQL database in one session: `query`, `describe_schema` and `explain`. Each statement is decided by
 * itself; refusals are answers that a model can act on. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const agent = createAgent({ model, tools: [...sqlTools(session, orders)] })
 */
export function sqlTools(
  session: Session,
  target: SqlTarget,
  { decisions, ledger, submit, wait, ...options }: SqlToolsOptions & WaitOptions = {},
): StructuredToolInterface[] {
  const waiting = waitingOf(session, given({ decisions, ledger, submit, wait }))
  return agentTools(session, target, options).map((tool) => asTool(tool, waiting))
}
