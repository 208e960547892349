import { describe, expect, it } from 'vitest'
import { analyseText, analysisOf, effectLines, shop } from './support/shop.js'

const quantity = shop.type('shop', 'quantity')?.id ?? 0
const checked = 'execute function:shop.checked userDefined via=type'

describe('a value of a domain', () => {
  it('is made, and so checked, where a function takes it', async () => {
    expect(await effectLines('select reserve(5)')).toEqual(['execute function:shop.reserve userDefined', checked])
  })

  it('is made where a parameter is declared to be one', async () => {
    expect(await effectLines('select $1 is null', { parameterTypes: [quantity] })).toEqual([checked])
    expect(await effectLines('select $1 is null', { parameterTypes: [23] })).toEqual([])
    expect(await analyseText('select $1', { parameterTypes: [4_000_000] })).toMatchObject({ miss: true })
  })

  it('is made by EXECUTE where PREPARE declared it', async () => {
    expect(await effectLines('prepare p(quantity) as select $1; execute p(5)')).toEqual([checked])
    const { registry } = await analysisOf('prepare p(integer, quantity) as select $1')
    expect(registry).toMatchObject([{ kind: 'prepare', parameterTypes: [23, quantity] }])
    expect(await analyseText('prepare p(nowhere) as select $1')).toMatchObject({ miss: true })
  })

  it.each([
    'select jsonb_populate_record(at, $$ {} $$) from moods',
    'select (json_populate_record(m.at, $$ {} $$)).x from moods as m',
  ])('is made where JSON becomes a row of a known type: %s', async (text) => {
    expect(await effectLines(text)).toContain(checked)
  })

  it.each([
    'select json_populate_record($1, $$ {} $$)',
    'select jsonb_populate_record((select at from moods), $$ {} $$)',
  ])('may be made where the type of the row is not plain to see: %s', async (text) => {
    expect(await effectLines(text)).toContainEqual(
      expect.stringMatching(/^opaque .*may run the checks of a user-defined type/),
    )
  })

  it('takes the row of a table for what it is only where no column can have its name', async () => {
    expect(await effectLines('select json_populate_record(stock, $$ {} $$) from stock')).toContain(checked)
    const hidden = 'select json_populate_record(stock, $$ {} $$) from stock, generate_series(1, 2) as f'
    expect(await effectLines(hidden)).toContainEqual(expect.stringMatching(/^opaque /))
  })
})

describe('casts that a text does not write', () => {
  const toJson = 'execute function:shop.mood_json userDefined via=cast'

  it.each([
    'select to_json(felt) from diary',
    'select row_to_json(diary) from diary',
    'select json_build_array(all_of) from moods',
    'select json_scalar(felt) from diary',
  ])('happen where values become JSON: %s', async (text) => {
    expect(await effectLines(text)).toContain(toJson)
  })

  it.each(['select felt from diary', 'select to_json(a) from lone'])('happen nowhere else: %s', async (text) => {
    expect(await effectLines(text)).not.toContain(toJson)
  })

  it('happen in the fields of a row that is cast as a whole', async () => {
    expect(await effectLines(`select row(1, b)::prices from lone`)).toContain(
      'execute function:shop.to_money userDefined via=cast',
    )
  })
})

describe('an update that moves a row to another partition', () => {
  it('deletes what points at the old place, on servers before 15', async () => {
    const deleted = 'delete table:shop.visits via=foreign-key'
    const text = "update days set at = '2025-02-01'"
    expect(await effectLines(text)).not.toContain(deleted)
    expect(await effectLines(text, { catalog: { ...shop, serverVersion: 140_012 } })).toContain(deleted)
  })
})
