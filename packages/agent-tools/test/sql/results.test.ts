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

/** Has a tool ask a server that answers these values, on one connection alone. */
async function opened(...columns: readonly Column[]) {
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
  const ask = (signal = new AbortController().signal) => query?.run({ sql: 'SELECT' }, { signal })
  return { pool, ask }
}

/** What a model is shown where a server answers these values. */
async function shown(...columns: readonly Column[]): Promise<string | undefined> {
  return (await opened(...columns)).ask()
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

it('nothing is connected to for somebody who has left already', async () => {
  const { ask, pool } = await opened({ type: 25, text: 'x' })
  await expect(ask(AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  expect(pool.totalCount).toBe(0)
})

it('a connection is free again where somebody left while it was made', async () => {
  const { ask, pool } = await opened({ type: 25, text: 'x' })
  const leaving = new AbortController()
  const left = ask(leaving.signal)
  leaving.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  await expect.poll(() => [pool.totalCount, pool.idleCount]).toEqual([1, 1])
  expect(await ask()).toBe('[{"c0":"x"}]\nSELECT: 1 rows')
})
