import type { Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { type MaybePromise, sessionAccess } from '@bothkeys/core/adapter'
import { type CallDescription, refusedOnRecord, type ToolTarget } from '@bothkeys/tools'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { type AgentMiddleware, createMiddleware } from 'langchain'
import { governedTool, type Governs } from './govern-tool.js'
import { sessionOf } from './governed-tools.js'
import { lentError } from './lent.js'
import { notDone } from './tool-answer.js'
import { limitsOf, type ToolLimits } from './tool-limits.js'
import { type WaitOptions, waitingOf } from './waiting.js'
import { whyMisread } from './why-misread.js'

export interface MiddlewareOptions extends WaitOptions, ToolLimits {
  /** Whose agent this is. */
  readonly session: Session
  /** Where calls are on record that are of no door, as the policy names it. */
  readonly target: ToolTarget
  /**
   * What calls of tools do that are not of this package, by the name of the tool. A tool that is not here is refused: nobody knows
   * what it does.
   */
  readonly tools?: Readonly<Record<string, (args: never) => MaybePromise<CallDescription>>>
}

/**
 * Middleware for `createAgent` that lets no tool call go undecided: policy first and people second, each call by itself. Tools of this
 * package go on to their doors; others are decided by what `tools` says of them. What is refused is an answer to the model, and the
 * run goes on. A tool that acts for another agent's session is refused. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const agent = createAgent({ model, tools, middleware: [bothkeysMiddleware({ session, target: toolTarget('tools') })] })
 */
export function bothkeysMiddleware({ session, target, tools = {}, ...options }: MiddlewareOptions): AgentMiddleware {
  const waiting = waitingOf(session, options)
  const limits = limitsOf(options)
  // Fails now, not at the first call.
  sessionAccess(session, target)
  const governing = new Map(
    Object.entries(tools).map(([name, describe]) => [name, each(describe as Governs['describe'])]),
  )
  return createMiddleware({
    name: 'bothkeys',
    wrapToolCall: async (request, handler) => {
      const { tool, toolCall } = request
      const { id: callId = '', name } = toolCall
      const owner = sessionOf(tool)
      const governed = owner === undefined && tool !== undefined ? governing.get(name) : undefined
      // It has what it does not take on record by itself.
      if (governed !== undefined) return handler({ ...request, tool: governed(tool as StructuredToolInterface) })
      const error = owner === session ? await whyMisread(tool, toolCall.args, limits.describeMs) : strange(owner)
      if (error === undefined) return handler(request)
      return notDone({ name, callId }, refusedOnRecord(session, target, name, error))
    },
  }) as AgentMiddleware

  /** Governs each tool once, by what is said of it, and anew where it reads otherwise than it did. */
  function each(describe: Governs['describe']): (tool: StructuredToolInterface) => StructuredToolInterface {
    const known = new WeakMap<StructuredToolInterface, Known>()
    return (tool) => {
      const { schema } = tool
      const before = known.get(tool)
      if (before?.schema === schema) return before.governed
      const governed = governedTool(tool, session, { target, describe, ...limits }, waiting)
      known.set(tool, { schema, governed })
      return governed
    }
  }
}

/** A tool as it is governed, and what it read by then. */
interface Known {
  readonly schema: unknown
  readonly governed: StructuredToolInterface
}

function strange(owner: Session | undefined): BothKeysError {
  if (owner !== undefined) return lentError()
  return new BothKeysError('ERR_STATEMENT_INVALID', 'refused: nobody has said what calls of this tool do', {
    hint: 'use another tool',
  })
}
