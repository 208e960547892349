import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { DynamicTool, tool } from '@langchain/core/tools'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { governTool } from '../src/index.js'
import { answersOf, ask, mails, thread } from './support/agents.js'
import { ScriptedModel } from '@bothkeys/scripted-model'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

const to = (mailbox: string) => ({ effects: [{ duty: 'write' as const, resource: `mailbox:${mailbox}` }] })
const invoke = async (governs: ReturnType<typeof governTool>, args: unknown): Promise<string> => {
  const call = { name: governs.name, args: args as Record<string, unknown>, id: 'call-1', type: 'tool_call' as const }
  return ((await governs.invoke(call, thread)) as { text: string }).text
}

describe('a tool of the host that is governed', () => {
  it('runs with what was decided, also where reading its arguments changes them each time', async () => {
    const sent: string[] = []
    const described: string[] = []
    const schema = z.object({ to: z.string().transform((mailbox) => mailbox.replace('_', '')) })
    const mail = tool(({ to: mailbox }) => void sent.push(mailbox), {
      name: 'mail',
      description: '',
      schema: schema as never,
    })
    const governs = governTool(mail as never, session, {
      target: stage.mail,
      describe: ({ to: mailbox }: { to: string }) => {
        described.push(mailbox)
        return to(mailbox)
      },
    } as never)
    await invoke(governs, { to: '_ada' })
    for (const prefix of ['', '_', '__', '___'])
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      await invoke(governs, { to: `${prefix}outside` })
    expect(sent).not.toContain('outside')
    expect(sent).toEqual(['ada', '_outside'])
    expect(sent).toEqual(described.filter((mailbox) => mailbox !== 'outside'))
  })

  it('is described as it reads what a person edited', async () => {
    const sent: string[] = []
    const schema = z.object({ to: z.string().trim(), text: z.string().default('hello') })
    const mail = tool(({ to: mailbox }) => void sent.push(mailbox), {
      name: 'mail',
      description: '',
      schema: schema as never,
    })
    const options = { target: stage.mail, describe: ({ to: mailbox }: { to: string }) => to(mailbox) }
    const agent = createAgent({
      model: new ScriptedModel([mails('hello', 'all')]),
      tools: [governTool(mail as never, session, { ...options, wait: 'durable', decisions: ['edit'] } as never)],
      checkpointer: new MemorySaver(),
    })
    await agent.invoke(ask, thread)
    const edit = { type: 'edit', editedAction: { name: 'mail', args: { to: ' outside' } } }
    const state = await agent.invoke(new Command({ resume: { decisions: [edit] } }), thread)
    expect(answersOf(state)).toEqual([expect.stringMatching(/^error: Not done \(ERR_DENIED\)/)])
    expect(sent).toEqual([])
  })

  it('does not run where it reads its arguments otherwise once people have allowed them', async () => {
    const book = new Map([['team', 'all']])
    const sent: string[] = []
    const schema = z.object({ alias: z.string() }).transform(async ({ alias }) => {
      await Promise.resolve()
      return { alias, to: book.get(alias) ?? '' }
    })
    const mail = tool(({ to: mailbox }) => void sent.push(mailbox), {
      name: 'mail',
      description: '',
      schema: schema as never,
    })
    const governs = governTool(mail as never, session, {
      target: stage.mail,
      describe: ({ to: mailbox }: { to: string }) => to(mailbox),
    } as never)
    const allowed = invoke(governs, { alias: 'team' })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    book.set('team', 'outside')
    await stage.people.say('allow', stage.people.requests[0])
    expect(await allowed).toContain('Not done (ERR_PERMIT_VOID)')
    expect(sent).toEqual([])
  })

  it('may be one of a single text', async () => {
    const sent: string[] = []
    const mail = new DynamicTool({
      name: 'mail',
      description: '',
      func: (mailbox) => Promise.resolve(`sent to ${String(sent.push(mailbox))}`),
    })
    const governs = governTool(mail as never, session, {
      target: stage.mail,
      describe: ((mailbox: string) => to(mailbox)) as never,
    })
    expect(await invoke(governs, { input: 'ada' })).toBe('sent to 1')
    expect(await invoke(governs, { input: 'outside' })).toContain('ERR_DENIED')
    expect(sent).toEqual(['ada'])
  })

  it('may have a JSON Schema', async () => {
    const sent: unknown[] = []
    const schema = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] } as const
    const mail = tool((args) => void sent.push(args), { name: 'mail', description: '', schema })
    const governs = governTool(mail as never, session, {
      target: stage.mail,
      describe: ((args: { to: string }) => to(args.to)) as never,
    })
    await invoke(governs, { to: 'ada' })
    expect(await invoke(governs, { to: 'outside' })).toContain('ERR_DENIED')
    expect(sent).toEqual([{ to: 'ada' }])
  })

  it('is called with its own number, whatever the arguments say', async () => {
    const numbers: unknown[] = []
    const mail = tool((_args, config: { toolCall?: { id?: string } }) => void numbers.push(config.toolCall?.id), {
      name: 'mail',
      description: '',
      schema: z.object({ id: z.string() }) as never,
    })
    const governs = governTool(mail as never, session, { target: stage.mail, describe: () => to('ada') })
    await invoke(governs, { id: 'call-7' })
    expect(numbers).toEqual(['call-1'])
  })
})
