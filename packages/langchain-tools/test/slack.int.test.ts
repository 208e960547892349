import { openSlackStage, people, type SlackStage } from '@bothkeys/agent-stage/slack'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import type { DoubleMessage } from '@bothkeys/slack-double'
import type { BaseMessage } from '@langchain/core/messages'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqlTools, type WaitOptions } from '../src/index.js'

let stage: SlackStage
beforeEach(async () => {
  stage = await openSlackStage()
})
afterEach(() => stage.close())

const deletion = 'DELETE FROM orders WHERE id = 7'
const turns: readonly Turn[] = [[{ name: 'query', args: { sql: deletion }, id: 'call-1' }]]
const config = { configurable: { thread_id: 'thread-1' } }
const ask = { messages: [{ role: 'user', content: 'go' }] }

async function agentOf(wait: NonNullable<WaitOptions['wait']>) {
  const session = await stage.session()
  const tools = sqlTools(session, stage.orders, { wait })
  return createAgent({ model: new ScriptedModel(turns), tools, checkpointer: new MemorySaver() })
}

const answersIn = ({ messages }: { readonly messages: readonly BaseMessage[] }): string[] =>
  messages.filter((message) => message.getType() === 'tool').map(({ text }) => text)

/** Everybody but the last of those two who can allow it. */
async function refusedAndFirst(message: DoubleMessage): Promise<void> {
  // A member who is linked to nobody.
  await stage.click('ann', message)
  await expect.poll(() => stage.refusals()).toEqual(['slack-unlinked'])
  await stage.link(message, 'ann', 'bob', 'ada')
  // Who is accountable for the agent.
  await stage.click('ada', message)
  await expect.poll(() => stage.says(message)).toContain('not-independent: person')
  await stage.click('ann', message)
  await expect.poll(() => stage.recorded('approval.vote')).toHaveLength(1)
  expect(await stage.orders_()).toHaveLength(100)
}

/** Message, table and record after two independent people clicked. */
async function expectDone(message: DoubleMessage): Promise<void> {
  const left = (await stage.orders_()).map(({ id }) => id)
  expect(left).toHaveLength(99)
  expect(left).not.toContain(7)
  await expect.poll(() => stage.says(message)).toContain('Approved, and used for its action.')
  expect(stage.says(message)).not.toContain(deletion)
  expect(message.blocks.some(({ type }) => type === 'actions')).toBe(false)
  expect(stage.slack.shown).toHaveLength(1)
  expect(stage.slack.problems).toEqual([])
  const by = (id: string): object => ({
    via: 'relay',
    level: 'channel',
    approver: { subject: { id, issuer: people } },
  })
  const votes = [by('ann'), by('bob')]
  const requests = stage.recorded('approval.requested')
  expect(requests).toHaveLength(1)
  expect(stage.recorded('approval.vote')).toMatchObject(votes)
  // What ran, and who allowed it, is one event.
  expect(stage.recorded('action.intent')).toMatchObject([
    { digest: requests[0]?.['digest'], approval: { request: requests[0]?.['id'], votes } },
  ])
  expect(stage.recorded('approval.refused-vote')).toMatchObject([{ approver: { subject: { id: 'ada' } } }])
  expect(stage.recorded('action.outcome')).toMatchObject([{ outcome: 'completed' }])
}

describe('a deletion by an agent that two people have to allow in Slack', () => {
  it('is done once they clicked, where the agent waits in place', async () => {
    const running = (await agentOf('in-place')).invoke(ask, config)
    const message = await stage.message(deletion)
    await refusedAndFirst(message)
    await stage.click('bob', message)
    expect(answersIn(await running)).toEqual(['DELETE: 1 rows'])
    await expectDone(message)
  })

  it('is done once they clicked and the conversation goes on, where the run was interrupted', async () => {
    const agent = await agentOf('durable')
    const first = await agent.invoke(ask, config)
    const message = await stage.message(deletion)
    await refusedAndFirst(message)
    const resume = new Command({ resume: { decisions: [{ type: 'approve' }] } })
    const early = await agent.invoke(resume, config)
    for (const state of [first, early]) expect(state).toHaveProperty('__interrupt__.length', 1)
    await stage.click('bob', message)
    await expect.poll(() => stage.recorded('approval.vote')).toHaveLength(2)
    expect(await stage.orders_()).toHaveLength(100)
    expect(answersIn(await agent.invoke(resume, config))).toEqual(['DELETE: 1 rows'])
    await expectDone(message)
  })
})
