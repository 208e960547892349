import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { RunnableLambda } from '@langchain/core/runnables'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { Command, entrypoint, getConfig, MemorySaver } from '@langchain/langgraph'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asTool } from '../src/as-tool.js'
import { governTool } from '../src/index.js'
import { waitingOf } from '../src/waiting.js'
import { describeMail, mailTool, thread, waitingIn } from './support/agents.js'

let stage: ToolStage
let mail: StructuredToolInterface
let ran: string[]
let described: number
/** Whose calls were said to be what, by the configuration that was found, and whose ran. */
let found: unknown[]
beforeEach(async () => {
  stage = await openToolStage()
  described = 0
  found = []
  const find = (): void => void found.push((getConfig() as ToolRunnableConfig | undefined)?.configurable?.['tenant'])
  const given = mailTool((text) => {
    find()
    return `sent ${text}`
  })
  ran = given.ran
  mail = governTool(given.tool, await stage.session(), {
    target: stage.mail,
    describe: ((args: { to: string }) => {
      described += 1
      find()
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

  it('is described by the configuration that it runs with, whatever is found around it', async () => {
    const sent = { ...call, args: { to: 'ada', text: 'hello' } }
    const around = RunnableLambda.from(() => mail.invoke(sent, { configurable: { thread_id: 'one', tenant: 'one' } }))
    await around.invoke('go', { configurable: { tenant: 'other' } })
    expect([found, ran]).toEqual([['one', 'one'], ['hello']])
  })

  it('is no call whose arguments nobody reads, also where its function alone is called', async () => {
    const session = await stage.session()
    const own = new StubTool(session, stage.mail)
    const say = asTool(own, waitingOf(session, {})) as unknown as {
      func(args: unknown, manager?: undefined, config?: object): Promise<unknown>
    }
    expect(await say.func({ text: 1 }, undefined, {})).toMatchObject({ status: 'error' })
    expect(stage.journal.events.filter(({ type }) => type === 'action.denied')).toHaveLength(1)
    expect(await say.func({ text: 'hello' }, undefined, {})).not.toMatchObject({ status: 'error' })
    expect(own.ran).toEqual(['hello'])
  })
})
