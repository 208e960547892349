import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { catalogQueries } from '../../src/catalog/queries.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'

const tables = `
create function own_order(integer, integer) returns integer language sql immutable as 'select 0';
create operator class own_integers for type integer using btree as
  operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 own_order(integer, integer);
create table primary_one (a integer, b text, primary key (b, a));
create table two_of_them (a integer unique, b text unique);
create table nothing (a integer);
create index on nothing (a);
create table deferred (a integer unique deferrable);
create table partly (a integer, b integer);
create unique index on partly (a) where b > 0;
create table computed_one (a integer);
create unique index on computed_one ((a + 1));
create table own_class (a integer);
create unique index on own_class (a own_integers);
create table other_order (a text collate "C" unique);
create table other_index (a text);
create unique index on other_index (a collate "C");
create table other_column (a text collate "C");
create unique index on other_column (a collate "default");
create table beside (a integer, b integer);
create unique index on beside (a) include (b);
create table parted (a integer, b integer, unique (a, b)) partition by list (a);
create table invalid_one (a integer);
insert into invalid_one values (1), (1);
create table looked_at_later (a integer unique, b integer not null);
insert into looked_at_later values (null, 1), (null, 2);
`

let client: pg.Client
let catalog: CatalogSnapshot

beforeAll(async () => {
  const database = await freshDatabase()
  client = new pg.Client(database.url)
  await client.connect()
  // Whoever makes an operator class is a superuser.
  const owner = new pg.Client(database.superuserUrl)
  await owner.connect()
  await owner.query(tables)
  await owner.query('create unique index concurrently on invalid_one (a)').catch(() => undefined)
  // From PostgreSQL 18 on.
  await owner.query('alter table looked_at_later add constraint later not null a not valid').catch(() => undefined)
  await owner.end()
  const answer = async (text: string): Promise<string> => {
    const { rows } = await client.query<[string]>({ text, rowMode: 'array' })
    return rows[0]?.[0] ?? ''
  }
  catalog = buildCatalog(buildBuiltins(await answer(catalogQueries.builtin)), await answer(catalogQueries.user))
})
afterAll(() => client.end())

describe('the keys of a table', () => {
  it.each([
    ['primary_one', [[2, 1]]],
    ['two_of_them', [[1], [2]]],
    ['beside', [[1]]],
    ['parted', [[1, 2]]],
    ['nothing', []],
    ['deferred', []],
    ['partly', []],
    ['computed_one', []],
    ['own_class', []],
    ['other_order', []],
    ['other_index', []],
    ['other_column', []],
    ['invalid_one', []],
  ])('hold at any time, for all rows and by the equality of the server: %s', (name, keys) => {
    const found = catalog.relation('public', name)?.keys
    expect(found?.toSorted()).toEqual(keys)
  })
})

describe('the columns of a table', () => {
  it('are under the collation of the database or another one', () => {
    const collated = (name: string): unknown => catalog.relation('public', name)?.collated
    expect(collated('other_column')).toEqual(new Set([1]))
    expect(collated('two_of_them')).toEqual(new Set())
    expect(collated('other_index')).toEqual(new Set())
  })
})

describe('columns that always have a value', () => {
  it('are not those of which some rows are still to be looked at', () => {
    const columns = catalog.relation('public', 'looked_at_later')?.columns
    expect([columns?.get('a')?.notNull, columns?.get('b')?.notNull]).toEqual([false, true])
  })
})
