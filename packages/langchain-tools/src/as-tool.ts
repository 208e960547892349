import type { GuardedTarget } from '@bothkeys/core/adapter'
import type { AgentTool } from '@bothkeys/tools'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { tool } from '@langchain/core/tools'
import { answerCall } from './answer-call.js'
import { actsFor } from './governed-tools.js'
import { misreadOnRecord } from './misread-on-record.js'
import { done } from './tool-answer.js'
import type { Waiting } from './waiting.js'

/** A tool as LangChain calls it. */
export function asTool(governed: AgentTool, target: GuardedTarget, waiting: Waiting): StructuredToolInterface {
  const { description, name, schema, session } = governed
  const made = tool(
    (args: unknown, config: ToolRunnableConfig) => {
      const callId = config.toolCall?.id ?? ''
      return answerCall(
        { name, callId, args, session, target, config },
        // Edited arguments come from a person, and were read by nobody yet.
        async (given, context) => done({ name, callId }, await governed.run(schema.parse(given), context)),
        waiting,
      )
    },
    { name, description, schema: schema as never },
  )
  return actsFor(misreadOnRecord(made as unknown as StructuredToolInterface, session, target), session)
}
