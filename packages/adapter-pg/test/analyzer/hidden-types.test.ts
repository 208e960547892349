import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Routine } from '../../src/catalog/snapshot.js'
import { analysisOf, effectLines, shop } from './support/shop.js'

const typeNamed = (name: string): number => shop.type('shop', name)?.id ?? 0
const [quantity, pair] = [typeNamed('quantity'), typeNamed('pair')]

/** The shop with a routine of a user. */
function withRoutine(name: string, taken: readonly number[]): { readonly catalog: CatalogSnapshot } {
  const [reserve] = shop.userRoutinesNamed('reserve')
  const routine = { ...(reserve as Routine), id: 900_000, name, arguments: taken, defaults: 0 }
  const add =
    (known: (written: string) => readonly Routine[]) =>
    (written: string): readonly Routine[] =>
      written === name ? [...known(written), routine] : known(written)
  return {
    catalog: {
      ...shop,
      routines: new Map([...shop.routines, [routine.id, routine]]),
      routinesNamed: add((written) => shop.routinesNamed(written)),
      userRoutinesNamed: add((written) => shop.userRoutinesNamed(written)),
    },
  }
}

const checked = 'execute function:shop.checked userDefined via=type'
const compared = 'execute function:shop.same_money userDefined via=operator'

describe('a literal that gets its type from elsewhere', () => {
  it.each([
    `select rank('(1,2)') within group (order by at) from moods`,
    `prepare p(pair) as select $1 = '(1,2)'`,
    `create function f(a moods.at%type default '(1,2)') returns integer language sql as 'select 1'`,
    `create aggregate a(integer) (sfunc = int4pl, stype = pair, initcond = '(1,2)')`,
    `create view v as select reserve('5')`,
    `create view v as select quantity('5')`,
  ])('is made, and so checked: %s', async (text) => {
    expect(await effectLines(text)).toContain(checked)
  })

  it('is made in Parse where it may become an array of what the text has', async () => {
    expect(await analysisOf(`select array[5::quantity] = '{6}'`)).toMatchObject({ runsInParse: true })
  })

  it('has the types of PREPARE in its statement, whatever those of the text are', async () => {
    const text = `prepare p(pair) as select $1 = '(1,2)'`
    expect(await effectLines(text, { parameterTypes: [23] })).toContain(checked)
    const behind = `prepare p(pair) as select 1; select $1 = '(1,2)'`
    expect(await effectLines(behind, { parameterTypes: [23] })).not.toContain(checked)
  })
})

describe('what EXPLAIN passes to a prepared statement', () => {
  it.each([
    [`explain execute p(nextval('tickets'))`, 'write sequence:shop.tickets'],
    [`explain execute p(set_config('search_path', 'evil', false))`, 'session setting:search_path'],
    [`explain create table made as execute p(pg_notify('news', 'x'))`, 'write channel:news sensitive'],
  ])('is computed: %s', async (text, effect) => {
    const plain = await analysisOf('select 1')
    expect(await effectLines(text, { prepared: () => plain })).toContain(effect)
  })

  it('may change settings', async () => {
    const changed = `explain execute p(set_config('search_path', 'evil', false))`
    const plain = await analysisOf('select 1')
    expect(await analysisOf(changed, { prepared: () => plain })).toMatchObject({ settingFree: false })
    expect(await analysisOf('explain select 1')).toMatchObject({ settingFree: true })
  })
})

describe('a column whose type is not what it seems', () => {
  it('stands behind two of one name', async () => {
    const text = `select q.y = q.y from (select a.* from (select 1 as k, price as k, 5 as n from prices) a) as q(x, y, z)`
    expect(await effectLines(text)).toContain(compared)
  })

  it('is any field of a row that is compared with a subquery', async () => {
    expect(await effectLines('select (1, price) in (select 1, price from prices) from prices')).toContain(compared)
    expect(await effectLines('select (1, id) in (select 1, id from prices) from prices')).not.toContain(compared)
  })

  it('is an array of arrays', async () => {
    const own = withRoutine('cardinality', [1007])
    expect(await effectLines('select cardinality(array[[1]])', own)).toContain(
      'execute function:shop.cardinality userDefined',
    )
  })

  it('is that of the source where MERGE found no row of the target', async () => {
    const merge = (when: string): string =>
      `merge into lone as t using (select price as a from prices) s on t.a = 1 when ${when}`
    expect(await effectLines(merge('not matched and a = a then insert values (1)'))).toContain(compared)
    expect(await effectLines(merge('not matched then insert values (case when a = a then 1 end)'))).toContain(compared)
  })

  it('is that of the target where no row of the source matches', async () => {
    const text = `merge into prices as t using (select 1 as price) s on t.id = 1 when not matched by source and price = price then delete`
    expect(await effectLines(text)).toContain(compared)
  })
})

describe('a call that only a user’s routine takes', () => {
  const reserve = (name: string): string => `execute function:shop.${name} userDefined`

  it.each(['-3000000000', '3000000000', '0xFFFFFFFFFF', '3_000_000_000'])('is of int8: %s', async (number) => {
    expect(await effectLines(`select round(${number})`, withRoutine('round', [20]))).toContain(reserve('round'))
  })

  it('but not of what has a point or an exponent', async () => {
    for (const number of ['2.5', '-.5', '1e3', '3000000000.'])
      expect(await effectLines(`select round(${number})`, withRoutine('round', [20]))).not.toContain(reserve('round'))
  })

  it('is of a domain over what is passed, and of a row for an unnamed one', async () => {
    expect(await effectLines('select lower(5)', withRoutine('lower', [quantity]))).toContain(reserve('lower'))
    expect(await effectLines('select lower(row(1, 2)::record)', withRoutine('lower', [pair]))).toContain(
      reserve('lower'),
    )
  })
})

describe('the text that PREPARE keeps', () => {
  it('ends where the server takes it to end', async () => {
    const { registry } = await analysisOf('prepare p as delete from lone\u00a0 \n')
    expect(registry).toMatchObject([{ text: 'delete from lone\u00a0' }])
  })
})
