import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { toolTarget } from '@bothkeys/tools'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bothkeysMiddleware, governTool } from '../src/index.js'
import { answersOf, ask, describeMail, mails, mailTool, thread } from './support/agents.js'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

interface Given {
  readonly turns: readonly Turn[]
  readonly given: StructuredToolInterface
  readonly tools?: Record<string, typeof describeMail>
}

/** What the tools of an agent with the middleware answered, and what the agent said at the end. */
async function run({ given, tools = {}, turns }: Given): Promise<readonly [readonly string[], string | undefined]> {
  const agent = createAgent({
    model: new ScriptedModel([...turns, 'well']),
    tools: [given],
    middleware: [bothkeysMiddleware({ session, target: stage.mail, tools })],
  })
  const state = await agent.invoke(ask, thread)
  return [answersOf(state), state.messages.at(-1)?.text]
}

const denials = (): unknown[] => stage.journal.events.filter(({ type }) => type === 'action.denied')

describe('the middleware', () => {
  it('lets tools run as it is told what they do', async () => {
    const { ran, tool } = mailTool()
    const turns = [mails('hello'), mails('no', 'outside', 'call-2')]
    const [answers, last] = await run({ given: tool, tools: { mail: describeMail }, turns })
    expect(answers).toEqual(['success: sent hello', expect.stringMatching(/^error: Not done \(ERR_DENIED\)/)])
    expect([ran, last]).toEqual([['hello'], 'well'])
  })

  it('refuses, on record, tools of which nobody said what they do', async () => {
    const { ran, tool } = mailTool()
    const [answers, last] = await run({ given: tool, turns: [mails('hello')] })
    expect(answers).toEqual([expect.stringMatching(/^error: Not done \(ERR_STATEMENT_INVALID\)/)])
    expect([ran, last]).toEqual([[], 'well'])
    expect(denials()).toMatchObject([{ code: 'ERR_STATEMENT_INVALID' }])
    expect(JSON.stringify(denials())).toContain('mail(…)')
    expect(JSON.stringify(denials())).not.toContain('hello')
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])('knows nothing of a tool named %s', async (name) => {
    const { ran, tool } = mailTool(undefined, name)
    const [answers] = await run({ given: tool, turns: [mails('hello', 'ada', 'call-1', name)] })
    expect(answers).toEqual([expect.stringContaining('ERR_STATEMENT_INVALID')])
    expect(ran).toEqual([])
  })

  it('refuses a tool that there is not, whatever was said of it', async () => {
    const { ran, tool } = mailTool()
    const turns = [mails('hello', 'ada', 'call-1', 'ghost')]
    const [answers, last] = await run({ given: tool, tools: { ghost: describeMail }, turns })
    expect(answers).toEqual([expect.stringContaining('ERR_STATEMENT_INVALID')])
    expect([ran, last]).toEqual([[], 'well'])
  })

  it('refuses, on record, a tool that acts for another agent, also one of the same name', async () => {
    const { ran, tool } = mailTool()
    const other = governTool(tool, await stage.session('agent-2'), {
      target: stage.mail,
      describe: describeMail as never,
    })
    const [answers, last] = await run({ given: other, tools: { mail: describeMail }, turns: [mails('hello')] })
    expect(answers).toEqual([expect.stringMatching(/^error: Not done \(ERR_DELEGATION_REFUSED\)/)])
    expect([ran, last]).toEqual([[], 'well'])
    expect(denials()).toMatchObject([{ code: 'ERR_DELEGATION_REFUSED' }])
  })

  it('leaves tools of its own session to their doors', async () => {
    const { ran, tool } = mailTool()
    const own = governTool(tool, session, { target: stage.mail, describe: describeMail as never })
    const [answers] = await run({ given: own, turns: [mails('hello'), mails('no', 'outside', 'call-2')] })
    expect(answers).toEqual(['success: sent hello', expect.stringContaining('ERR_DENIED')])
    expect(ran).toEqual(['hello'])
    expect(stage.journal.events.filter(({ type }) => type === 'action.intent')).toHaveLength(1)
  })

  it('answers refusals once its session has ended, and the run goes on', async () => {
    const { ran, tool } = mailTool()
    const agent = createAgent({
      model: new ScriptedModel([mails('hello'), mails('hello', 'ada', 'call-2'), 'well']),
      tools: [tool],
      middleware: [bothkeysMiddleware({ session, target: stage.mail })],
    })
    await session.close()
    const state = await agent.invoke(ask, thread)
    expect(answersOf(state)).toEqual([0, 1].map(() => expect.stringMatching(/^error: Not done \(ERR_SESSION_CLOSED\)/)))
    expect(state.messages.at(-1)?.text).toBe('well')
    expect(ran).toEqual([])
  })

  it('takes a tool as it is at each call, also where its name or its schema became another', async () => {
    const { ran, tool } = mailTool()
    const tools = { mail: describeMail, post: describeMail }
    const middleware = [bothkeysMiddleware({ session, target: stage.mail, tools })]
    const called = async (turn: Turn): Promise<string[]> => {
      const agent = createAgent({ model: new ScriptedModel([turn]), tools: [tool], middleware })
      return answersOf(await agent.invoke(ask, thread))
    }
    expect(await called(mails('one'))).toEqual(['success: sent one'])
    tool.name = 'post'
    expect(await called(mails('two', 'ada', 'call-2', 'post'))).toEqual(['success: sent two'])
    const args = { to: 'ada', text: 'three', copy: 'bob' }
    tool.schema = z.strictObject({ to: z.string(), text: z.string(), copy: z.string() })
    expect(await called([{ name: 'post', args, id: 'call-3' }])).toEqual(['success: sent three'])
    expect(await called(mails('four', 'ada', 'call-4', 'post'))).toEqual([
      expect.stringMatching(/^error: Not done \(ERR_STATEMENT_INVALID\)/),
    ])
    expect([ran, denials()]).toMatchObject([['one', 'two', 'three'], [{ action: { text: 'post(…)' } }]])
  })

  it('is not made for a target of another guard, nor with a session that has ended', async () => {
    expect(() => bothkeysMiddleware({ session, target: toolTarget('mail') })).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_UNKNOWN' }),
    )
    await session.close()
    expect(() => bothkeysMiddleware({ session, target: stage.mail })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }),
    )
  })
})
