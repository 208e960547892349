import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stage } from './support/stage.js'
import { stage, TurnedClock } from './support/stage.js'

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())

const stored = async (schema: string): Promise<string[]> => {
  const { rows } = await on.owner.query<{ key: string }>(`select key from ${schema}.entry order by key`)
  return rows.map(({ key }) => key)
}

/** Until somebody waits for a lock. */
const waiting = (): Promise<void> => expect.poll(() => on.waiting()).toBe(1)

describe('the entries of a ledger in PostgreSQL', () => {
  it('have keys that are stored as they are, or none', async () => {
    const ledger = await on.open(on.schema())
    const broken = expect.objectContaining({ code: 'ERR_INTERNAL' })
    for (const key of ['\0', 'a\0b', '\ud800', 'x'.repeat(2_001)]) {
      await expect(ledger.get(key)).rejects.toEqual(broken)
      await expect(ledger.commit([{ key, expectedVersion: 0, value: 1 }])).rejects.toEqual(broken)
    }
    for (const key of ['x'.repeat(2_000), '\u00e9', 'e\u0301', '\\', '"', '{a,b}', 'NULL']) {
      expect(await ledger.commit([{ key, expectedVersion: 0, value: key }])).toBe(true)
    }
    for (const key of ['x'.repeat(2_000), '\u00e9', 'e\u0301', '\\', '"', '{a,b}', 'NULL']) {
      expect((await ledger.get(key)).value).toBe(key)
    }
  })

  it('have values of every kind', async () => {
    const ledger = await on.open(on.schema())
    const values = [null, false, 0, '', [], {}, 'NULL', '\0', '\ud800', [null], { a: [{ b: null }] }]
    for (const [index, value] of values.entries()) {
      await ledger.commit([{ key: String(index), expectedVersion: 0, value }])
      expect(await ledger.get(String(index))).toEqual({ value, version: expect.any(Number) as number })
    }
  })

  it('are named once in a commit', async () => {
    const ledger = await on.open(on.schema())
    for (const value of [2, undefined]) {
      const twice = ledger.commit([
        { key: 'a', expectedVersion: 0, value: 1 },
        { key: 'a', expectedVersion: 0, value },
      ])
      await expect(twice).rejects.toEqual(expect.objectContaining({ code: 'ERR_INTERNAL' }))
    }
    expect((await ledger.get('a')).version).toBe(0)
  })

  it('expire at a finite time', async () => {
    const ledger = await on.open(on.schema())
    for (const expiresAtMs of [Number.NaN, Infinity, -Infinity]) {
      const commit = ledger.commit([{ key: 'a', expectedVersion: 0, value: 1, expiresAtMs }])
      await expect(commit).rejects.toEqual(expect.objectContaining({ code: 'ERR_INTERNAL' }))
    }
  })

  it('are removed some time after they expired', async () => {
    const schema = on.schema()
    const clock = new TurnedClock(on.owner, schema)
    const ledger = await on.open(schema, { clock })
    await clock.start()
    const nowMs = await ledger.nowMs()
    for (const key of ['a', 'b'])
      await ledger.commit([{ key, expectedVersion: 0, value: 1, expiresAtMs: nowMs + 1_000 }])
    await clock.advance(1_001)
    await ledger.commit([{ key: 'b', expectedVersion: 0, value: 2 }])
    expect(await stored(schema)).toEqual(['b'])
    expect((await ledger.get('b')).value).toBe(2)
  })

  it('are not more than the cap, and none is dropped for another', async () => {
    const schema = on.schema()
    const clock = new TurnedClock(on.owner, schema)
    const ledger = await on.open(schema, { clock, maxEntries: 3 })
    await clock.start()
    const put = (key: string, expectedVersion = 0, expiresAtMs?: number): Promise<boolean> =>
      Promise.resolve(
        ledger.commit([
          expiresAtMs === undefined
            ? { key, value: key, expectedVersion }
            : { key, value: key, expectedVersion, expiresAtMs },
        ]),
      )
    const nowMs = await ledger.nowMs()
    for (const key of ['a', 'b', 'c']) expect(await put(key, 0, nowMs + 5_000)).toBe(true)
    const full = expect.objectContaining({ code: 'ERR_LIMIT_EXCEEDED' })
    await expect(put('d')).rejects.toEqual(full)
    expect(await put('a', (await ledger.get('a')).version)).toBe(true)
    await clock.advance(5_001)
    expect(await put('d')).toBe(true)
    expect(await put('e')).toBe(true)
    await expect(put('f')).rejects.toEqual(full)
    // Another process counts what this one added.
    const other = await on.open(schema, { clock, maxEntries: 3 })
    await expect(other.commit([{ key: 'g', expectedVersion: 0, value: 1 }])).rejects.toEqual(full)
  })

  it('are not more than the cap either when the last place was taken by what is not yet committed', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema, { maxEntries: 2 })
    expect(await ledger.commit([{ key: 'a', expectedVersion: 0, value: 1 }])).toBe(true)
    let late: Promise<unknown> | undefined
    await on.owner.query('begin; set local synchronous_commit = on')
    try {
      await on.owner.query(
        `select ${schema}.commit('{b}', '{0}', '{1}', '{null}', 0, growth => 1, room => 2, recount => false)`,
      )
      late = Promise.resolve(ledger.commit([{ key: 'c', expectedVersion: 0, value: 1 }])).catch(
        (error: unknown) => error,
      )
      await waiting()
    } finally {
      await on.owner.query('commit')
    }
    expect(await late).toEqual(expect.objectContaining({ code: 'ERR_LIMIT_EXCEEDED' }))
    expect(await stored(schema)).toEqual(['a', 'b'])
  })

  it('are counted again only where the places may be all taken, and take the place of what is gone', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema, { maxEntries: 20 })
    const counted = async (): Promise<unknown> =>
      (await on.owner.query(`select entries::integer from ${schema}.fill`)).rows[0]
    for (let index = 0; index < 10; index++)
      await ledger.commit([{ key: `a/${String(index)}`, expectedVersion: 0, value: 1 }])
    for (let index = 0; index < 10; index++) {
      const { version } = await ledger.get(`a/${String(index)}`)
      await ledger.commit([{ key: `a/${String(index)}`, expectedVersion: version, value: undefined }])
      await ledger.commit([{ key: `b/${String(index)}`, expectedVersion: 0, value: 1 }])
    }
    expect(await counted()).toEqual({ entries: 0 })
    expect(await ledger.commit([{ key: 'c', expectedVersion: 0, value: 1 }])).toBe(true)
    expect(await counted()).toEqual({ entries: 10 })
  })

  it('are locked in one order, so that commits of many keys do not wait for each other for ever', async () => {
    const schema = on.schema()
    const views = [await on.open(schema), await on.open(schema)]
    const keys = Array.from({ length: 16 }, (_, index) => `key/${String(index)}`)
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const ordered = index % 2 === 0 ? keys : keys.toReversed()
        return views[index % 2]!.commit(ordered.map((key) => ({ key, expectedVersion: 0, value: index })))
      }),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(1)
  })
})

describe('the time of a ledger in PostgreSQL', () => {
  it('does not fall behind what another process committed at', async () => {
    const schema = on.schema()
    const clock = new TurnedClock(on.owner, schema)
    const ledger = await on.open(schema, { clock })
    await clock.start()
    const nowMs = await ledger.nowMs()
    await ledger.commit([{ key: 'a', expectedVersion: 0, value: 1, expiresAtMs: nowMs + 1_000 }])
    await ledger.commit([{ key: 'b', expectedVersion: 0, value: 1 }])
    const { version } = await ledger.get('b')
    await clock.advance(5_000)
    await ledger.commit([{ key: 'b', expectedVersion: version, value: 2 }])
    await clock.setBack(3_600_000)
    const late = await on.open(schema, { clock })
    expect(await late.nowMs()).toBe(nowMs + 5_000)
    expect((await late.get('a')).version).toBe(0)
  })

  it('does not fall more than a second behind what another process was told', async () => {
    const schema = on.schema()
    const clock = new TurnedClock(on.owner, schema)
    const ledger = await on.open(schema, { clock })
    await clock.start()
    await clock.advance(5_000)
    const nowMs = await ledger.nowMs()
    await clock.setBack(3_600_000)
    expect(await (await on.open(schema, { clock })).nowMs()).toBeGreaterThanOrEqual(nowMs - 1_000)
  })

  it('is none that cannot be written', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    await on.owner.query(`update ${schema}.clock set ms = 1e300`)
    expect(await ledger.nowMs()).toBeLessThanOrEqual(Date.UTC(9999, 11, 31, 23, 59, 59, 999) + 1_000)
  })
})
