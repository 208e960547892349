import type { Session } from '@bothkeys/core'
import { Command, END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '@bothkeys/agent-stage'
import { answersIn, approve, ask, query, thread, waitingIn, worker } from './support/team.js'

let stage: Stage
let supervisor: Session
beforeEach(async () => {
  stage = await openStage()
  supervisor = await stage.session('supervisor')
})
afterEach(() => stage.close())

describe('two workers at once, with the same thread and the same number of a call', () => {
  it('have sessions, requests and answers of their own, resumed through their parent', async () => {
    const sessions: Session[] = []
    const of = (name: string, id: number) =>
      worker(stage, supervisor, [query(`DELETE FROM orders WHERE id = ${String(id)}`)], {
        name,
        sessions,
        wait: 'durable',
      })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('one', of('one', 1).invoke)
      .addNode('two', of('two', 2).invoke)
      .addEdge(START, 'one')
      .addEdge(START, 'two')
      .addEdge('one', END)
      .addEdge('two', END)
      .compile({ checkpointer: new MemorySaver() })
    const waiting = waitingIn(await team.invoke(ask as never, thread))
    expect(waiting).toHaveLength(2)
    expect(sessions.map(({ closed }) => closed)).toEqual([false, false])
    const one = stage.people.requests.find(({ text }) => text.includes('id = 1'))
    await stage.people.say('allow', one)
    const resume = Object.fromEntries(waiting.map(({ id }) => [id, approve]))
    const again = await team.invoke(new Command({ resume }) as never, thread)
    expect(waitingIn(again)).toHaveLength(1)
    const left = (await stage.orders_()).map(({ id }) => id)
    expect(left).not.toContain(1)
    expect(left).toContain(2)
    expect(sessions).toHaveLength(2)
    expect(sessions.map(({ closed }) => closed).toSorted()).toEqual([false, true])
    await stage.people.say(
      'allow',
      stage.people.requests.find(({ text }) => text.includes('id = 2')),
    )
    const last = await team.invoke(new Command({ resume: approve }) as never, thread)
    expect(answersIn(last as never)).toEqual(['success: DELETE: 1 rows', 'success: DELETE: 1 rows'])
    expect(sessions.map(({ closed }) => closed)).toEqual([true, true])
    expect(stage.people.requests).toHaveLength(2)
  })
})
