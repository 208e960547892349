import type { Session } from '@bothkeys/core'
import type { KubernetesTarget } from '@bothkeys/k8s'
import { bothkeysMiddleware, kubernetesTools, sqlTools, type SubAgent, subAgent } from '@bothkeys/langchain'
import type { PostgresTarget } from '@bothkeys/pg'
import type { BaseMessage } from '@langchain/core/messages'
import { HumanMessage } from '@langchain/core/messages'
import type { StructuredToolInterface } from '@langchain/core/tools'
import {
  END,
  type LangGraphRunnableConfig,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { modelFor } from './models.js'
import { reviewingTools, team } from './reviewing.js'
import { scripts, tasks } from './scripts.js'
import type { SecondKey } from './second-key.js'

export interface Team {
  readonly session: Session
  readonly shop: PostgresTarget
  readonly cluster: KubernetesTarget
  readonly key: SecondKey
  readonly audit: string
  readonly comments: string[]
  /** What the models of each agent were shown. */
  readonly seen: Map<string, readonly BaseMessage[]>
}

type Name = keyof typeof scripts

/** Four agents, each in a session of its own that has one role of the team's. The last two work at the same time. */
export function teamGraph(on: Team) {
  const { audit, cluster, comments, key, session, shop } = on
  // A mistake of this program: the analyst is handed a tool that acts for the whole team.
  const handed = sqlTools(session, shop, { prefix: 'team' })
  const agents = {
    ingest: agent(session, 'ingest', (own) => sqlTools(own, shop)),
    analyst: agent(session, 'analyst', (own) => [...sqlTools(own, shop), ...handed]),
    deployer: agent(session, 'deployer', (own) => kubernetesTools(own, cluster, { wait: 'durable' })),
    reviewer: agent(session, 'reviewer', (own) => reviewingTools(own, { audit, comments, key })),
  }
  return new StateGraph(MessagesAnnotation)
    .addNode('ingest', node(on, agents.ingest))
    .addNode('analyst', node(on, agents.analyst))
    .addNode('deployer', node(on, agents.deployer))
    .addNode('reviewer', node(on, agents.reviewer))
    .addEdge(START, 'ingest')
    .addEdge('ingest', 'analyst')
    .addEdge('analyst', 'deployer')
    .addEdge('analyst', 'reviewer')
    .addEdge('deployer', END)
    .addEdge('reviewer', END)
    .compile({ checkpointer: new MemorySaver() })
}

function agent(session: Session, name: Name, tools: (own: Session) => StructuredToolInterface[]): SubAgent {
  return subAgent(session, {
    name,
    roles: [name],
    agentClass: `nightly/${name}`,
    ttlMs: 15 * 60_000,
    agent: async (own) =>
      createAgent({
        model: await modelFor(scripts[name]),
        tools: tools(own),
        middleware: [bothkeysMiddleware({ session: own, target: team })],
      }),
  })
}

/** What an agent is told is its task, and what the others are told is what it says last. */
function node({ seen }: Team, { invoke, name }: SubAgent) {
  return async (_state: unknown, config: LangGraphRunnableConfig): Promise<{ messages: BaseMessage[] }> => {
    const messages: BaseMessage[] = [new HumanMessage(tasks[name as Name])]
    const answer = await invoke({ messages }, config)
    seen.set(name, answer.messages)
    return { messages: answer.messages.slice(-1) }
  }
}
