import { openStage, type Stage } from '@bothkeys/agent-stage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqlTools } from '../src/index.js'
import { answersOf, type Turn, versions } from './support/versions.js'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const query = (sql: string, id = 'call-1'): Turn => [{ id, name: 'query', input: { sql } }]

describe.each(versions)('SQL tools for version $version of the AI SDK', ({ ask }) => {
  it('read rows, masked, and say why something is refused', async () => {
    const tools = sqlTools(await stage.session(), stage.orders, { thread: 'chat-1' })
    const turns = [query('SELECT id, email FROM users'), query('DROP TABLE users', 'call-2')]
    const [rows, refusal] = answersOf(await ask({ tools, turns }))
    expect(rows).toContain('"id":1')
    expect(rows).not.toContain('ada@')
    expect(refusal).toContain('Not done (ERR_DENIED)')
  })

  it('refuse on record, on their database, what they do not take', async () => {
    const tools = sqlTools(await stage.session(), stage.orders, { thread: 'chat-1' })
    const turns: Turn[] = [[{ id: 'call-1', name: 'query', input: { sql: 'DROP TABLE users', force: true } }]]
    expect(answersOf(await ask({ tools, turns }))).toEqual([expect.stringContaining('Not done (ERR_SNAPSHOT_INVALID)')])
    const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
    expect(denied).toMatchObject([{ action: { text: 'query(…)' }, target: { kind: 'postgres', name: 'orders' } }])
    expect(JSON.stringify(denied)).not.toMatch(/DROP|force/)
  })

  it('delete a row once people agree, and once only', async () => {
    const tools = sqlTools(await stage.session(), stage.orders, { thread: 'chat-1' })
    const turns = [query('DELETE FROM orders WHERE id = 7')]
    const running = ask({ tools, turns })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    expect(await stage.orders_()).toHaveLength(100)
    await stage.people.say('allow', stage.people.requests[0])
    expect(answersOf(await running)).toEqual(['DELETE: 1 rows'])
    expect(answersOf(await ask({ tools, turns }))).toEqual(['DELETE: 1 rows'])
    expect(stage.people.requests).toHaveLength(1)
    expect(await stage.orders_()).toHaveLength(99)
  })
})
