import { openStage, type Stage } from '@bothkeys/agent-stage'
import { Agent, Runner } from '@openai/agents'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sqlTools } from '../src/index.js'
import { ScriptedModel, type Turn } from './support/scripted-model.js'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const runner = new Runner({ tracingDisabled: true })
const query = (sql: string, id: string): Turn => ({ id, name: 'query', input: { sql } })

it('an agent of OpenAI Agents reads masked rows and deletes one once people agree', async () => {
  const tools = sqlTools(await stage.session(), stage.orders, { thread: 'run-1' })
  const turns = [
    query('SELECT id, email FROM users', 'call-1'),
    query('DROP TABLE users', 'call-2'),
    query('DELETE FROM orders WHERE id = 7', 'call-3'),
  ]
  const running = runner.run(new Agent({ name: 'agent', model: new ScriptedModel(turns), tools }), 'go')
  await expect.poll(() => stage.people.requests.length).toBe(1)
  expect(await stage.orders_()).toHaveLength(100)
  await stage.people.say('allow', stage.people.requests[0])
  const outputs = (await running).newItems.flatMap((item) =>
    item.type === 'tool_call_output_item' ? [String(item.output)] : [],
  )
  expect(outputs[0]).toContain('"id":1')
  expect(outputs[0]).not.toContain('ada@')
  expect(outputs.slice(1)).toEqual([expect.stringContaining('ERR_DENIED'), 'DELETE: 1 rows'])
  expect(await stage.orders_()).toHaveLength(99)
})
