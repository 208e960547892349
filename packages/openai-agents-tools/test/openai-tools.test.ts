import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import { Agent, RunState, Runner } from '@openai/agents'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAiTools } from '../src/index.js'
import { ScriptedModel, type Turn } from './support/scripted-model.js'

let stage: ToolStage
let tool: StubTool
beforeEach(async () => {
  stage = await openToolStage()
  tool = new StubTool(await stage.session(), stage.mail)
})
afterEach(() => stage.close())

const runner = new Runner({ tracingDisabled: true })
const say = (text: string, id = 'call-1'): Turn => ({ id, name: 'say', input: { text } })
const toolsOf = () => openAiTools([tool], { thread: 'run-1' })
const agentOf = (turns: readonly Turn[], tools = toolsOf()) =>
  new Agent({ name: 'agent', model: new ScriptedModel(turns), tools })

/** What tools answered in a run. */
function answersOf(items: readonly { readonly type: string; readonly output?: unknown }[]): unknown[] {
  return items.filter(({ type }) => type === 'tool_call_output_item').map(({ output }) => output)
}

describe('tools for OpenAI Agents', () => {
  it('answer the model, and refusals and errors as texts', async () => {
    const turns = [say('hello'), say('refuse', 'call-2'), say('throw', 'call-3'), 'well']
    const result = await runner.run(agentOf(turns), 'go')
    const [answer, refusal, failure] = answersOf(result.newItems)
    expect(answer).toBe('said hello')
    expect(refusal).toContain('Not done (ERR_DENIED)')
    expect(failure).toMatch(/^Failed/)
    expect(failure).not.toContain('hunter2')
    expect(result.finalOutput).toBe('well')
  })

  it.each([
    [{ text: 7, note: 'hunter2' }, 'text: Invalid input'],
    [{ text: 'hello', approved: true }, 'approved'],
    [[], 'expected object'],
    ['hunter2', 'expected object'],
  ])('refuse %j on record, and the model is told what is wrong', async (input, wrong) => {
    const { finalOutput, newItems } = await runner.run(agentOf([{ id: 'call-1', name: 'say', input }, 'well']), 'go')
    const [answer] = answersOf(newItems)
    expect(answer).toContain('Not done (ERR_SNAPSHOT_INVALID)')
    expect(answer).toContain(wrong)
    const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
    expect(denied).toMatchObject([
      { code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' }, target: { name: 'mail' } },
    ])
    expect(JSON.stringify(denied)).not.toMatch(/hunter2|approved/)
    expect([tool.ran, finalOutput]).toEqual([[], 'well'])
  })

  it('wait in place for their own people, and for no approval of the framework', async () => {
    const running = runner.run(agentOf([say('wait'), 'well']), 'go')
    await expect.poll(() => tool.isWaiting).toBe(true)
    expect(tool.ran).toEqual([])
    tool.decide('allow')
    const { interruptions, newItems } = await running
    expect([interruptions, answersOf(newItems)]).toEqual([[], ['said wait']])
  })

  it('are taken back when their run is aborted', async () => {
    const abort = new AbortController()
    const running = runner.run(agentOf([say('wait')]), 'go', { signal: abort.signal }).catch(() => 'aborted')
    await expect.poll(() => tool.isWaiting).toBe(true)
    abort.abort()
    await running
    await expect.poll(() => tool.isWaiting).toBe(false)
    expect(tool.ran).toEqual([])
  })

  it('decide anew what somebody wrote into a state after it was approved', async () => {
    // As a host has them that lets people approve in its interface, too.
    const tools = toolsOf().map((each) => ({ ...each, needsApproval: () => Promise.resolve(true) }))
    const agent = agentOf([say('hello'), 'well', 'well'], tools)
    const { state } = await runner.run(agent, 'go')
    const [asked] = state.getInterruptions()
    if (asked === undefined) throw new Error('nobody was asked')
    state.approve(asked)
    const stored = state.toString()
    expect(stored).toContain('hello')
    const edited = await runner.run(agent, await RunState.fromString(agent, stored.replaceAll('hello', 'refuse')))
    expect(answersOf(edited.newItems)).toEqual([expect.stringContaining('ERR_DENIED')])
    expect(tool.ran).toEqual([])
    const resumed = await runner.run(agent, await RunState.fromString(agent, stored))
    expect(answersOf(resumed.newItems)).toEqual(['said hello'])
    const again = await runner.run(agent, await RunState.fromString(agent, stored))
    expect(answersOf(again.newItems)).toEqual(['said hello'])
    expect(tool.ran).toEqual(['hello'])
  })
})
