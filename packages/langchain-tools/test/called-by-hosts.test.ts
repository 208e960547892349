import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { Command, entrypoint, MemorySaver } from '@langchain/langgraph'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { governTool } from '../src/index.js'
import { describeMail, mailTool, thread, waitingIn } from './support/agents.js'

let stage: ToolStage
let mail: StructuredToolInterface
let ran: string[]
let described: number
beforeEach(async () => {
  stage = await openToolStage()
  described = 0
  const given = mailTool()
  ran = given.ran
  mail = governTool(given.tool, await stage.session(), {
    target: stage.mail,
    describe: ((args: { to: string }) => {
      described += 1
      return describeMail(args)
    }) as never,
    wait: 'durable',
  })
})
afterEach(() => stage.close())

const call = { name: 'mail', args: { to: 'all', text: 'hello' }, id: 'call-1', type: 'tool_call' as const }

describe('a governed tool that the host calls by itself', () => {
  it.each([
    ['an error', () => new Error('enough'), 'enough'],
    ['a text', () => 'enough', 'enough'],
    ['something else', () => 7, 'Aborted'],
  ])('is left at once by who aborts it with %s, and nobody is asked any more', async (_, reason, said) => {
    const leaving = new AbortController()
    const answer = mail.invoke(call, { ...thread, signal: leaving.signal }).catch((error: unknown) => error)
    await expect.poll(() => stage.people.requests.length).toBe(1)
    leaving.abort(reason())
    expect(await answer).toMatchObject({ message: said })
    await expect.poll(() => stage.guard.approvals.pending().length).toBe(0)
    expect(ran).toEqual([])
  })

  it('is not even described where nobody waits for it from the beginning', async () => {
    await expect(mail.invoke(call, { ...thread, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
    expect([described, ran, stage.people.requests]).toEqual([0, [], []])
  })

  it('interrupts the task that it is told of, also where there is none to be found', async () => {
    const task = entrypoint(
      { name: 'task', checkpointer: new MemorySaver() },
      (_given: unknown, config: ToolRunnableConfig) =>
        AsyncLocalStorageProviderSingleton.getInstance().run(undefined, () => mail.invoke(call, config)),
    )
    expect(waitingIn((await task.invoke({}, thread)) as object)).toHaveLength(1)
    await stage.people.say('allow', stage.people.requests[0])
    const state: unknown = await task.invoke(new Command({ resume: { decisions: [{ type: 'approve' }] } }), thread)
    expect(state).toMatchObject({ text: 'sent hello' })
    expect(ran).toEqual(['hello'])
  })
})
