import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import { ScriptedModel } from '@bothkeys/scripted-model'
import { tool } from '@langchain/core/tools'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asTool } from '../src/as-tool.js'
import { bothkeysMiddleware, governTool, subAgent } from '../src/index.js'
import { waitingOf } from '../src/waiting.js'
import { thread } from './support/agents.js'

let stage: ToolStage
beforeEach(async () => {
  stage = await openToolStage()
})
afterEach(() => stage.close())

/** A tool of the host by this name. */
function mailTool(name: string, sent: string[]) {
  return tool(
    ({ text }) => {
      sent.push(text)
      return 'sent'
    },
    { name, description: 'sends mail', schema: z.object({ to: z.string(), text: z.string() }) },
  )
}

function describeMail({ to }: { to: string }) {
  if (/[\r\n]/.test(to)) throw new Error('a header is one line')
  return { effects: [{ duty: 'write' as const, resource: `mailbox:${to}` }] }
}

function neverMade(): never {
  throw new Error('its call is refused before')
}

/** What an agent with both ways of governing is answered to one call, and what is on record of it. */
async function answered(name: string, args: Record<string, unknown>) {
  const session = await stage.session()
  const own = new StubTool(session, stage.mail)
  const sent: string[] = []
  const made = mailTool('mail', sent)
  const governed = governTool(mailTool('wrapped', sent), session, { target: stage.mail, describe: describeMail })
  const worker = subAgent(session, { name: 'worker', roles: ['agent'], ttlMs: 60_000, agent: neverMade })
  const tools = [asTool(own, waitingOf(session, {})), made, governed, worker.tool({ description: 'works' })]
  const agent = createAgent({
    model: new ScriptedModel([[{ name, args, id: 'call-1' }]]),
    tools,
    middleware: [bothkeysMiddleware({ session, target: stage.mail, tools: { mail: describeMail } })],
  })
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'go' }] })
  const answer = messages.find((message) => message.getType() === 'tool')?.text
  const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
  return { answer, last: messages.at(-1)?.text, ran: [...own.ran, ...sent], denied }
}

describe('a call that a tool does not take', () => {
  it.each([
    ['say', { text: 'hello', approved: true }, 'approved'],
    ['say', { text: 1 }, 'text'],
    ['mail', { to: 'team' }, 'text'],
    ['wrapped', { to: 'team' }, 'text'],
    ['worker', { job: 'all' }, 'task'],
  ])('of %s is refused on record, and the model is told what is wrong', async (name, args, wrong) => {
    const { answer, denied, last, ran } = await answered(name, args)
    expect(answer).toContain('Not done (ERR_STATEMENT_INVALID)')
    expect(answer).toContain(wrong)
    expect(denied).toHaveLength(1)
    expect(denied[0]).toMatchObject({ code: 'ERR_STATEMENT_INVALID', action: { text: `${name}(…)` } })
    expect([ran, last]).toEqual([[], 'done'])
  })
})

it('aborts no run where the schema itself throws, and says nothing of why', async () => {
  const session = await stage.session()
  const ran: string[] = []
  const to = z.string().refine(() => {
    throw new Error('password=hunter2')
  })
  const made = tool(() => ran.push('mail'), { name: 'mail', description: 'sends mail', schema: z.object({ to }) })
  const agent = createAgent({
    model: new ScriptedModel([[{ name: 'mail', args: { to: 'team' }, id: 'call-1' }]]),
    tools: [made],
    middleware: [bothkeysMiddleware({ session, target: stage.mail, tools: { mail: describeMail } })],
  })
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'go' }] })
  expect(messages.find((message) => message.getType() === 'tool')?.text).toContain('Not done (ERR_STATEMENT_INVALID)')
  expect(JSON.stringify(messages)).not.toContain('hunter2')
  expect(stage.journal.events.filter(({ type }) => type === 'action.denied')).toHaveLength(1)
  expect([ran, messages.at(-1)?.text]).toEqual([[], 'done'])
})

it('has on record that a person edited a call into one that its tool does not take', async () => {
  const own = new StubTool(await stage.session(), stage.mail)
  const agent = createAgent({
    model: new ScriptedModel([[{ name: 'say', args: { text: 'wait' }, id: 'call-1' }]]),
    tools: [asTool(own, waitingOf(own.session, { wait: 'durable', decisions: ['edit'] }))],
    checkpointer: new MemorySaver(),
  })
  await agent.invoke({ messages: [{ role: 'user', content: 'go' }] }, thread)
  const edit = { type: 'edit', editedAction: { name: 'say', args: { text: 'hello', approved: true } } }
  const { messages } = await agent.invoke(new Command({ resume: { decisions: [edit] } }), thread)
  expect(messages.find((message) => message.getType() === 'tool')?.text).toContain('Not done (ERR_SNAPSHOT_INVALID)')
  const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
  expect(denied).toMatchObject([{ code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' } }])
  expect([own.ran, messages.at(-1)?.text]).toEqual([[], 'done'])
})

it.each(['mail', 'wrapped'])('has on record that nobody could say what a call of %s does', async (name) => {
  const { answer, denied, last, ran } = await answered(name, { to: 'team\r\nbcc: all', text: 'hello' })
  expect(answer).toContain('Not done (ERR_STATEMENT_INVALID)')
  expect(denied).toHaveLength(1)
  expect(denied[0]).toMatchObject({ code: 'ERR_STATEMENT_INVALID', action: { text: `${name}(…)` } })
  expect([ran, last]).toEqual([[], 'done'])
})

it.each([
  ['say', { text: 'hello' }],
  ['mail', { to: 'team', text: 'hello' }],
  ['wrapped', { to: 'team', text: 'hello' }],
])('lets a call of %s through that is as it should be', async (name, args) => {
  const { denied, ran } = await answered(name, args)
  expect([ran, denied]).toEqual([['hello'], []])
})

it('has on record that a tool does not read again what its schema made of the arguments', async () => {
  const session = await stage.session()
  const sent: string[] = []
  const made = tool(({ to }) => sent.push(String(to)), {
    name: 'mail',
    description: 'sends mail',
    schema: z.object({ to: z.string().transform((text) => text.length) }),
  })
  const describe = () => ({ effects: [{ duty: 'write' as const, resource: 'mailbox:team' }] })
  const governed = governTool(made, session, { target: stage.mail, describe })
  const answer: unknown = await governed.invoke({ type: 'tool_call', name: 'mail', args: { to: 'team' }, id: 'call-1' })
  expect(answer).toMatchObject({ status: 'error', content: expect.stringContaining('ERR_SNAPSHOT_INVALID') as string })
  const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
  expect(denied).toMatchObject([{ code: 'ERR_SNAPSHOT_INVALID', action: { text: 'mail(…)' } }])
  expect(sent).toEqual([])
})

describe('a call that a tool with a JSON Schema does not take', () => {
  const schema = {
    type: 'object',
    properties: { to: { type: 'string', minLength: 1 } },
    required: ['to'],
    additionalProperties: false,
  } as const

  async function opened(way: 'governTool' | 'bothkeysMiddleware', given: object = schema) {
    const session = await stage.session()
    const sent: unknown[] = []
    const made = tool((args) => sent.push(args), { name: 'mail', description: 'sends mail', schema: given })
    const target = stage.mail
    const describeAny = describeMail as (args: unknown) => ReturnType<typeof describeMail>
    const agent = (args: Record<string, unknown>) =>
      createAgent({
        model: new ScriptedModel([[{ name: 'mail', args, id: 'call-1' }]]),
        tools: [way === 'governTool' ? governTool(made, session, { target, describe: describeAny }) : made],
        middleware:
          way === 'governTool' ? [] : [bothkeysMiddleware({ session, target, tools: { mail: describeMail } })],
      })
    const answer = async (args: Record<string, unknown>) => {
      const { messages } = await agent(args).invoke({ messages: [{ role: 'user', content: 'go' }] }, thread)
      expect(messages.at(-1)?.text).toBe('done')
      return messages.find((message) => message.getType() === 'tool')?.text
    }
    return { answer, denied: () => stage.journal.events.filter(({ type }) => type === 'action.denied'), sent }
  }

  it.each([
    ['governTool', {}, 'to'],
    ['governTool', { to: 7 }, 'string'],
    ['governTool', { to: 'ada', bcc: 'all' }, 'bcc'],
    ['bothkeysMiddleware', {}, 'to'],
    ['bothkeysMiddleware', { to: 'ada', bcc: 'all' }, 'bcc'],
  ] as const)('is refused on record behind %s: %j', async (way, args, wrong) => {
    const { answer, denied, sent } = await opened(way)
    const told = await answer(args)
    expect(told).toContain('Not done (ERR_STATEMENT_INVALID)')
    expect(told).toContain(wrong)
    expect(denied()).toMatchObject([{ code: 'ERR_STATEMENT_INVALID', action: { text: 'mail(…)' } }])
    expect(sent).toEqual([])
  })

  it.each(['governTool', 'bothkeysMiddleware'] as const)(
    'is refused on record behind %s where nobody can read by it',
    async (way) => {
      const { answer, denied, sent } = await opened(way, { type: 'object', properties: { to: { $ref: '#/nowhere' } } })
      expect(await answer({ to: 'ada' })).toContain('Not done (ERR_STATEMENT_INVALID)')
      expect([denied().length, sent]).toEqual([1, []])
    },
  )

  it.each(['governTool', 'bothkeysMiddleware'] as const)('lets through behind %s what it takes', async (way) => {
    const { answer, denied, sent } = await opened(way)
    await answer({ to: 'ada' })
    expect([denied(), sent]).toEqual([[], [{ to: 'ada' }]])
  })
})

it('has on record, without the middleware, what LangChain refuses by itself', async () => {
  const session = await stage.session()
  const sent: string[] = []
  const governed = governTool(mailTool('mail', sent), session, { target: stage.mail, describe: describeMail })
  const own = new StubTool(session, stage.mail)
  for (const each of [governed, asTool(own, waitingOf(session, {}))]) {
    const call = { type: 'tool_call', name: each.name, args: { to: 1 }, id: 'call-1' } as const
    // oxlint-disable-next-line no-await-in-loop -- One by one.
    expect(await each.invoke(call)).toMatchObject({ status: 'error', tool_call_id: 'call-1' })
  }
  const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
  expect(denied).toMatchObject([{ action: { text: 'mail(…)' } }, { action: { text: 'say(…)' } }])
  expect([sent, own.ran]).toEqual([[], []])
})
