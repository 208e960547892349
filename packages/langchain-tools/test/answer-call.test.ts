import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { Command } from '@langchain/langgraph'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WaitOptions } from '../src/index.js'
import { agentOf, answersOf, ask, mails, mailTool, thread, waitingIn, ways } from './support/agents.js'
import type { Turn } from '@bothkeys/scripted-model'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

const resume = (...decisions: readonly object[]) => new Command({ resume: { decisions } })
/** Has people decide what they were asked last. */
const say = (decision: 'allow' | 'deny') => stage.people.say(decision, stage.people.requests.at(-1))
const asked = (count = 1) => expect.poll(() => stage.people.requests.length).toBe(count)

describe.each(ways)('calls of a tool behind %s', (way) => {
  function opened(turns: readonly Turn[], options: WaitOptions = {}, checkpointer?: false) {
    const { ran, tool } = mailTool()
    const given = { way, mail: stage.mail, session, tool, turns, options }
    return { ran, agent: agentOf(checkpointer === false ? { ...given, checkpointer } : given) }
  }

  it('come to an answer where they are refused, and the run goes on', async () => {
    const { agent, ran } = opened([mails('no', 'outside'), mails('hello', 'ada', 'call-2')])
    const state = await agent.invoke(ask, thread)
    expect(answersOf(state)).toEqual([expect.stringMatching(/^error: Not done \(ERR_DENIED\)/), 'success: sent hello'])
    expect([ran, state.messages.at(-1)?.text]).toEqual([['hello'], 'done'])
  })

  it('are two where they have two numbers, or no conversation that has a name', async () => {
    const { agent, ran } = opened([mails('a'), mails('a', 'ada', 'call-2')], {}, false)
    await agent.invoke(ask)
    await agent.invoke(ask)
    expect(ran).toEqual(['a', 'a', 'a', 'a'])
  })

  it('are one where a conversation makes them again', async () => {
    const { agent, ran } = opened([mails('a')], {}, false)
    expect(answersOf(await agent.invoke(ask, thread))).toEqual(answersOf(await agent.invoke(ask, thread)))
    expect(ran).toEqual(['a'])
    await agent.invoke(ask, { configurable: { thread_id: 7 } })
    await agent.invoke(ask, { configurable: { thread_id: '7' } })
    expect(ran).toEqual(['a', 'a'])
  })

  it('wait in place for people', async () => {
    const { agent, ran } = opened([mails('hello', 'all')])
    const running = agent.invoke(ask, thread)
    await asked()
    expect(ran).toEqual([])
    await say('allow')
    expect(answersOf(await running)).toEqual(['success: sent hello'])
  })

  it('are taken back in place when the run is aborted', async () => {
    const { agent, ran } = opened([mails('hello', 'all')])
    const leaving = new AbortController()
    const running = agent.invoke(ask, { ...thread, signal: leaving.signal }).catch(() => 'aborted')
    await asked()
    leaving.abort()
    expect(await running).toBe('aborted')
    await expect.poll(() => stage.guard.approvals.pending().length).toBe(0)
    await say('allow')
    expect(ran).toEqual([])
  })

  it('wait in place, and it is said, where the graph keeps nothing that could be resumed', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    try {
      const { agent, ran } = opened([mails('hello', 'all')], { wait: 'durable' }, false)
      const running = agent.invoke(ask, thread)
      await asked()
      await say('allow')
      expect(answersOf(await running)).toEqual(['success: sent hello'])
      expect(ran).toEqual(['hello'])
      expect(warn.mock.calls.map(([, options]) => options)).toContainEqual({ code: 'BOTHKEYS_WAITS_IN_PLACE' })
    } finally {
      warn.mockRestore()
    }
  })

  it('interrupt their run, and do not run before it goes on', async () => {
    const { agent, ran } = opened([mails('hello', 'all')], { wait: 'durable' })
    const state = await agent.invoke(ask, thread)
    expect(waitingIn(state)).toMatchObject([{ value: { actionRequests: [{ name: 'mail', args: { text: 'hello' } }] } }])
    await say('allow')
    expect(ran).toEqual([])
    expect(answersOf(await agent.invoke(resume({ type: 'approve' }), thread))).toEqual(['success: sent hello'])
    expect(ran).toEqual(['hello'])
  })

  it('wait on where the conversation alone approves them', async () => {
    const { agent, ran } = opened([mails('hello', 'all')], { wait: 'durable' })
    await agent.invoke(ask, thread)
    expect(waitingIn(await agent.invoke(resume({ type: 'approve' }), thread))).toHaveLength(1)
    expect([ran, stage.people.requests.length]).toEqual([[], 1])
  })

  it('hand in what approvers signed, for the request that waits', async () => {
    const submitted: string[][] = []
    const submit: NonNullable<WaitOptions['submit']> = async (requestId, evidence) => {
      submitted.push([requestId, evidence])
      await say('allow')
      return { state: 'approved' } as never
    }
    const { agent, ran } = opened([mails('hello', 'all')], { wait: 'durable', submit })
    await agent.invoke(ask, thread)
    const state = await agent.invoke(resume({ type: 'approve', approval: 'e30' }), thread)
    expect(answersOf(state)).toEqual(['success: sent hello'])
    expect([submitted, ran]).toEqual([[[stage.people.requests[0]?.id, 'e30']], ['hello']])
  })

  it.each([
    ['reject', 'Not done: a person turned this call down. They say: not today'],
    ['respond', 'Not done: a person answered instead. They say: not today'],
  ])('are withdrawn by a %s in the conversation', async (type, told) => {
    const { agent, ran } = opened([mails('hello', 'all')], { wait: 'durable', decisions: ['reject', 'respond'] })
    await agent.invoke(ask, thread)
    const state = await agent.invoke(resume({ type, message: 'not today' }), thread)
    expect(answersOf(state)).toEqual([`error: ${told}`])
    expect(stage.guard.approvals.pending()).toEqual([])
    await say('allow')
    expect(ran).toEqual([])
  })

  it('are other calls, decided anew, where a person edits them, and never calls of another tool', async () => {
    const decisions = ['edit'] as const
    const edit = (text: string, to: string, name = 'mail') => ({
      type: 'edit',
      editedAction: { name, args: { to, text } },
    })
    const { agent, ran } = opened(
      [mails('one', 'all'), mails('two', 'all', 'call-2'), mails('three', 'all', 'call-3')],
      {
        wait: 'durable',
        decisions,
      },
    )
    await agent.invoke(ask, thread)
    await agent.invoke(resume(edit('1', 'ada')), thread)
    await agent.invoke(resume(edit('2', 'outside')), thread)
    const state = await agent.invoke(resume(edit('3', 'ada', 'other')), thread)
    expect(answersOf(state)).toEqual([
      'success: sent 1',
      expect.stringContaining('ERR_DENIED'),
      'error: Not done: an edit cannot make it a call of another tool.',
    ])
    expect([ran, stage.guard.approvals.pending()]).toEqual([['1'], []])
  })

  it('run once, too, where the run goes back to before a person edited them', async () => {
    const { agent, ran } = opened([mails('one', 'all')], { wait: 'durable', decisions: ['edit'] })
    await agent.invoke(ask, thread)
    const { config: before } = await agent.graph.getState(thread)
    const edit = { type: 'edit', editedAction: { name: 'mail', args: { to: 'ada', text: 'two' } } }
    for (const from of [thread, before]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      const state = await agent.invoke(resume(edit), from as never)
      expect(answersOf(state)).toEqual(['success: sent two'])
    }
    expect(ran).toEqual(['two'])
  })

  it('do not run with edited arguments that are none of the tool', async () => {
    const { agent, ran } = opened([mails('one', 'all')], { wait: 'durable', decisions: ['edit'] })
    await agent.invoke(ask, thread)
    const edit = { type: 'edit', editedAction: { name: 'mail', args: { to: 'ada', text: { a: 1 } } } }
    const told = answersOf(await agent.invoke(resume(edit), thread))
    expect(told).toEqual([expect.stringMatching(/^error: Not done \(ERR_SNAPSHOT_INVALID\)/)])
    expect(ran).toEqual([])
  })
})
