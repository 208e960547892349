import { describe, expect, it } from 'vitest'
import { changesRowsAlone, RowChanges } from '../../src/door/row-changes.js'
import { analysisOf } from '../analyzer/support/shop.js'

describe('a text that changes rows alone', () => {
  it.each([
    'insert into shop.visits values (current_date)',
    'update shop.visits set at = current_date where at is null returning at',
    'delete from shop.lone',
  ])('is %s', async (text) => {
    expect(changesRowsAlone(await analysisOf(text))).toBe(true)
  })

  it.each([
    'select * from shop.lone',
    'create table t (a int)',
    'truncate shop.lone',
    'update shop.visits set at = shop.twice()::date',
    // A cast that a user made takes part.
    "update shop.lone set b = 'y'",
    'update pg_catalog.pg_class set relname = relname',
    "update pg_catalog.pg_settings set setting = '1'",
    'delete from shop.lone; delete from shop.lone',
    'copy shop.lone from stdin',
    'explain analyze delete from shop.lone',
    'with x as (delete from shop.lone returning *) select * from x',
    'begin',
    'insert into shop.visits select current_date where pg_try_advisory_lock(1)',
    'insert into shop.days values (current_date)',
    "insert into shop.visits select current_date from nextval('shop.tickets')",
  ])('is not %s', async (text) => {
    expect(changesRowsAlone(await analysisOf(text))).toBe(false)
  })
})

it('a text changes more than rows when anything says so', async () => {
  const analysis = await analysisOf('insert into shop.visits values (current_date)')
  const { description } = analysis
  const define = { duty: 'define', resource: 'table:shop.visits', attributes: {} } as const
  expect([
    changesRowsAlone({ ...analysis, changesCatalog: true }),
    changesRowsAlone({ ...analysis, settingFree: false }),
    changesRowsAlone({ ...analysis, description: { ...description, effects: [...description.effects, define] } }),
    changesRowsAlone(analysis),
  ]).toEqual([false, false, false, true])
})

describe('the transactions that change rows alone', () => {
  it('are forgotten when there are too many, the oldest first', () => {
    const changes = new RowChanges()
    for (let id = 0; id <= 4_096; id++) changes.add(String(id))
    expect([changes.has('0'), changes.has('2047'), changes.has('2048'), changes.has('4096')]).toEqual([
      false,
      false,
      true,
      true,
    ])
  })
})
