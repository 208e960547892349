import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import { ScriptedModel } from '@bothkeys/scripted-model'
import { memoryLedger, type Session } from '@bothkeys/core'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { governTool } from '../src/index.js'
import { answersOf, ask, describeMail, mails, mailTool, thread, waitingIn } from './support/agents.js'

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

let stage: ToolStage
beforeEach(async () => {
  stage = await openToolStage()
})
afterEach(() => stage.close())

const resume = (...decisions: readonly object[]) => new Command({ resume: { decisions } })
const approve = { type: 'approve' }
const edit = (text: string, to: string) => ({ type: 'edit', editedAction: { name: 'mail', args: { to, text } } })

/** One conversation that several processes go on with, one after the other: they share its checkpoints and the ledger. */
function conversation() {
  const shared = { checkpointer: new MemorySaver(), ledger: memoryLedger({ clock }) }
  const { ran, tool } = mailTool()
  return { ran, processOf: (session: Session) => agentOf(session) }

  function agentOf(session: Session) {
    const options = { wait: 'durable', decisions: ['approve', 'edit', 'reject'], ledger: shared.ledger } as const
    return createAgent({
      model: new ScriptedModel([mails('one', 'all')]),
      tools: [governTool(tool, session, { target: stage.mail, describe: describeMail as never, ...options })],
      checkpointer: shared.checkpointer,
    })
  }
}

it('goes on waiting in another process where the session of the one that asked has ended', async () => {
  const { processOf, ran } = conversation()
  const session = await stage.session()
  await processOf(session).invoke(ask, thread)
  await session.close()
  const other = processOf(await stage.session())
  expect(waitingIn(await other.invoke(resume(approve), thread))).toHaveLength(1)
  await stage.people.say('allow', stage.people.requests.at(-1))
  expect(answersOf(await other.invoke(resume(approve), thread))).toEqual(['success: sent one'])
  expect(ran).toEqual(['one'])
})

describe('a call that a person edited', () => {
  it('is decided by its edit in another process, too, and runs once', async () => {
    const { processOf, ran } = conversation()
    const session = await stage.session()
    const one = processOf(session)
    await one.invoke(ask, thread)
    expect(waitingIn(await one.invoke(resume(edit('two', 'all')), thread))).toHaveLength(1)
    await session.close()

    const other = processOf(await stage.session())
    expect(waitingIn(await other.invoke(resume(approve), thread))).toMatchObject([
      { value: { actionRequests: [{ args: { text: 'two' } }] } },
    ])
    expect(stage.people.requests.map(({ text }) => /one|two/.exec(text)?.[0])).toEqual(['one', 'two', 'two'])
    await stage.people.say('allow', stage.people.requests.at(-1))
    expect(answersOf(await other.invoke(resume(approve), thread))).toEqual(['success: sent two'])
    expect(ran).toEqual(['two'])
  })

  it('never runs twice, and never as it was, where another process goes back to before the edit', async () => {
    const { processOf, ran } = conversation()
    const one = processOf(await stage.session())
    await one.invoke(ask, thread)
    const { config: before } = await one.graph.getState(thread)
    expect(answersOf(await one.invoke(resume(edit('two', 'ada')), thread))).toEqual(['success: sent two'])
    await stage.people.say('allow', stage.people.requests[0])

    const other = processOf(await stage.session())
    const spent = [expect.stringContaining('ERR_PERMIT_SPENT') as string]
    expect(answersOf(await other.invoke(resume(edit('two', 'ada')), before as never))).toEqual(spent)
    expect(ran).toEqual(['two'])
  })

  it('does not run as it was where another process waits for it, too', async () => {
    const { processOf, ran } = conversation()
    const one = processOf(await stage.session())
    await one.invoke(ask, thread)
    const { config: before } = await one.graph.getState(thread)
    const other = processOf(await stage.session())
    const edited = one.invoke(resume(edit('two', 'ada')), before as never)
    await Promise.all([edited, other.invoke(resume(approve), before as never)])
    for (const request of stage.people.requests) await stage.people.say('allow', request)
    await other.invoke(resume(approve), before as never)
    expect(ran).toHaveLength(1)
  })

  it('is turned down in another process as it was where it waited', async () => {
    const { processOf, ran } = conversation()
    const one = processOf(await stage.session())
    await one.invoke(ask, thread)
    const { config: before } = await one.graph.getState(thread)
    await one.invoke(resume({ type: 'reject', message: 'no' }), thread)
    const other = processOf(await stage.session())
    const told = answersOf(await other.invoke(resume({ type: 'reject', message: 'no' }), before as never))
    expect(told).toEqual(['error: Not done: a person turned this call down. They say: no'])
    expect(ran).toEqual([])
  })
})
