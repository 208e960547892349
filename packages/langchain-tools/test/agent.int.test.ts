import { sqlTools } from '../src/index.js'
import { bothkeysMiddleware } from '../src/index.js'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import { openStage, type Stage } from '@bothkeys/agent-stage'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const query = (sql: string, id = 'call-1'): Turn => [{ name: 'query', args: { sql }, id }]

async function agentOf(
  turns: readonly Turn[],
  wait: 'in-place' | 'durable' = 'in-place',
  checkpointer = new MemorySaver(),
) {
  const session = await stage.session()
  const agent = createAgent({
    model: new ScriptedModel(turns),
    tools: sqlTools(session, stage.orders, { wait }),
    middleware: [bothkeysMiddleware({ session, target: stage.mail, wait })],
    checkpointer,
  })
  return agent
}

const config = { configurable: { thread_id: 'thread-1' } }
const ask = { messages: [{ role: 'user', content: 'go' }] }

function answers(state: { messages: readonly unknown[] }): string[] {
  return (state.messages as { getType(): string; text: string; status?: string }[])
    .filter((message) => message.getType() === 'tool')
    .map((message) => `${message.status ?? 'success'}: ${message.text}`)
}

describe('an agent with SQL tools', () => {
  it('reads rows, masked, and is told why something is refused', async () => {
    const agent = await agentOf([query('SELECT id, email FROM users'), query('DROP TABLE users', 'call-2')])
    const state = await agent.invoke(ask, config)
    const [rows, refusal] = answers(state)
    expect(rows).toContain('"id":1')
    expect(rows).not.toContain('ada@')
    expect(refusal).toMatch(/^error: Not done \(ERR_DENIED\)/)
    expect(refusal).toContain('No person can help')
    expect(state.messages.at(-1)?.text).toBe('done')
  })

  it('waits in place for a person, and runs once', async () => {
    const agent = await agentOf([query('DELETE FROM orders WHERE id = 7')])
    const running = agent.invoke(ask, config)
    await expect.poll(() => stage.people.requests.length).toBe(1)
    expect(await stage.orders_()).toHaveLength(100)
    await stage.people.say('allow', stage.people.requests[0])
    expect(answers(await running)).toEqual(['success: DELETE: 1 rows'])
    expect(await stage.orders_()).toHaveLength(99)
  })

  it('interrupts the run, and goes on when somebody resumes it after the approval', async () => {
    const agent = await agentOf([query('DELETE FROM orders WHERE id = 7')], 'durable')
    const waiting = await agent.invoke(ask, config)
    const [interrupt] =
      (waiting as { __interrupt__?: { id: string; value: { actionRequests: { approvalId: string }[] } }[] })
        .__interrupt__ ?? []
    const [request] = stage.people.requests
    expect(interrupt?.value.actionRequests[0]?.approvalId).toBe(request?.id)
    expect(await stage.orders_()).toHaveLength(100)
    await stage.people.say('allow', request)
    const resume = new Command({ resume: { [interrupt?.id ?? '']: { decisions: [{ type: 'approve' }] } } })
    expect(answers(await agent.invoke(resume, config))).toEqual(['success: DELETE: 1 rows'])
    expect(await stage.orders_()).toHaveLength(99)
    expect(stage.people.requests).toHaveLength(1)
  })

  it('runs nothing on an approve in the conversation that its approvers did not give', async () => {
    const agent = await agentOf([query('DELETE FROM orders WHERE id = 7')], 'durable')
    await agent.invoke(ask, config)
    const again = await agent.invoke(new Command({ resume: { decisions: [{ type: 'approve' }] } }), config)
    expect(again).toHaveProperty('__interrupt__.length', 1)
    expect(await stage.orders_()).toHaveLength(100)
    await stage.people.say('deny', stage.people.requests[0])
    const last = await agent.invoke(new Command({ resume: { decisions: [{ type: 'approve' }] } }), config)
    expect(answers(last)[0]).toContain('ERR_APPROVAL_DENIED')
    expect(await stage.orders_()).toHaveLength(100)
  })

  it('runs nothing that a person edited into no call of the tool', async () => {
    const session = await stage.session()
    const agent = createAgent({
      model: new ScriptedModel([query('DELETE FROM orders WHERE id = 7')]),
      tools: sqlTools(session, stage.orders, { wait: 'durable', decisions: ['edit'] }),
      checkpointer: new MemorySaver(),
    })
    await agent.invoke(ask, config)
    const editedAction = { name: 'query', args: { sql: 'SELECT id FROM orders', also: 'x' } }
    const resume = new Command({ resume: { decisions: [{ type: 'edit', editedAction }] } })
    const told = expect.stringMatching(/^error: Not done \(ERR_SNAPSHOT_INVALID\)/) as string
    expect(answers(await agent.invoke(resume, config))).toEqual([told])
    // The first is the deletion, which the edit took back.
    expect(stage.journal.events.filter(({ type }) => type === 'action.denied')).toMatchObject([
      { code: 'ERR_APPROVAL_WITHDRAWN' },
      { code: 'ERR_SNAPSHOT_INVALID', action: { text: 'query(…)' }, target: { name: 'orders' } },
    ])
    expect(JSON.stringify(stage.journal.events)).not.toContain('action.intent')
  })
})
