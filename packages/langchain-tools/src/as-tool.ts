import { type AgentTool, inputOf } from '@bothkeys/tools'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { answerCall } from './answer-call.js'
import { done } from './tool-answer.js'
import { limitsOf } from './tool-limits.js'
import { toolOnRecord } from './tool-on-record.js'
import type { Waiting } from './waiting.js'

/** A tool as LangChain calls it. */
export function asTool(governed: AgentTool, waiting: Waiting): StructuredToolInterface {
  const { name, schema, session, target } = governed
  const shown = { name, description: governed.description, schema: schema as never }
  return toolOnRecord(shown, { session, target, ...limitsOf({}) }, (args, config) => {
    const callId = config.toolCall?.id ?? ''
    return answerCall(
      { name, callId, args, session, target, config },
      // Edited arguments come from a person, and were read by nobody yet.
      async (given, context) => {
        const input = given === args ? args : inputOf(governed, given)
        return done({ name, callId }, await governed.run(input, context))
      },
      waiting,
    )
  })
}
