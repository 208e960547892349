import { readFile } from 'node:fs/promises'
import { freshDatabase, testServer } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyse } from '../../src/analyzer/analyse.js'
import { parseStatement } from '../../src/analyzer/parse.js'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { catalogQueries } from '../../src/catalog/queries.js'
import { type ProbedState, readShortAnswer, readState, stateSince } from '../../src/catalog/session-state.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { stateProbe, stateProbe13, stateProbeSince } from '../../src/catalog/state-probe.js'
import * as cases from '../analyzer/cases.js'
import { line } from '../analyzer/support/shop.js'

const old = testServer().majorVersion < 14

async function ask(client: pg.Client, text: string): Promise<readonly (string | null)[]> {
  const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' })
  return rows[0] ?? []
}

async function probe(client: pg.Client): Promise<ProbedState> {
  return readState(await ask(client, old ? stateProbe13 : stateProbe))
}

/** The short question; undefined when it takes the long one to know. */
async function probeSince(client: pg.Client, before: ProbedState): Promise<ProbedState | undefined> {
  return stateSince(readShortAnswer(await ask(client, stateProbeSince)), before, () => false)
}

async function load(client: pg.Client): Promise<CatalogSnapshot> {
  const answer = async (text: string): Promise<string> => {
    const { rows } = await client.query<[string]>({ text, rowMode: 'array' })
    return rows[0]?.[0] ?? ''
  }
  return buildCatalog(buildBuiltins(await answer(catalogQueries.builtin)), await answer(catalogQueries.user))
}

describe('against a real server', () => {
  let client: pg.Client
  let other: pg.Client
  let superuserUrl: string

  beforeAll(async () => {
    const database = await freshDatabase()
    superuserUrl = database.superuserUrl
    client = new pg.Client(database.url)
    other = new pg.Client(database.url)
    await Promise.all([client.connect(), other.connect()])
    await client.query(await readFile(new URL('fixtures/shop.sql', import.meta.url), 'utf8'))
  })
  afterAll(() => Promise.all([client.end(), other.end()]))

  it('finds the same effects in the catalog of this server as in the recorded one', async () => {
    const catalog = await load(client)
    const { state } = await probe(client)
    const user = state.currentUser
    for (const [text, expected] of Object.values(cases).flatMap((group) => Object.entries(group))) {
      const parsed = await parseStatement(text)
      if (parsed.unparsable) throw new Error(text)
      const { analysis, missing } = analyse(parsed, {
        catalog,
        state,
        prepared: () => undefined,
        cursor: () => undefined,
      })
      // Functions that came with a later server.
      if (
        missing.length > 0 &&
        testServer().majorVersion < 18 &&
        expected.every((effect) => !effect.includes('unknown'))
      ) {
        continue
      }
      const lines = analysis.description.effects
        .map(line)
        .map((effect) => effect.replace(`role:${user}`, 'role:agent').replace(`grantees=${user}`, 'grantees=agent'))
      expect([text, lines.toSorted()]).toEqual([text, expected.toSorted()])
    }
  })

  const changes: readonly string[] = [
    'create table fresh (id integer, name text)',
    'alter table fresh rename column name to title',
    'alter table fresh alter column title set default 5',
    'alter table fresh drop column title',
    'create view fresh_view as select 1 as one',
    'create or replace view fresh_view as select 2 as one',
    'create function fresh_function() returns integer language sql as $$ select 1 $$',
    'create or replace function fresh_function() returns integer language sql as $$ select 2 $$',
    'create operator =|= (function = int4pl, leftarg = integer, rightarg = integer)',
    'create domain fresh_domain as integer',
    'alter domain fresh_domain add constraint c check (value > 0)',
    `create type fresh_type as enum ('a')`,
    'create cast (fresh_type as integer) with inout',
    'create index fresh_index on fresh (id)',
    'create rule fresh_rule as on insert to fresh do nothing',
    'create policy fresh_policy on fresh using (true)',
    'create trigger fresh_trigger before insert on fresh for each row execute function shop.noted()',
    'alter table fresh disable trigger fresh_trigger',
    'create schema fresh_schema',
    'create table child () inherits (fresh)',
    'alter table child no inherit fresh',
    'alter table fresh add primary key (id)',
    'create table keyed (id integer references fresh)',
    'create sequence fresh_sequence',
    'alter sequence fresh_sequence owned by fresh.id',
    'alter sequence fresh_sequence owned by none',
    'alter function fresh_function() stable',
    'drop function fresh_function()',
    'drop table keyed',
  ]

  it('sees every change of the catalog in the epoch, also before it is committed, and nothing else', async () => {
    await client.query('begin')
    for (const change of changes) {
      const before = await probe(client)
      await client.query(change)
      const after = await probe(client)
      expect([change, after.catalogEpoch]).not.toEqual([change, before.catalogEpoch])
    }
    const last = await probe(client)
    await client.query(`insert into shop.lone values (1, 'x'); update shop.lone set b = 'y'; delete from shop.lone`)
    expect((await probe(client)).catalogEpoch).toBe(last.catalogEpoch)
    await client.query('rollback')
  })

  it('sees that a function joins an extension, and leaves it', async () => {
    const owner = new pg.Client(superuserUrl)
    await owner.connect()
    await owner.query('begin; create function shop.joining() returns integer language sql as $$ select 1 $$')
    const epochs = new Set([(await probe(owner)).catalogEpoch])
    for (const verb of ['add', 'drop']) {
      await owner.query(`alter extension plpgsql ${verb} function shop.joining()`)
      epochs.add(`${verb} ${String((await probe(owner)).catalogEpoch)}`)
    }
    const [before = '', ...after] = epochs
    expect(after[0]).not.toBe(`add ${before}`)
    expect(after).toHaveLength(2)
    await owner.query('rollback')
    await owner.end()
  })

  it('sees that a function was replaced twice in one transaction', async () => {
    await client.query('begin')
    const epochs = new Set<string | undefined>()
    for (const body of ['1', '2', '3']) {
      await client.query(`create or replace function shop.twice() returns text language sql as 'select ''${body}'''`)
      epochs.add((await probe(client)).catalogEpoch)
    }
    expect(epochs.size).toBe(3)
    await client.query('rollback')
  })

  it('knows by the short question that nothing was committed, and that something was', async () => {
    // In one transaction that sees nothing new, because other sessions of the test server may commit in between.
    await client.query('begin isolation level repeatable read')
    const first = await probe(client)
    expect(await probeSince(client, first)).toBe(first)
    await client.query('commit')
    const before = await probe(client)
    await other.query('create table shop.elsewhere (id integer)')
    expect(await probeSince(client, before)).toBeUndefined()
    expect((await probe(client)).catalogEpoch).not.toBe(before.catalogEpoch)
    await client.query('begin; create table shop.mine (id integer)')
    const own = await probe(client)
    await client.query('create table shop.mine_too (id integer)')
    expect(await probeSince(client, own)).toBeUndefined()
    expect((await probe(client)).catalogEpoch).not.toBe(own.catalogEpoch)
    await client.query('rollback; drop table shop.elsewhere')
  })

  it('sees a changed setting by the short question', async () => {
    await client.query('begin isolation level repeatable read')
    const before = await probe(client)
    await client.query('set local search_path = shop')
    const after = await probeSince(client, before)
    expect(after?.catalogEpoch).toBe(before.catalogEpoch)
    expect(after?.state.settings.search_path).toBe('shop')
    expect(after?.stateEpoch).not.toBe(before.stateEpoch)
    await client.query('rollback')
  })

  it('is not fooled by objects of users that its names could mean', async () => {
    const honest = await load(client)
    await client.query(`
      create schema evil;
      create function evil.length(text) returns integer language sql as 'select 0';
      create function evil.concat(variadic text[]) returns text language sql as 'select ''evil''';
      create function evil.current_setting(text, boolean) returns text language sql as 'select ''evil''';
      create function evil.json_build_array(variadic text[]) returns json language sql as 'select ''[]''::json';
      create function evil.same(oid, oid) returns boolean language sql as 'select true';
      create operator evil.= (function = evil.same, leftarg = oid, rightarg = oid);
      create table evil.pg_class (oid oid, relname name);
      create table evil.pg_proc (oid oid);
      set search_path = evil, pg_catalog`)
    const caught = await load(client)
    const { state } = await probe(client)
    expect(state.searchPath).toEqual(['evil', 'pg_catalog'])
    expect(state.settings.search_path).toBe('evil, pg_catalog')
    expect(caught.relation('shop', 'orders')?.columns.size).toBe(honest.relation('shop', 'orders')?.columns.size)
    expect(caught.relation('evil', 'pg_class')).toBeDefined()
    await client.query('reset search_path; drop schema evil cascade')
  })

  it('knows the temporary schema and searches it first for tables only', async () => {
    await client.query('set search_path = shop; create temp table orders (only_here integer)')
    const { state } = await probe(client)
    expect(state.searchPath[0]).toBe(state.temporarySchema)
    const parsed = await parseStatement('select * from orders')
    if (parsed.unparsable) throw new Error('unparsable')
    const { analysis } = analyse(parsed, {
      catalog: await load(client),
      state,
      prepared: () => undefined,
      cursor: () => undefined,
    })
    expect(analysis.description.effects.map(line)).toEqual(['read table:pg_temp.orders columns=*,only_here'])
    await client.query('discard temp; reset search_path')
  })
})
