import { describe, expect, it } from 'vitest'
import { analysisOf, effectLines, shop } from './support/shop.js'

const checked = 'execute function:shop.checked userDefined via=type'
const constant = 'execute function:shop.constant userDefined'

/** A function in SQL or another language. */
const make = (language: string, body: string): string => `create function f() returns integer ${language} as ${body}`

describe('a literal of a definition', () => {
  it.each([
    `create view v as select at from moods where at = '(1,2)'`,
    `create view v as select 'x' as a`,
    `create view v as select (lone.anything = '{1}') from lone`,
    `create table tt (a pair default '(1,2)')`,
    `create function f(a orders.id%type default '1') returns integer language sql as 'select 1'`,
    `create policy p on lone using (b = '(1,2)')`,
    `create schema s create table tt (a pair default '(1,2)')`,
    `create aggregate a (integer) (sfunc = adder, stype = integer, initcond = 5)`,
    `create aggregate a (integer) (sfunc = adder, stype = integer, initcond1 = x)`,
    `create aggregate a (integer) (sfunc = adder, stype = integer, minitcond = '5')`,
    `create function f() returns pair return '(1,2)'`,
    make('language sql', `$$ select '(1,2)'::pair; select 1 $$`),
    make('language sql', `'select $x$(1,2)$x$::pair'`),
    make('', `$$ select '1'::quantity $$`),
  ])('may become a value of any type that there is: %s', async (text) => {
    expect(await effectLines(text)).toContain(checked)
    expect(await effectLines(text, { catalog: { ...shop, checksValues: false } })).not.toContain(checked)
  })

  it.each([
    `create view v as select at from moods where x > 5`,
    `create table tt (a text default null)`,
    `create aggregate a (integer) (sfunc = adder, stype = integer)`,
    `comment on table moods is 'moods'`,
    `alter role agent set search_path to 'shop'`,
    `create function f() returns integer language plpgsql set search_path to 'shop' as 'begin return 1; end'`,
    make('language plpgsql', `$$ begin return '1'; end $$`),
    make('language sql', `$$ select $1 $$`),
  ])('is needed for that: %s', async (text) => {
    expect(await effectLines(text)).not.toContain(checked)
  })

  it('runs nothing in Parse, which leaves definitions alone', async () => {
    expect(await analysisOf(`create view v as select '(1,2)'::pair`)).toMatchObject({ runsInParse: false })
  })
})

describe('what a definition plans', () => {
  it.each([
    `create table tt (a integer, b integer generated always as (a + constant(1)) stored)`,
    `create table tt (a integer, exclude using btree ((constant(1)) with =))`,
    `create table tt (a integer, exclude using btree (a with =) where (constant(1) > a))`,
    `create table tt (a integer) partition by range ((a + constant(1)))`,
  ])('is computed at once: %s', async (text) => {
    expect(await effectLines(text)).toContain(constant)
  })

  it('is not what waits for rows', async () => {
    expect(await effectLines(`create table tt (a integer default constant(1), check (a > constant(1)))`)).toEqual([
      'define table:shop.tt',
    ])
  })

  it('is what LIKE copies of another table, but not its columns alone', async () => {
    const plan = 'execute function:shop.constant userDefined via=index'
    expect(await effectLines('create table tt (like folded including indexes)')).toContain(plan)
    expect(await effectLines('create table tt (like folded)')).not.toContain(plan)
    const unknown = await effectLines('create table tt (like nothing_known including indexes)')
    expect(unknown.join()).toContain('opaque')
  })

  it('knows the types of the new columns', async () => {
    const upper = expect.stringMatching('function:shop.upper') as string
    const generated = (type: string): string =>
      `create table tt (a ${type}, b text generated always as (upper(a)) stored)`
    expect(await effectLines(generated('varchar'))).toContainEqual(upper)
    expect(await effectLines(generated('text'))).not.toContainEqual(upper)
  })
})

describe('what a definition changes besides', () => {
  it('is, for the bound of a partition, made a value of the key', async () => {
    const keyed = { ...days(), valueFunctions: [id('checked')] }
    const catalog = { ...shop, relations: new Map(shop.relations).set(keyed.id, keyed), relation: () => keyed }
    expect(await effectLines('create table tt partition of days for values in (5)', { catalog })).toContain(checked)
    expect(await effectLines('alter table days attach partition days_2024 for values in (5)', { catalog })).toContain(
      checked,
    )
  })
})

function relation(name: string): NonNullable<ReturnType<typeof shop.relation>> {
  const found = shop.relation('shop', name)
  if (found === undefined) throw new Error(`the shop has no ${name}`)
  return found
}

const days = (): ReturnType<typeof relation> => relation('days')

function id(name: string): number {
  return shop.userRoutinesNamed(name)[0]?.id ?? 0
}

describe('a value of a type that only the server knows', () => {
  const opaque = expect.stringMatching(/^opaque .*may run the checks/)
  const text = `select pg_input_is_valid('[1,2]', 'span')`

  it('may be of any that runs functions, those that only compare bounds among them', async () => {
    const types = new Map([...shop.types].map(([id, type]) => [id, { ...type, functions: [] }]))
    expect(await effectLines(text, { catalog: { ...shop, types } })).toContainEqual(opaque)
    expect(await effectLines(text, { catalog: { ...shop, checksValues: false } })).not.toContainEqual(opaque)
  })
})
