import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type SqlTarget, sqlTools } from '../../src/index.js'
import { type Column, startOneRowServer } from '../support/one-row-server.js'

let stage: ToolStage
const ending: (() => unknown)[] = []
beforeEach(async () => {
  stage = await openToolStage()
})
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
  await stage.close()
})

/** What a model is shown where a server answers these values. */
async function shown(...columns: readonly Column[]): Promise<string | undefined> {
  const server = await startOneRowServer(columns)
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'agent', max: 1 })
  ending.push(() => pool.end(), server.stop)
  const target: SqlTarget = {
    name: 'orders',
    kind: 'postgres',
    pool: () => pool,
    onHeld: () => () => undefined,
    cancel: () => undefined,
    close: () => Promise.resolve(),
  }
  const [query] = sqlTools(await stage.session(), target)
  return query?.run({ sql: 'SELECT' }, { signal: new AbortController().signal })
}

const json = 114
const jsonb = 3802

it('a value is shown as a text where its server says that it is JSON and it is none', async () => {
  const answer = await shown(
    { type: json, text: '(masked)' },
    { type: jsonb, text: '{"a": ' },
    { type: json, text: '[1]' },
  )
  expect(answer).toBe('[{"c0":"(masked)","c1":"{\\"a\\": ","c2":[1]}]\nSELECT: 1 rows')
})

it('a value is shown as a text where its server says that it is a number and it is none', async () => {
  const answer = await shown({ type: 23, text: '(masked)' }, { type: 701, text: '-Infinity' }, { type: 21, text: '7' })
  expect(answer).toBe('[{"c0":"(masked)","c1":"-Infinity","c2":7}]\nSELECT: 1 rows')
})
