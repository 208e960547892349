import { memoryLedger, type Session } from '@bothkeys/core'
import { Command, MemorySaver, MessagesAnnotation, Send, START, StateGraph } from '@langchain/langgraph'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '@bothkeys/agent-stage'
import type { SubAgent } from '../src/index.js'
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

const remove = (id: number, call = 'call-1') => query(`DELETE FROM orders WHERE id = ${String(id)}`, call)
const asked = (id: number) => stage.people.requests.find(({ text }) => text.endsWith(`id = ${String(id)}`))
const openOrders = async (): Promise<number> => (await stage.orders_()).length
const closed = (): boolean[] => sessions.map((session) => session.closed)

/** A graph that runs them all at once. */
function teamOf(...workers: readonly SubAgent[]) {
  const graph = new StateGraph(MessagesAnnotation)
  for (const { invoke, name } of workers) graph.addNode(name, invoke).addEdge(START, name as typeof START)
  return graph.compile({ checkpointer: new MemorySaver() })
}

type Team = ReturnType<typeof teamOf>

const goOn = (team: Team, waiting: readonly { readonly id: string }[]) =>
  team.invoke(new Command({ resume: Object.fromEntries(waiting.map(({ id }) => [id, approve])) }), thread)

describe('workers at once, with one thread and the same numbers of calls', () => {
  const durable = (name: string, id: number) =>
    worker(stage, supervisor, [remove(id)], { name, sessions, wait: 'durable' })

  it('have sessions, requests and answers of their own, resumed through their parent', async () => {
    const team = teamOf(durable('one', 1), durable('two', 2))
    const waiting = waitingIn(await team.invoke(ask, thread))
    expect(waiting).toHaveLength(2)
    expect(closed()).toEqual([false, false])
    await stage.people.say('allow', asked(1))
    expect(await openOrders()).toBe(100)
    const again = waitingIn(await goOn(team, waiting))
    expect(again.map(({ value }) => value.actionRequests[0]?.approvalId)).toEqual([asked(2)?.id])
    expect((await stage.orders_()).map(({ id }) => id).slice(0, 2)).toEqual([2, 3])
    expect(closed().filter(Boolean)).toHaveLength(1)
    await stage.people.say('allow', asked(2))
    expect(answersIn(await goOn(team, again))).toEqual(['success: DELETE: 1 rows', 'success: DELETE: 1 rows'])
    expect(await openOrders()).toBe(98)
    expect(closed()).toEqual([true, true])
    expect(stage.people.requests).toHaveLength(2)
  })

  it('do not run by the approval of another one, which asks for the same', async () => {
    const team = teamOf(durable('one', 7))
    const waiting = waitingIn(await team.invoke(ask, thread))
    await stage.people.say('allow', asked(7))
    const two = worker(stage, supervisor, [remove(7)], { name: 'two' })
    const [refused] = answersIn(await teamOf(two).invoke(ask, thread))
    expect(refused).toMatch(/^error: Not done \(ERR_LIMIT_EXCEEDED\)/)
    expect(await openOrders()).toBe(100)
    await goOn(team, waiting)
    expect(await openOrders()).toBe(99)
    await stage.owner.query("INSERT INTO orders VALUES (7, 'again')")
    const later = teamOf(durable('two', 7))
    expect(waitingIn(await later.invoke(ask, thread))).toHaveLength(1)
    expect(stage.people.requests).toHaveLength(2)
    expect(await openOrders()).toBe(100)
  })

  it('are told apart though they have one name and say the same', async () => {
    const marking = worker(stage, supervisor, [query("UPDATE orders SET status = status || '!' WHERE id = 1")], {
      sessions,
    })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('mark', marking.invoke)
      .addConditionalEdges(START, () => [new Send('mark', ask), new Send('mark', ask)], ['mark'])
      .compile({ checkpointer: new MemorySaver() })
    const state = await team.invoke(ask, thread)
    expect(answersIn(state)).toEqual(['success: UPDATE: 1 rows', 'success: UPDATE: 1 rows'])
    expect(new Set(sessions).size).toBe(2)
    expect((await stage.orders_())[0]?.status).toBe('open!!')
  })
})

describe('a worker that runs again in the same conversation', () => {
  it('makes a call once, though each of its runs has a session of its own', async () => {
    const marking = worker(stage, supervisor, [query("UPDATE orders SET status = status || '!' WHERE id = 1")], {
      sessions,
    })
    const states = [await marking.invoke(ask, thread), await marking.invoke(ask, thread)]
    expect(states.flatMap((state) => answersIn(state as never))).toEqual([
      'success: UPDATE: 1 rows',
      expect.stringMatching(/^error: Not done \(ERR_PERMIT_SPENT\)/),
    ])
    expect((await stage.orders_())[0]?.status).toBe('open!')
    expect(new Set(sessions).size).toBe(2)
  })

  it('makes it once also when the whole team comes back, where it has the ledger of the guard', async () => {
    const ledger = memoryLedger({ clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() } })
    const mark = query("UPDATE orders SET status = status || '!' WHERE id = 1")
    const answers: string[] = []
    for (const name of ['one', 'one', 'two']) {
      // oxlint-disable-next-line no-await-in-loop -- One comes after the other.
      const state = await worker(stage, await stage.session('supervisor'), [mark], { name, ledger }).invoke(ask, thread)
      answers.push(...answersIn(state as never))
    }
    expect(answers.map((answer) => /ERR_PERMIT_SPENT|UPDATE/.exec(answer)?.[0])).toEqual([
      'UPDATE',
      'ERR_PERMIT_SPENT',
      'UPDATE',
    ])
    expect((await stage.orders_())[0]?.status).toBe('open!!')
  })
})

describe('a worker that was interrupted', () => {
  it('runs a call once when the conversation is resumed twice at the same time, and goes back', async () => {
    const team = teamOf(
      worker(stage, supervisor, [query("INSERT INTO log VALUES ('one')")], { sessions, wait: 'durable' }),
    )
    const waiting = waitingIn(await team.invoke(ask, thread))
    const { config: old } = await team.getState(thread)
    await stage.people.say('allow', stage.people.requests[0])
    await Promise.allSettled([goOn(team, waiting), goOn(team, waiting)])
    await team.invoke(new Command({ resume: approve }), old as never)
    const { rows } = await stage.owner.query('SELECT text FROM log')
    expect(rows).toEqual([{ text: 'one' }])
    expect(stage.people.requests).toHaveLength(1)
    expect(closed().every(Boolean)).toBe(true)
  })

  it('goes on in its session also where the node that calls it hands on no configuration', async () => {
    const { invoke } = worker(stage, supervisor, [remove(7)], { sessions, wait: 'durable' })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('node', (state) => invoke(state))
      .addEdge(START, 'node')
      .compile({ checkpointer: new MemorySaver() })
    const waiting = waitingIn(await team.invoke(ask, thread))
    await stage.people.say('allow', stage.people.requests[0])
    const state = await team.invoke(new Command({ resume: { [waiting[0]?.id ?? '']: approve } }), thread)
    expect(answersIn(state)).toEqual(['success: DELETE: 1 rows'])
    expect(closed()).toEqual([true])
  })

  it('ends with its supervisor, and is approved by nobody then', async () => {
    const team = teamOf(worker(stage, supervisor, [remove(7)], { sessions, wait: 'durable' }))
    const waiting = waitingIn(await team.invoke(ask, thread))
    await supervisor.close()
    expect(closed()).toEqual([true])
    expect(await stage.people.say('allow', asked(7))).toMatchObject({ counted: false })
    await expect(goOn(team, waiting)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    expect(await openOrders()).toBe(100)
  })

  it('has people asked anew when its session ended meanwhile', async () => {
    const team = teamOf(worker(stage, supervisor, [remove(7)], { sessions, wait: 'durable' }))
    const waiting = waitingIn(await team.invoke(ask, thread))
    await sessions[0]?.close()
    await stage.people.say('allow', stage.people.requests[0])
    const again = waitingIn(await goOn(team, waiting))
    expect(again).toHaveLength(1)
    expect(await openOrders()).toBe(100)
    expect(new Set(stage.people.requests.map(({ id }) => id)).size).toBe(2)
    await stage.people.say('allow', stage.people.requests[1])
    expect(answersIn(await goOn(team, again))).toEqual(['success: DELETE: 1 rows'])
    expect(closed()).toEqual([true, true])
  })
})
