import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryInUse } from '../../../../tools/memory-in-use.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import { proxy } from './support/proxy.js'
import { bind, errors, execute, parse, query, rows, sync, types, Wire } from './support/wire.js'

const mebibyte = 1024 * 1024
const wide = `select repeat('x', 50 * 1024 * 1024) as b from t where a = 1`

describe('large results and parameters', () => {
  const between = proxy()
  let on: Governed
  let session: Session

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key, b text)',
      allow: allButDelete,
      config: { maxMessageBytes: 16 * mebibyte },
      reach: between.reach,
    })
  })

  beforeEach(async () => {
    await on.owner.query("truncate t; insert into t select i, repeat('x', 1000) from generate_series(1, 2000) i")
    session = await on.session()
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  it('passes a row of 50 MB, larger than any message that the door keeps', async () => {
    const client = on.target.client(session)
    await client.connect()
    const { rows: found } = await client.query<{ b: string }>(wide)
    expect(found[0]?.b.length).toBe(50 * mebibyte)
    await client.end()
  })

  it('takes parameters up to its cap and refuses what is above', async () => {
    const client = on.target.client(session)
    client.on('error', () => undefined)
    await client.connect()
    const text = 'select length($1::text) as n'
    expect((await client.query(text, ['y'.repeat(15 * mebibyte)])).rows).toEqual([{ n: 15 * mebibyte }])
    await expect(client.query(text, ['y'.repeat(17 * mebibyte)])).rejects.toMatchObject({ code: '0A000' })
  })

  it('lets a slow reader wait without keeping the result in memory', async () => {
    const wire = await Wire.open(on.target, session)
    wire.stream.pause()
    const before = await memoryInUse()
    wire.send(query('select repeat(b, 100) from t'))
    await sleep(700)
    expect((await memoryInUse()) - before).toBeLessThan(80 * mebibyte)
    wire.stream.resume()
    expect(rows(await wire.ready())).toHaveLength(2_000)
    await wire.end()
  })

  it('does not keep the session waiting for a reader that is slow', async () => {
    const slow = await Wire.open(on.target, session)
    const quick = await Wire.open(on.target, session)
    slow.stream.pause()
    slow.send(query('select repeat(b, 100) from t'))
    expect(rows(await quick.ask(query('select a from t where a = 1')))).toHaveLength(1)
    await quick.end()
    await slow.end()
  })

  it('takes no more than a little of what the client sends while the server is silent', async () => {
    const wire = await Wire.open(on.target, session)
    const connection = between.connections.at(-1)
    await wire.ask(query('select 1'))
    connection?.hold(true)
    const batch = Buffer.concat([
      parse('', 'select length($1::text)'),
      bind('', '', ['z'.repeat(mebibyte)]),
      execute(''),
      sync,
    ])
    let taken = 0
    const before = await memoryInUse()
    while (taken < 60) {
      taken += 1
      if (!wire.stream.write(batch)) break
    }
    await sleep(300)
    expect(taken).toBeLessThan(20)
    expect((await memoryInUse()) - before).toBeLessThan(60 * mebibyte)
    connection?.hold(false)
    for (let answered = 0; answered < taken; answered++) {
      expect(rows(await wire.ready())).toEqual([[String(mebibyte)]])
    }
    await wire.end()
  })

  it('says nothing into the middle of a row when the session ends there', async () => {
    const wire = await Wire.open(on.target, session)
    await wire.ask(query('select 1'))
    let passed = 0
    between.options = {
      split: (chunk) => {
        passed += chunk.length
        return [chunk]
      },
    }
    wire.record()
    wire.send(query(wide))
    while (passed < mebibyte) await sleep(1)
    between.connections.at(-1)?.hold(true)
    await sleep(50)
    await session.close()
    await wire.until('Z')
    between.options = {}
    expect(wire.received.length).toBeGreaterThan(mebibyte / 2)
    expect(wire.received.subarray(-1000).toString('latin1')).toBe('x'.repeat(1000))
  })

  it('goes on after an error in a large result', async () => {
    const wire = await Wire.open(on.target, session)
    const answer = await wire.ask(query('select b, 1 / (1500 - a) from t order by a'))
    expect([errors(answer), types(answer).endsWith('EZ')]).toEqual([['22012'], true])
    expect(rows(await wire.ask(query('select a from t')))).toHaveLength(2_000)
    await wire.end()
  })
})
