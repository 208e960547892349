import type { Session } from '@bothkeys/core'
import type { BaseMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { Command, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openStage, type Stage } from '@bothkeys/agent-stage'
import { bothkeysMiddleware, type SubAgent, subAgent } from '../src/index.js'
import { answersIn, approve, ask, query, thread, waitingIn, worker } from './support/team.js'

let stage: Stage
let supervisor: Session
let sessions: Session[]
beforeEach(async () => {
  stage = await openStage()
  supervisor = await stage.session('supervisor')
  sessions = []
})
afterEach(() => stage.close())

const description = 'does what it is told'
const remove = (id: number) => query(`DELETE FROM orders WHERE id = ${String(id)}`)
const tell = (name: string, id = 'call-1') => ({ name, args: { task: 'do it' }, id })
/** The last turn of a model that repeats what it was answered. */
const repeat: Turn = (messages: readonly BaseMessage[]) => messages.at(-1)?.text ?? ''
const closed = (): boolean[] => sessions.map((session) => session.closed)

/** An agent of the supervisor with sub-agents for tools. */
function leading(turns: readonly Turn[], ...agents: readonly SubAgent[]) {
  return createAgent({
    model: new ScriptedModel(turns),
    tools: agents.map((agent) => agent.tool({ description })),
    middleware: [bothkeysMiddleware({ session: supervisor, target: stage.mail })],
    checkpointer: new MemorySaver(),
  })
}

describe('a sub-agent as a tool', () => {
  it.each(['v1', 'v2'] as const)(
    'answers what it says last, each call in a session of its own (%s)',
    async (version) => {
      const reader = worker(stage, supervisor, [query('SELECT email FROM users'), repeat], { name: 'reader', sessions })
      const agent = createAgent({
        model: new ScriptedModel([[tell('reader'), tell('reader', 'call-2')]]),
        tools: [reader.tool({ description })],
        version,
      })
      const answers = answersIn(await agent.invoke(ask, thread))
      expect(answers).toHaveLength(2)
      for (const answer of answers) expect(answer).toMatch(/^success: \[\{"email":"(?!ada@)/)
      expect(new Set(sessions).size).toBe(2)
      expect(closed()).toEqual([true, true])
    },
  )

  it('interrupts its supervisor, and goes on in the same session when that is resumed', async () => {
    const remover = worker(stage, supervisor, [remove(7), repeat], { name: 'remover', sessions, wait: 'durable' })
    const agent = leading([[tell('remover')]], remover)
    const [waits] = waitingIn(await agent.invoke(ask, thread))
    const [request] = stage.people.requests
    expect(waits?.value.actionRequests[0]?.approvalId).toBe(request?.id)
    expect(closed()).toEqual([false])
    await stage.people.say('allow', request)
    expect(answersIn(await agent.invoke(new Command({ resume: approve }), thread))).toEqual(['success: DELETE: 1 rows'])
    expect(await stage.orders_()).toHaveLength(99)
    expect(closed()).toEqual([true])
    expect(stage.people.requests).toHaveLength(1)
  })

  it('that gets no session is an answer, and the run goes on', async () => {
    const remover = worker(stage, supervisor, [remove(7)], { name: 'remover', roles: ['operator'], sessions })
    const state = await leading([[tell('remover')], 'went on'], remover).invoke(ask, thread)
    expect(answersIn(state)).toEqual([expect.stringMatching(/^error: Not done \(ERR_DELEGATION_REFUSED\)/)])
    expect(state.messages.at(-1)?.text).toBe('went on')
    expect(sessions).toEqual([])
  })

  it('that fails says nothing of why', async () => {
    const failing = worker(stage, supervisor, [], {
      name: 'failing',
      agent: () => Promise.reject(new Error('password=hunter2')),
    })
    const answers = answersIn(await leading([[tell('failing')]], failing).invoke(ask, thread))
    expect(answers).toEqual([expect.stringMatching(/^error: Failed: the tool itself failed/)])
  })

  it('has sub-agents of its own, five in a row and no more', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six']
    const below = (session: Session, depth: number): SubAgent =>
      subAgent(session, {
        name: names[depth] ?? 'last',
        roles: ['agent'],
        ttlMs: 60_000 - depth * 5_000,
        agent: (own) => {
          sessions.push(own)
          const next = names[depth + 1]
          const tools = next === undefined ? [] : [below(own, depth + 1).tool({ description })]
          return createAgent({
            model: new ScriptedModel(next === undefined ? ['six ran'] : [[tell(next)], repeat]),
            tools,
            middleware: [bothkeysMiddleware({ session: own, target: stage.mail })],
          })
        },
      })
    const [answer] = answersIn(await leading([[tell('one')]], below(supervisor, 0)).invoke(ask, thread))
    expect(answer).toMatch(/^success: Not done \(ERR_DELEGATION_REFUSED\): .*6th in a row/)
    expect(sessions.map(({ principal }) => principal.delegation.map(({ name }) => name).at(-1))).toEqual(
      names.slice(0, 5),
    )
    expect(closed()).toEqual([true, true, true, true, true])
  })
})

describe('a sub-agent of wrong options', () => {
  it('is none', () => {
    for (const wrong of [{ name: '1st' }, { name: 'a b' }, { name: undefined as never }, { agent: 'agent' as never }])
      expect(() => worker(stage, supervisor, [], wrong)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
      )
  })
})

describe('workers that hand over to each other', () => {
  /** A tool that ends the run of its agent and has another one go on. */
  const handOver = (to: string) =>
    tool(() => new Command({ goto: to, graph: Command.PARENT, update: { messages: [] } }), {
      name: 'hand_over',
      description: 'hands over',
      schema: z.object({}),
    })

  it('run each in a session of their own, which is closed when the other goes on', async () => {
    const openThen: boolean[][] = []
    const part = (name: string, turns: readonly Turn[], roles: readonly string[]): SubAgent =>
      subAgent(supervisor, {
        name,
        roles,
        ttlMs: 60_000,
        agent: (own) => {
          openThen.push(closed())
          sessions.push(own)
          return createAgent({ model: new ScriptedModel(turns), tools: [handOver('two')] })
        },
      })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('one', part('one', [[{ name: 'hand_over', args: {}, id: 'call-1' }]], ['agent']).invoke, {
        ends: ['two'],
      })
      .addNode('two', part('two', ['handed over'], []).invoke)
      .addEdge(START, 'one')
      .compile({ checkpointer: new MemorySaver() })
    const state = await team.invoke(ask, thread)
    expect(state.messages.at(-1)?.text).toBe('handed over')
    expect(openThen).toEqual([[], [true]])
    expect(closed()).toEqual([true, true])
    expect(sessions.map(({ principal }) => principal.roles)).toEqual([['agent'], []])
  })

  it('are graphs themselves', async () => {
    const nested = worker(stage, supervisor, [], {
      name: 'nested',
      agent: (own) =>
        new StateGraph(MessagesAnnotation)
          .addNode(
            'inner',
            worker(stage, own, [remove(7)], { name: 'inner', ttlMs: 30_000, sessions, wait: 'durable' }).invoke,
          )
          .addEdge(START, 'inner')
          .compile(),
    })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('nested', nested.invoke)
      .addEdge(START, 'nested')
      .compile({ checkpointer: new MemorySaver() })
    expect(waitingIn(await team.invoke(ask, thread))).toHaveLength(1)
    await stage.people.say('allow', stage.people.requests[0])
    const state = await team.invoke(new Command({ resume: approve }), thread)
    expect(answersIn(state)).toEqual(['success: DELETE: 1 rows'])
    expect(sessions.map(({ principal }) => principal.delegation.map(({ name }) => name))).toEqual([['nested', 'inner']])
    expect(closed()).toEqual([true])
  })
})
