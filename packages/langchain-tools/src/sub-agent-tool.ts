import type { Session } from '@bothkeys/core'
import type { BaseMessage } from '@langchain/core/messages'
import type { RunnableConfig } from '@langchain/core/runnables'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { tool } from '@langchain/core/tools'
import { isGraphBubbleUp } from '@langchain/langgraph'
import { taskOf } from './conversation.js'
import { actsFor } from './governed-tools.js'
import { done, notDone } from './tool-answer.js'

/** How a sub-agent is offered to a model as a tool. */
export interface SubAgentToolOptions {
  /** What the model of the calling agent reads: what the sub-agent is for. */
  readonly description: string
}

/** Runs a sub-agent on a state, as one task. */
type RunSubAgent = (task: string | undefined, state: Told, config: RunnableConfig) => Promise<Told>

/** What is said between agents. */
interface Told {
  readonly messages: readonly unknown[]
}

const schema = {
  type: 'object',
  properties: { task: { type: 'string', minLength: 1, description: 'what to do, with all that is needed to do it' } },
  required: ['task'],
  additionalProperties: false,
} as const

/** A sub-agent as a tool of the agent whose session it has its own from. */
export function subAgentTool(
  session: Session,
  name: string,
  run: RunSubAgent,
  { description }: SubAgentToolOptions,
): StructuredToolInterface {
  const made = tool(
    async ({ task: content }: { readonly task: string }, config: ToolRunnableConfig) => {
      const call = { name, callId: config.toolCall?.id ?? '' }
      const place = taskOf(config)
      try {
        const task = place === undefined ? undefined : JSON.stringify([place, call.callId])
        const { messages } = await run(task, { messages: [{ role: 'user', content }] }, config)
        return done(call, (messages.at(-1) as BaseMessage | undefined)?.text ?? '')
      } catch (error) {
        if (isGraphBubbleUp(error)) throw error
        return notDone(call, error)
      }
    },
    { name, description, schema: schema as never },
  )
  return actsFor(made as unknown as StructuredToolInterface, session)
}
