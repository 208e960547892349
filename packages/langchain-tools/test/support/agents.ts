import type { Stage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import type { CallDescription } from '@bothkeys/tools'
import { tool } from '@langchain/core/tools'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { z } from 'zod'
import { bothkeysMiddleware, governTool, type WaitOptions } from '../../src/index.js'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'

/** What the policy masks in what is answered to an agent. */
export const card = '4111 1111 1111 1111'

export const ask = { messages: [{ role: 'user', content: 'go' }] }
export const thread = { configurable: { thread_id: 'thread-1' } }
export const describeMail = ({ to }: { to: string }): CallDescription => ({
  effects: [{ duty: 'write', resource: `mailbox:${to}` }],
})

/** A tool of the host that nobody governs. */
export function mailTool(
  answer: (text: string, config: ToolRunnableConfig) => unknown = (text) => `sent ${text}`,
  name = 'mail',
): { readonly tool: StructuredToolInterface; readonly ran: string[] } {
  const ran: string[] = []
  const made = tool(
    ({ text }: { to: string; text: string }, config: ToolRunnableConfig) => {
      ran.push(text)
      return answer(text, config)
    },
    { name, description: 'sends mail', schema: z.object({ to: z.string(), text: z.string() }) as never },
  )
  return { tool: made as unknown as StructuredToolInterface, ran }
}

/** Both ways to govern a tool of the host: wrapped by itself, and by the middleware. */
export const ways = ['governTool', 'bothkeysMiddleware'] as const

interface AgentOf {
  readonly way: (typeof ways)[number]
  readonly mail: Stage['mail']
  readonly session: Session
  readonly tool: StructuredToolInterface
  readonly turns: readonly Turn[]
  readonly options?: WaitOptions
  readonly checkpointer?: false
}

export function agentOf({ checkpointer, mail: target, options = {}, session, tool: given, turns, way }: AgentOf) {
  const isWrapped = way === 'governTool'
  return createAgent({
    model: new ScriptedModel(turns),
    tools: [isWrapped ? governTool(given, session, { target, describe: describeMail as never, ...options }) : given],
    middleware: isWrapped
      ? []
      : [bothkeysMiddleware({ session, target, tools: { [given.name]: describeMail as never }, ...options })],
    ...(checkpointer !== false && { checkpointer: new MemorySaver() }),
  })
}

/** One call of the mail tool. */
export const mails = (text: string, to = 'ada', id = 'call-1', name = 'mail'): Turn => [
  { name, args: { to, text }, id },
]

/** What tools answered, and how. */
export function answersOf(state: { readonly messages: readonly unknown[] }): string[] {
  return (state.messages as { getType(): string; text: string; status?: string }[])
    .filter((message) => message.getType() === 'tool')
    .map((message) => `${message.status ?? 'success'}: ${message.text}`)
}

/** What waits for somebody who resumes the run. */
export const waitingIn = (
  state: object,
): readonly { readonly value: { readonly actionRequests: readonly object[] } }[] =>
  (state as { readonly __interrupt__?: readonly never[] }).__interrupt__ ?? []
