import { describe, expect, it } from 'vitest'
import type { Relation } from '../../src/catalog/snapshot.js'
import { effectLines, sessionState, shop } from './support/shop.js'

const reads = async (text: string): Promise<readonly string[]> =>
  (await effectLines(text)).filter((line) => line.startsWith('read ')).toSorted()

describe('columns that a definition reads', () => {
  it.each([
    ['create index on items (sku)', ['table:shop.items via=define columns=sku']],
    [
      'create index on only items (order_id desc) include (amount)',
      ['table:shop.items via=define columns=amount,order_id'],
    ],
    ['create unique index on items (lower(sku)) where amount > 0', ['table:shop.items via=define columns=amount,sku']],
    [
      'create index on events (at)',
      [
        'table:shop.events kind=partitioned-table via=define columns=at',
        'table:shop.events_2024 via=define columns=at',
        'table:shop.events_2025 via=define columns=at',
      ],
    ],
    ['alter table items add check (amount > 0)', ['table:shop.items via=define columns=amount']],
    ['alter table items add unique (sku) include (amount)', ['table:shop.items via=define columns=amount,sku']],
    ['alter table items add primary key (order_id)', ['table:shop.items via=define columns=order_id']],
    ['alter table items add not null sku', ['table:shop.items via=define columns=sku']],
    [
      'alter table items add unique using index items_sku',
      ['table:shop.items via=define columns=*,amount,order_id,sku'],
    ],
    [
      'alter table items add exclude using btree (sku with =) where (amount > 0)',
      ['table:shop.items via=define columns=amount,sku'],
    ],
    [
      'alter table items add foreign key (sku) references customers (email)',
      ['table:shop.customers via=define columns=email', 'table:shop.items via=define columns=sku'],
    ],
    [
      'alter table items add foreign key (amount) references orders',
      ['table:shop.items via=define columns=amount', 'table:shop.orders via=define columns=id'],
    ],
    ['alter table items add column x integer references orders', ['table:shop.orders via=define columns=id']],
    [
      'alter table items add column x text generated always as (sku) stored check (amount > 0)',
      ['table:shop.items via=define columns=amount,sku'],
    ],
    ['alter table items alter amount type text', ['table:shop.items via=define columns=amount']],
    [
      'alter table orders alter id type bigint, alter note type text',
      ['table:shop.items via=define columns=order_id', 'table:shop.orders via=define columns=id,note'],
    ],
    ['alter table orders alter note type text', ['table:shop.orders via=define columns=note']],
    ['alter table items alter amount type text using sku', ['table:shop.items via=define columns=amount,sku']],
    ['alter table items alter amount type text using (items).sku', ['table:shop.items via=define columns=amount,sku']],
    [
      'alter table items alter amount type text using items::text',
      ['table:shop.items via=define columns=*,amount,order_id,sku'],
    ],
    ['alter table items alter amount set expression as (length(sku))', ['table:shop.items via=define columns=sku']],
    ['alter table items alter sku set not null', ['table:shop.items via=define columns=sku']],
    [
      'alter table items validate constraint x',
      ['table:shop.items via=define columns=*,amount,order_id,sku', 'table:shop.orders via=define columns=id'],
    ],
    [
      'alter table items alter constraint x enforced',
      ['table:shop.items via=define columns=*,amount,order_id,sku', 'table:shop.orders via=define columns=id'],
    ],
    [
      'alter table animals alter name type varchar',
      ['table:shop.animals via=define columns=name', 'table:shop.cats via=define columns=name'],
    ],
    ['alter type shape alter attribute b type varchar cascade', ['table:shop.shaped via=define columns=b']],
    ['create statistics on sku, (amount + 1) from items', ['table:shop.items via=define columns=amount,sku']],
    ['create table fresh (id integer references orders)', ['table:shop.orders via=define columns=id']],
    [
      'create table fresh (mail text, foreign key (mail) references customers (email))',
      ['table:shop.customers via=define columns=email'],
    ],
    [
      'create table fresh partition of folded_days for values from (1) to (2)',
      ['table:shop.folded_days_rest via=define columns=*,a,at'],
    ],
    [
      `alter table days attach partition visits for values from ('2025-01-01') to ('2026-01-01')`,
      ['table:shop.visits via=define columns=at'],
    ],
    ['alter domain plain_number add check (value < 9)', []],
    ['alter domain quantity add check (value < 9)', ['table:shop.stock via=define columns=amount']],
    ['alter domain quantity set not null', ['table:shop.stock via=define columns=amount']],
    ['alter domain quantity validate constraint x', ['table:shop.stock via=define columns=amount']],
  ])('%s', async (text, expected) => {
    expect(await reads(text)).toEqual(expected.map((line) => `read ${line}`))
  })

  it.each([
    'create table fresh (id integer primary key, n text check (n > id::text), m text generated always as (n) stored)',
    'create table fresh (like customers including all)',
    `create table fresh partition of events for values from ('2030-01-01') to ('2031-01-01')`,
    'create view v as select email from customers',
    'create trigger t before update on items for each row when (old.sku is null) execute function noted()',
    'create policy p on items using (sku is null)',
    'alter table items add column x integer default 1',
    'alter table items drop column sku',
    'alter table items alter sku set default 1',
    'alter table items alter constraint x deferrable',
    'alter table items rename sku to x',
    'alter table events detach partition events_2024',
    'alter domain quantity drop not null',
    'alter domain quantity set default 1',
    'alter domain quantity drop constraint x',
  ])('none: %s', async (text) => {
    expect(await reads(text)).toEqual([])
  })
})

describe('a column that gets another name', () => {
  it.each([
    ['alter table items rename sku to x', ['table:shop.items columns=sku,x']],
    ['alter view open_orders rename column note to x', ['table:shop.open_orders columns=note,x']],
    [
      'alter table animals rename name to x',
      ['table:shop.animals columns=name,x', 'table:shop.cats object=child columns=name,x'],
    ],
    ['alter table only animals rename name to x', ['table:shop.animals columns=name,x']],
    [
      'alter type shape rename attribute a to x cascade',
      ['type:shop.shape columns=a,x', 'table:shop.shaped columns=a,x'],
    ],
  ])('is said with both: %s', async (text, expected) => {
    expect(await effectLines(text)).toEqual(expected.map((line) => `define ${line}`))
  })
})

const calls = async (text: string): Promise<readonly string[]> =>
  (await effectLines(text)).flatMap((line) => /^execute function:shop\.(\w+)/.exec(line)?.[1] ?? []).toSorted()

describe('functions that the server computes for a definition', () => {
  it.each([
    ['create index on folded (b)', ['constant', 'sometimes']],
    ['create statistics on a, b from folded', ['constant', 'sometimes']],
    ['truncate folded', ['constant', 'constant']],
    ['truncate only folded', ['constant']],
    ['truncate referred cascade', ['constant']],
    ['create table fresh (like folded including indexes)', ['constant', 'sometimes']],
    ['create table fresh partition of folded_days for values from (9) to (10)', ['constant']],
    ['alter table refers add unique (a)', ['constant']],
    ['alter table items add foreign key (amount) references referred', ['constant']],
    ['alter table days attach partition folded for values in (1)', ['constant', 'sometimes']],
    ['alter table inlined inherit folded', ['constant', 'constant', 'picked', 'sometimes']],
    ['alter type shape add attribute c integer cascade', ['checked']],
    ['create table fresh (a integer generated always as (constant(1)) stored)', ['constant']],
    ['create table fresh (a integer, exclude using btree ((constant(1)) with =))', ['constant', 'same_money']],
    ['create table fresh (a integer) partition by range (constant(1))', ['constant']],
    ['create table fresh (a integer, b integer generated always as (a || 1) stored)', ['concat_all']],
    ['create table fresh (a text, b text generated always as (a || 1) stored)', []],
  ])('%s', async (text, expected) => {
    expect([...new Set(await calls(text))]).toEqual([...new Set(expected)])
  })

  it.each([
    'create table fresh (a integer default constant(1) check (constant(1) > 0), check (constant(1) > 0))',
    'create table fresh (a integer references referred)',
    'create table fresh () inherits (folded)',
    'create trigger t before insert on folded for each row execute function noted()',
    'comment on table folded is null',
    'alter table folded rename a to x',
    'drop table folded',
  ])('none: %s', async (text) => {
    expect(await calls(text)).toEqual([])
  })
})

describe('functions of operator classes', () => {
  const items = shop.relation('shop', 'items')
  const [refund] = shop.userRoutinesNamed('refund')

  it.each(['searches', 'comparisons'] as const)('run when the server looks at a table with such %s', async (field) => {
    if (items === undefined || refund === undefined) throw new Error('the shop has no items')
    const changed: Relation = { ...items, [field]: [refund.id] }
    const catalog = {
      ...shop,
      relations: new Map([...shop.relations, [items.id, changed] as const]),
      relation: (schema: string, name: string) => (name === 'items' ? changed : shop.relation(schema, name)),
    }
    for (const text of ['create index on items (sku)', 'alter table items add unique (sku)', 'vacuum items']) {
      expect((await effectLines(text, { catalog })).join()).toContain('execute function:shop.refund')
    }
  })
})

describe('what is changed', () => {
  const state = sessionState({ searchPath: ['pg_catalog', 'public', 'shop'] })

  it.each([
    ['alter type shape add attribute z integer', 'type:shop.shape'],
    ['alter domain plain_number add check (value < 9)', 'type:shop.plain_number'],
    ['alter type shape set (storage = plain)', 'type:shop.shape'],
    ['alter function refund(integer) security definer', 'function:shop.refund'],
    ['alter operator === (money_, money_) set (hashes)', 'operator:shop.==='],
  ])('is where its name is found, not where it would be made: %s', async (text, target) => {
    const lines = await effectLines(text, { state })
    expect(lines.filter((line) => line.startsWith('define ') && !line.includes('table:'))).toEqual([`define ${target}`])
  })

  it('may be in any schema where that cannot be told', async () => {
    expect(await effectLines('alter statistics numbers set statistics 5', { state })).toEqual([
      'define statistics:public.numbers',
      'define statistics:shop.numbers',
    ])
  })
})

describe('CASCADE', () => {
  it.each([
    ...'table items,view open_orders,function refund(integer),type pair,schema hr,sequence s,index i,extension e,server s'
      .split(',')
      .map((what) => `drop ${what} cascade`),
    'drop trigger t on items cascade',
    'drop policy p on items cascade',
    'drop owned by bob cascade',
    'alter table items drop column sku cascade',
    'alter table items drop constraint x cascade',
    'alter domain quantity drop constraint x cascade',
    'truncate orders cascade',
    'revoke all on items from bob cascade',
    'revoke dba from bob cascade',
  ])('is among the attributes, so that a rule can be about it: %s', async (text) => {
    expect((await effectLines(text)).filter((line) => / cascade\b/.test(line))).not.toEqual([])
    const plain = await effectLines(text.replace(' cascade', ''))
    expect(plain.filter((line) => / cascade\b/.test(line))).toEqual([])
  })
})
