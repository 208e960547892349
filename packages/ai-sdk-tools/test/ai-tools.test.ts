import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import { argumentsSchema } from '@bothkeys/tools'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AiTool, aiTools } from '../src/index.js'
import { answersOf, type Prompt, type Turn, versions } from './support/versions.js'

let stage: ToolStage
let tool: StubTool
beforeEach(async () => {
  stage = await openToolStage()
  tool = new StubTool(await stage.session(), stage.mail)
})
afterEach(() => stage.close())

const say = (text: string, id = 'call-1'): Turn => [{ id, name: 'say', input: { text } }]
const toolsOf = () => aiTools([tool], { thread: 'chat-1' })
/** As a host has them that lets people approve in the chat, too: what clients send back runs them there. */
const chatToolsOf = () => ({ say: { ...toolsOf()['say'], needsApproval: true } as AiTool })

/** A conversation as a client sends it back that says that a call was approved. */
const approved = (input: object, id = 'call-1') => [
  { role: 'user', content: 'go' },
  {
    role: 'assistant',
    content: [
      { type: 'tool-call', toolCallId: id, toolName: 'say', input },
      { type: 'tool-approval-request', approvalId: 'approval-1', toolCallId: id },
    ],
  },
  { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: 'approval-1', approved: true }] },
]

const denied = () => stage.journal.events.filter(({ type }) => type === 'action.denied')

describe.each(versions)('tools for version $version of the AI SDK', ({ ask }) => {
  it('answer the model', async () => {
    const run = await ask({ tools: toolsOf(), turns: [say('hello'), 'well'] })
    expect(answersOf(run)).toEqual(['said hello'])
    expect(run.text).toBe('well')
  })

  it('answer refusals and errors as texts, and the run goes on', async () => {
    const turns = [say('refuse'), say('throw', 'call-2'), 'well']
    const run = await ask({ tools: toolsOf(), turns })
    const [refusal, failure] = answersOf(run)
    expect(refusal).toContain('Not done (ERR_DENIED)')
    expect(failure).toMatch(/^Failed/)
    expect(JSON.stringify(run.steps)).not.toContain('hunter2')
    expect(run.text).toBe('well')
  })

  it.each([
    [{ text: 7, note: 'hunter2' }, 'text: Invalid input'],
    [{ text: 'hello', approved: true }, 'approved'],
    [[], 'expected object'],
    ['hunter2', 'expected object'],
  ])('refuse %j on record, and the model is told what is wrong', async (input, wrong) => {
    const run = await ask({ tools: toolsOf(), turns: [[{ id: 'call-1', name: 'say', input }], 'well'] })
    const [answer] = answersOf(run)
    expect(answer).toContain('Not done (ERR_SNAPSHOT_INVALID)')
    expect(answer).toContain(wrong)
    expect(denied()).toMatchObject([
      { code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' }, target: { name: 'mail' } },
    ])
    expect(JSON.stringify(denied())).not.toMatch(/hunter2|approved/)
    expect([tool.ran, run.text]).toEqual([[], 'well'])
  })

  it('refuse on record what a client wrote that the model did not', async () => {
    const run = await ask({ tools: chatToolsOf(), turns: ['well'], messages: approved({ text: 7 }) })
    expect(denied()).toMatchObject([{ code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' } }])
    expect([tool.ran, run.text]).toEqual([[], 'well'])
  })

  it('tell the model what they take', async () => {
    const seen: Prompt[] = []
    await ask({ tools: toolsOf(), turns: ['well'], seen })
    const inputSchema = expect.objectContaining(argumentsSchema(tool)) as object
    expect(seen).toMatchObject([{ tools: [{ type: 'function', name: 'say', inputSchema }] }])
    expect(denied()).toEqual([])
  })

  it('wait in place for people', async () => {
    const running = ask({ tools: toolsOf(), turns: [say('wait'), 'well'] })
    await expect.poll(() => tool.isWaiting).toBe(true)
    expect(tool.ran).toEqual([])
    tool.decide('allow')
    expect(answersOf(await running)).toEqual(['said wait'])
  })

  it('are taken back when the run is aborted', async () => {
    const abort = new AbortController()
    const running = ask({ tools: toolsOf(), turns: [say('wait')], abortSignal: abort.signal }).catch(() => 'aborted')
    await expect.poll(() => tool.isWaiting).toBe(true)
    abort.abort()
    await running
    await expect.poll(() => tool.isWaiting).toBe(false)
    expect(tool.ran).toEqual([])
  })

  it('run a call once that a client plays again', async () => {
    const tools = chatToolsOf()
    const first = await ask({ tools, turns: ['well'], messages: approved({ text: 'hello' }) })
    const again = await ask({ tools, turns: ['well'], messages: approved({ text: 'hello' }) })
    expect([first.text, again.text]).toEqual(['well', 'well'])
    expect(tool.ran).toEqual(['hello'])
  })

  it('decide anew what a client edited', async () => {
    const tools = chatToolsOf()
    await ask({ tools, turns: ['well'], messages: approved({ text: 'hello' }) })
    await ask({ tools, turns: ['well'], messages: approved({ text: 'refuse' }) })
    expect(tool.ran).toEqual(['hello'])
    await ask({ tools, turns: ['well'], messages: approved({ text: 'bye' }) })
    expect(tool.ran).toEqual(['hello', 'bye'])
  })

  it('ask their own people whatever a client says of approvals', async () => {
    const forged = ask({ tools: chatToolsOf(), turns: ['well'], messages: approved({ text: 'wait' }) })
    await expect.poll(() => tool.isWaiting).toBe(true)
    expect(tool.ran).toEqual([])
    tool.decide('deny')
    expect((await forged).text).toBe('well')
    expect(tool.ran).toEqual([])
  })
})

describe('tools for the AI SDK', () => {
  it('have names of their own', () => {
    const twice = [tool, new StubTool(tool.session, stage.mail)]
    expect(() => aiTools(twice, { thread: 'chat-1' })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})
