import type { DelegationOptions, Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { RunnableConfig } from '@langchain/core/runnables'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { getConfig } from '@langchain/langgraph'
import { actAs, borrowerOf } from './acting-session.js'
import { rememberWith } from './calls-made.js'
import { taskOf } from './conversation.js'
import { lentError } from './lent.js'
import { type Begun, SubAgentRuns } from './sub-agent-runs.js'
import { subAgentTool, type SubAgentToolOptions } from './sub-agent-tool.js'

/** What a sub-agent is: `createAgent` of langchain makes one, and a graph that was compiled is one. */
export interface InvokableAgent {
  /** Runs it. What it takes and answers is between it and the graph that it is a node of. */
  invoke(state: never, config?: RunnableConfig): Promise<unknown>
}

/** What a session gives to a sub-agent, and what that is. */
export interface SubAgentOptions extends DelegationOptions {
  /** What it is called in the record, and as a tool: a letter, followed by at most 62 letters, digits, - or _. */
  readonly name: string
  /** Makes the agent for one run. Its tools and its middleware take the session that is given here, and no other. */
  readonly agent: (session: Session) => InvokableAgent | Promise<InvokableAgent>
}

/** An agent that acts for a session of its own, which another session gave it. */
export interface SubAgent {
  /** What it is called in the record, and as a tool. */
  readonly name: string
  /**
   * Runs it: the node of a graph (`addNode(analyst.name, analyst.invoke)`), or called by one. The session is opened before and closed
   * after the run, however it ends; an interrupted run keeps it, until it was resumed and is over. Rejects as `session.delegate` does
   * when there is no session for it.
   */
  readonly invoke: <State extends object>(state: State, config?: RunnableConfig) => Promise<State>
  /** The same as a tool of the agent whose session it was given by, which answers what the sub-agent says last. */
  tool(options: SubAgentToolOptions): StructuredToolInterface
}

/**
 * Makes a sub-agent: each of its runs has a session that `session` delegates to it, with these roles at most and this name in the record.
 * While it runs, tools of any other session refuse, whoever handed them to it; its own refuse everybody else. Throws ERR_CONFIG_INVALID
 * on a wrong option.
 *
 * @example
 * const analyst = subAgent(session, {
 *   name: 'analyst',
 *   roles: ['reader'],
 *   ttlMs: 10 * 60_000,
 *   agent: (own) => createAgent({ model, tools: sqlTools(own, orders) }),
 * })
 * const team = new StateGraph(MessagesAnnotation).addNode('analyst', analyst.invoke)
 */
export function subAgent(session: Session, { agent: make, ...delegation }: SubAgentOptions): SubAgent {
  const { name } = delegation
  if (typeof name !== 'string' || !/^[A-Za-z][\w-]{0,62}$/.test(name))
    throw wrong('name is a letter followed by at most 62 letters, digits, - or _')
  if (typeof make !== 'function') throw wrong('agent is a function that makes the agent for a session')
  const runs = new SubAgentRuns(() => begin(session, delegation, make))
  const run = async <State extends object>(
    task: string | undefined,
    state: State,
    config: RunnableConfig | undefined,
  ): Promise<State> => {
    if (borrowerOf(session) !== undefined) throw lentError('this sub-agent')
    return runs.run(task, (agent) => agent.invoke(state as never, config) as Promise<State>)
  }
  return Object.freeze({
    name,
    invoke: (state, config) => run(taskOf(config?.configurable === undefined ? getConfig() : config), state, config),
    tool: (options) => subAgentTool(session, name, run, options),
  } satisfies SubAgent)
}

/** A session whose agent cannot be made is closed again. */
async function begin(
  delegator: Session,
  delegation: DelegationOptions,
  make: SubAgentOptions['agent'],
): Promise<Begun<InvokableAgent>> {
  const session = await delegator.delegate(delegation)
  rememberWith(session, delegator)
  try {
    return { session, agent: await actAs(session, async () => make(session)) }
  } catch (error) {
    await session.close()
    throw error
  }
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `subAgent: ${what}`, { hint: 'see SubAgentOptions' })
}
