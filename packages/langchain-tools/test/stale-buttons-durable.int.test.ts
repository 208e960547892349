import { openSlackStage, type SlackStage } from '@bothkeys/agent-stage/slack'
import { ScriptedModel } from '@bothkeys/scripted-model'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Opened, type Wrapper, wrappers } from './support/wrappers.js'

const ask = { messages: [{ role: 'user', content: 'go' }] }
const resume = new Command({ resume: { decisions: [{ type: 'approve' }] } })
const outOfUse = 'That message does not ask about anything any more. Use the page.'
const wentOn = 'Your yes went to the engine. The message says whether it counts.'

interface Waiting {
  readonly id: string
  readonly value: unknown
}

const waitingIn = (state: object): readonly Waiting[] =>
  (state as { readonly __interrupt__?: readonly Waiting[] }).__interrupt__ ?? []
const waits = (state: object): boolean => waitingIn(state).length > 0

function answersIn({ messages }: { readonly messages: readonly BaseMessage[] }): string[] {
  return messages.filter((message) => message.getType() === 'tool').map(({ text }) => text)
}

describe.each(wrappers)('buttons for calls that wait durably through $name', (wrapper: Wrapper) => {
  let stage: SlackStage
  let opened: Opened
  let agent: Awaited<ReturnType<typeof agentOf>>
  let round = 0
  const one = (): string => `one ${String(round)}`
  const two = (): string => `two ${String(round)}`
  const three = (): string => `three ${String(round)}`
  const four = (): string => `four ${String(round)}`
  const config = () => ({ configurable: { thread_id: `thread-${String(round)}` } })
  const call = (text: string, id = 'call-1') => ({ name: wrapper.tool, args: wrapper.args(text), id })

  async function agentOf(calls: readonly ReturnType<typeof call>[] = [call(one())]) {
    opened = wrapper.open(stage, await stage.session(), { wait: 'durable', decisions: ['approve', 'edit', 'reject'] })
    const { middleware, tools } = opened
    const model = new ScriptedModel([calls])
    return createAgent({ model, tools, middleware, checkpointer: new MemorySaver() })
  }

  /** The message about a call, as it looks now, whatever becomes of it. */
  const copyOf = async (text: string): Promise<DoubleMessage> => ({ ...(await stage.message(text)) })
  /** Both who can allow it click, and are told the same. */
  async function allow(copy: DoubleMessage): Promise<string> {
    const told = await stage.click('ann', copy)
    expect(await stage.click('bob', copy)).toBe(told)
    return told
  }
  const isOver = (copy: DoubleMessage) => () =>
    !stage.slack.shown.find(({ ts }) => ts === copy.ts)!.blocks.some(({ type }) => type === 'actions')
  const ran = async (): Promise<readonly string[]> =>
    (await opened.ran()).filter((text) => [one(), two(), three(), four()].includes(text))

  beforeAll(async () => {
    stage = await openSlackStage()
    agent = await agentOf()
    await agent.invoke(ask, config())
    await stage.link(await stage.message(one()), 'ann', 'bob')
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    round += 1
    agent = await agentOf()
    await agent.invoke(ask, config())
  })

  it('let nothing run again when the conversation goes back to before it ran', async () => {
    const copy = await copyOf(one())
    const { config: old } = await agent.graph.getState(config())
    expect(await allow(copy)).toBe(wentOn)
    expect(await ran()).toEqual([])
    await expect.poll(async () => waits(await agent.invoke(resume, config()))).toBe(false)
    await expect.poll(isOver(copy)).toBe(true)
    expect(await allow(copy)).toBe(outOfUse)
    const again = await agent.invoke(resume, old as never)
    expect(answersIn(again)).toHaveLength(1)
    expect(await allow(copy)).toBe(outOfUse)
    expect(await ran()).toEqual([one()])
  })

  it('let nothing run but what they show when the state is edited', async () => {
    const first = await copyOf(one())
    const { config: old, values } = await agent.graph.getState(config())
    const { id } = (values as { messages: BaseMessage[] }).messages.at(-1)!
    const tool_calls = [{ ...call(two()), type: 'tool_call' as const }]
    const edited = new AIMessage({ content: '', id: id!, tool_calls })
    const from = await agent.graph.updateState(config(), { messages: [edited] }, 'model_request')
    await agent.invoke(null as never, from as never)
    const second = await copyOf(two())
    expect(await allow(first)).toBe(wentOn)
    expect(waits(await agent.invoke(resume, config()))).toBe(true)
    expect(await ran()).toEqual([])
    expect(await allow(second)).toBe(wentOn)
    await expect.poll(async () => waits(await agent.invoke(resume, config()))).toBe(false)
    expect(await ran()).toEqual([two()])
    // Whoever goes back to where the first one waits goes on with it: that was allowed, too, and runs once.
    for (let time = 0; time < 2; time++) await agent.invoke(resume, old as never)
    expect(await ran()).toEqual([two(), one()])
  })

  it('let nothing run when somebody in the conversation put other arguments in their place', async () => {
    const first = await copyOf(one())
    await stage.click('ann', first)
    const editedAction = { name: wrapper.tool, args: wrapper.args(two()) }
    const edit = new Command({ resume: { decisions: [{ type: 'edit', editedAction }] } })
    await agent.invoke(edit, config())
    const second = await copyOf(two())
    await expect.poll(isOver(first)).toBe(true)
    expect(await allow(first)).toBe(outOfUse)
    expect(waits(await agent.invoke(resume, config()))).toBe(true)
    expect(await ran()).toEqual([])
    expect(await allow(second)).toBe(wentOn)
    await expect.poll(async () => waits(await agent.invoke(resume, config()))).toBe(false)
    expect(await ran()).toEqual([two()])
  })

  it('let nothing run that was turned down in the conversation, also when it goes back to before that', async () => {
    const copy = await copyOf(one())
    const { config: old } = await agent.graph.getState(config())
    await stage.click('ann', copy)
    const reject = new Command({ resume: { decisions: [{ type: 'reject', message: 'not today' }] } })
    expect(answersIn(await agent.invoke(reject, config()))[0]).toContain('not today')
    await expect.poll(isOver(copy)).toBe(true)
    expect(await allow(copy)).toBe(outOfUse)
    // As it is, the old checkpoint holds what was said there; a copy of it asks anew.
    expect(answersIn(await agent.invoke(resume, old as never))[0]).toContain('not today')
    const from = (await agent.graph.updateState(old, { messages: [] }, 'model_request')) as never
    expect(waits(await agent.invoke(null as never, from))).toBe(true)
    expect(await allow(copy)).toBe(outOfUse)
    expect(answersIn(await agent.invoke(resume, config()))[0]).toContain('ERR_APPROVAL_WITHDRAWN')
    expect(await ran()).toEqual([])
  })

  it('leave the other calls of a turn alone, whatever becomes of one', async () => {
    // The first one waits already, in the conversation that each of these tests begins with.
    agent = await agentOf([call(two()), call(three(), 'call-2'), call(four(), 'call-3')])
    const thread = { configurable: { thread_id: `${config().configurable.thread_id}, a turn` } }
    const waiting = waitingIn(await agent.invoke(ask, thread))
    const [first, second, third] = await Promise.all([copyOf(two()), copyOf(three()), copyOf(four())])
    const reject = { decisions: [{ type: 'reject', message: 'not today' }] }
    const [about] = waiting.filter(({ value }) => JSON.stringify(value).includes(three()))
    const after = await agent.invoke(new Command({ resume: { [about!.id]: reject } }), thread)
    expect(waitingIn(after)).toHaveLength(2)
    await expect.poll(isOver(second)).toBe(true)
    expect(await allow(second)).toBe(outOfUse)
    await stage.deny('bob', third, 'not on a Friday')
    await expect.poll(isOver(third)).toBe(true)
    expect(await allow(first)).toBe(wentOn)
    expect(await allow(third)).toBe(outOfUse)
    const approve = { decisions: [{ type: 'approve' }] }
    const rest = waitingIn(after).map(({ id }) => [id, approve] as const)
    const answers = answersIn(await agent.invoke(new Command({ resume: Object.fromEntries(rest) }), thread))
    expect(answers.slice(1)).toEqual([expect.stringContaining('not today'), expect.stringContaining('not on a Friday')])
    expect(await ran()).toEqual([two()])
  })
})
