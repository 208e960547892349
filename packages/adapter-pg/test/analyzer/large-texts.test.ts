import { describe, expect, it } from 'vitest'
import { analyse } from '../../src/analyzer/analyse.js'
import type { Analysis } from '../../src/analyzer/analysis.js'
import { StatementParser } from '../../src/analyzer/parse.js'
import type { CatalogSnapshot, Relation } from '../../src/catalog/snapshot.js'
import { sessionState, shop } from './support/shop.js'

const parser = new StatementParser({ maxSyncBytes: 1024 * 1024 })

async function analysisOf(text: string, catalog = shop): Promise<Analysis> {
  const parsed = await parser.parse(text)
  if (parsed.unparsable) throw new Error(parsed.reason)
  const context = { catalog, state: sessionState(), prepared: () => undefined, cursor: () => undefined }
  return analyse(parsed, context).analysis
}

const times = (count: number, make: (index: number) => string, between = ','): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(between)

const names = (count: number): string => times(count, (index) => `c${String(index)}`)
const wide = (count: number): string => `with w as (select ${times(count, (index) => `1 c${String(index)}`)})`
const items = (count: number): string => times(count, (index) => `w w${String(index)}`)

const chain = (columns: number, count: number): string =>
  `with a0 as (select ${times(columns, (index) => `1 c${String(index)}`)}),` +
  `${times(count, (index) => `a${String(index + 1)} as (select * from a${String(index)})`)} select 1`
const union = (count: number): string => `${wide(1000)} ${times(count, () => 'table w', ' union all ')}`
const natural = (columns: number, count: number): string =>
  `${wide(columns)} select 1 from w a natural join ${times(count, (index) => `w w${String(index)}`, ' natural join ')}`
const using = (columns: number, count: number): string =>
  `${wide(columns)} select 1 from w a ${times(count, (index) => `join w w${String(index)} using (${names(columns)})`, ' ')}`
const bare = (ranges: number, count: number): string =>
  `${wide(2)} select ${times(count, (index) => `z${String(index)}`)} from ${items(ranges)}`
const qualified = (ranges: number, count: number): string =>
  `${wide(2)} select ${times(count, () => `w${String(ranges - 1)}.c1`)} from ${items(ranges)}`
const grouped = (ranges: number, count: number): string =>
  `${wide(2)} select 1 x from ${items(ranges)} group by ${times(count, () => 'x')}`
const subqueries = (tables: number, count: number): string =>
  `with ${times(tables, (index) => `t${String(index)} as (select 1)`)} select 1 from ${times(count, (index) => `(select 1) s${String(index)}`)}`

const nested = (columns: number, depth: number): string =>
  `select 1 from ${'(select * from '.repeat(depth)}(select ${times(columns, (index) => `1 c${String(index)}`)}) s${') s'.repeat(depth)}`

const sums = (count: number): string => `${'('.repeat(count)}1${' + 1)'.repeat(count)}`

const roles = (count: number): string => times(count, (index) => `r${String(index)}`)
const rights = (objects: number, count: number): string =>
  `grant select on ${times(objects, (index) => `hr.a${String(index)}`)} to ${roles(count)}`

const tooComplex = { duty: 'opaque', resource: 'statement:script', attributes: { reason: 'too complex' } }

describe('a text of many columns and many names', () => {
  it.each([
    ['queries of WITH that hand on what they get', chain(2000, 4000)],
    ['a table in each arm of a UNION', union(600)],
    ['queries in queries that hand on what they get', nested(4000, 150)],
    ['natural joins', natural(300, 300)],
    ['joins by name', using(300, 100)],
    ['names that are looked for in every table', bare(5000, 10_000)],
    ['names with their table', qualified(5000, 10_000)],
    ['names in GROUP BY', grouped(5000, 10_000)],
    ['operators in operators', `select ${times(12, () => sums(450))}`],
    ['columns that start anew', `alter table lone ${times(5000, () => 'alter a restart')}`],
    ['rights of many objects for many roles', rights(500, 500)],
    ['many roles for many roles', `grant ${roles(500)} to ${roles(500)}`],
    [
      'default rights of many schemas for many roles',
      `alter default privileges in schema ${roles(500)} grant select on tables to ${roles(500)}`,
    ],
    ['the like in EXPLAIN', `explain ${natural(300, 300)}`],
    ['the like in PREPARE, with something behind it', `prepare p as ${natural(300, 300)}; select a from lone`],
  ])('is not understood where that would take long: %s', async (_, text) => {
    const analysis = await analysisOf(text)
    expect(analysis.description.effects).toContainEqual(expect.objectContaining(tooComplex))
  })

  it.each([
    ['queries of WITH', chain(500, 200)],
    ['a UNION', union(200)],
    ['natural joins', natural(100, 50)],
    ['joins by name', using(20, 100)],
    ['names', bare(50, 5000)],
    ['names with their table', qualified(50, 5000)],
    ['rows', `values ${times(1000, () => `(${times(100, () => '1')})`)}`],
    ['conditions', `select 1 where ${times(10_000, (index) => `${String(index)} = 1`, ' or ')}`],
    ['operators in operators', `select ${times(20, () => sums(100))}`],
    ['rights', rights(500, 100)],
    ['calls in calls', `select ${'upper('.repeat(22)}sku${')'.repeat(22)} from items`],
    ['calls of operators in calls', `select ${'upper(sku || '.repeat(22)}sku${')'.repeat(22)} from items`],
    ['queries of WITH beside subqueries', subqueries(2000, 6000)],
  ])('is understood where it is large but plain: %s', async (_, text) => {
    const analysis = await analysisOf(text)
    expect(analysis.description.effects.filter(({ duty }) => duty === 'opaque')).toEqual([])
  })
})

describe('a text about a database of many tables', () => {
  const [lone] = [...shop.relations.values()].filter(({ name }) => name === 'lone')
  const many = Array.from({ length: 10_000 }, (_, index) => ({ ...lone, id: 1_000_000 + index }) as Relation)
  const events = { ...shop.relation('shop', 'events'), children: many.map(({ id }) => id) } as Relation
  const referring = { ...lone, id: 2_000_000, references: [events.id] } as Relation
  const catalog: CatalogSnapshot = {
    ...shop,
    relations: new Map([...shop.relations, ...many.map((each) => [each.id, each] as const), [events.id, events]]),
    relation: (schema, name) =>
      name === 'events' ? events : name === 'referring' ? referring : shop.relation(schema, name),
  }

  it.each([
    ['that is gone through', 'analyze'],
    ['where a domain is altered', 'alter domain quantity set not null'],
    ['where a type is altered', 'alter type shape add attribute z integer'],
    ['that gets partitions', 'create table f partition of events default'],
    ['of partitions', 'vacuum events'],
  ])('takes no longer the more commands it has: %s', async (_, command) => {
    const analysis = await analysisOf(
      times(500, () => command, ';'),
      catalog,
    )
    expect(analysis.description.effects.some(({ duty }) => duty === 'opaque')).toBe(true)
  })

  it.each([
    ['is read', `select ${times(500, () => '(select 1 from events)')}`],
    ['is changed', `with ${times(500, (index) => `a${String(index)} as (delete from events)`)} select 1`],
    ['is locked', `select 1 from events ${times(500, () => 'for update', ' ')}`],
    [
      'is looked up',
      `with ${times(500, (index) => `a${String(index)} as (insert into referring default values)`)} select 1`,
    ],
    ['is merged into', `merge into events using lone on true ${times(500, () => 'when matched then delete', ' ')}`],
  ])('is not understood where a table of many partitions %s again and again', async (_, text) => {
    const analysis = await analysisOf(text, catalog)
    expect(analysis.description.effects).toContainEqual(expect.objectContaining(tooComplex))
  })

  it.each([
    'analyze',
    'select 1 from events',
    'delete from events',
    'select 1 from events for update',
    'insert into referring default values',
  ])('is understood where it is one command: %s', async (command) => {
    const analysis = await analysisOf(command, catalog)
    expect(analysis.description.effects.some(({ duty }) => duty === 'opaque')).toBe(false)
  })
})
