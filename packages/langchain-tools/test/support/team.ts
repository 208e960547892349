import type { Session } from '@bothkeys/core'
import type { Stage } from '@bothkeys/agent-stage'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import type { BaseMessage } from '@langchain/core/messages'
import { createAgent } from 'langchain'
import {
  bothkeysMiddleware,
  sqlTools,
  type SubAgent,
  subAgent,
  type SubAgentOptions,
  type WaitOptions,
} from '../../src/index.js'

/** One call of `query`. */
export const query = (sql: string, id = 'call-1'): Turn => [{ name: 'query', args: { sql }, id }]

export const thread = { configurable: { thread_id: 'thread-1' } }
export const ask = { messages: [{ role: 'user', content: 'go' }] }
export const approve = { decisions: [{ type: 'approve' }] }

/** What the answers of tools say, with what became of the calls. */
export function answersIn({ messages }: { readonly messages: readonly BaseMessage[] }): string[] {
  return (messages as readonly (BaseMessage & { readonly status?: string })[])
    .filter((message) => message.getType() === 'tool')
    .map(({ status, text }) => `${status ?? 'success'}: ${text}`)
}

export interface Waits {
  readonly id: string
  readonly value: { readonly actionRequests: readonly { readonly args: unknown; readonly approvalId: string }[] }
}

/** What a conversation waits for. */
export const waitingIn = (state: object): readonly Waits[] =>
  (state as { readonly __interrupt__?: readonly Waits[] }).__interrupt__ ?? []

/** A worker with SQL tools of its own, which notes the sessions that it was given. */
export function worker(
  stage: Stage,
  supervisor: Session,
  turns: readonly Turn[],
  { ledger, submit, wait, ...options }: Partial<SubAgentOptions> & WaitOptions & { readonly sessions?: Session[] } = {},
): SubAgent {
  const { sessions, ...delegation } = options
  return subAgent(supervisor, {
    name: 'worker',
    roles: ['agent'],
    ttlMs: 60_000,
    agent: (session) => {
      sessions?.push(session)
      const waits = { ...(ledger && { ledger }), ...(submit && { submit }), ...(wait && { wait }) }
      return createAgent({
        model: new ScriptedModel(turns),
        tools: sqlTools(session, stage.orders, waits),
        middleware: [bothkeysMiddleware({ session, target: stage.mail, ...waits })],
      })
    },
    ...delegation,
  })
}
