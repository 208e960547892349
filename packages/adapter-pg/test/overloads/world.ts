import type pg from 'pg'
import type { Random } from '../soak/random.js'
import { one, some } from './choices.js'

/** Columns of the tables: the same names of other types, so that what a join merges has to be told from either side. */
const tables = {
  t1: `k integer, m text, c color, i2 smallint, i4 integer, i8 bigint, n numeric, f float8, t text, vc varchar(20),
    bp character(5), b boolean, d date, ts timestamp, iv interval, w word, sm small, p pair, ia integer[], ta text[],
    ca color[], j jsonb, r int4range, u uuid, nm name`,
  t2: `k bigint, m varchar(20), c text, i4 bigint, t word, n integer, d timestamp, b boolean, x color, y integer, z pair,
    p pair, ta text[], ca color[], wa word[], j json`,
  t3: `k small, m character(5), c color, n float8, i4 small, t name, x text, y numeric, r int4range, w word`,
} as const

/** A value of each type, as an untyped literal. */
export const literals: Readonly<Record<string, string>> = {
  smallint: '3',
  integer: '4',
  bigint: '5',
  numeric: '1.5',
  'double precision': '2.5',
  text: 'red',
  'character varying': 'red',
  character: 'red',
  boolean: 'true',
  date: '2024-01-02',
  'timestamp without time zone': '2024-01-02 03:04',
  'timestamp with time zone': '2024-01-02 03:04+00',
  interval: '1 day',
  color: 'red',
  word: 'red',
  small: '7',
  pair: '(1,red)',
  'integer[]': '{1,2}',
  'text[]': '{red,blue}',
  'color[]': '{red,blue}',
  'word[]': '{red}',
  'pair[]': '{"(1,red)"}',
  jsonb: '{"a":1}',
  json: '{"a":1}',
  int4range: '[1,3)',
  uuid: '00000000-0000-0000-0000-000000000001',
  name: 'red',
}

export const types: readonly string[] = Object.keys(literals)

/** Types that turn into each other. */
const families: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric', 'double precision', 'small'],
  ['text', 'character varying', 'character', 'name', 'word', 'color'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
  ['text[]', 'word[]', 'color[]', 'integer[]', 'pair[]'],
  ['json', 'jsonb', 'pair'],
]

const userTypes = ['color', 'word', 'small', 'pair', 'color[]', 'word[]', 'pair[]']

/** Something that is called with values of types, and gives one. */
export interface Callable {
  readonly name: string
  readonly arguments: readonly string[]
  readonly result: string
  readonly kind: 'function' | 'aggregate' | 'window' | 'operator' | 'set'
}

export interface Column {
  readonly name: string
  readonly type: string
}

/** What statements can be made of. */
export interface World {
  readonly tables: ReadonlyMap<string, readonly Column[]>
  readonly callables: readonly Callable[]
  /** Names that users have something of. */
  readonly contested: ReadonlySet<string>
  /** Names of users' routines by object id. */
  readonly routines: ReadonlyMap<number, string>
}

/** Builds a database in which users have overloads of what the server has, each of which says so when it runs. */
export async function buildWorld(client: pg.Client, random: Random): Promise<void> {
  await client.query(`create type color as enum ('red', 'green', 'blue'); create domain word as text;
    create domain small as integer; create type pair as (a integer, b color);
    ${Object.entries(tables)
      .map(([name, columns]) => `create table ${name} (${columns});`)
      .join('')}`)
  for (const [name, columns] of await columnsOf(client)) {
    const values = columns.map(({ type }) => (random.next() < 0.1 ? 'null' : `'${literals[type] ?? ''}'`))
    for (let row = 0; row < 2; row += 1) await client.query(`insert into ${name} values (${values.join()})`)
  }
  const builtins = await callablesOf(client, true)
  const functions = builtins.filter(({ kind }) => kind !== 'operator')
  const operators = builtins.filter(({ kind }) => kind === 'operator')
  for (let count = random.between(20, 60); count > 0; count -= 1) {
    const model = one(random, functions)
    await attempt(client, routine(model.name, vary(random, model.arguments), one(random, types)))
  }
  for (let count = random.between(10, 40); count > 0; count -= 1) {
    const model = one(random, operators)
    const [left = '', right = ''] = vary(random, model.arguments)
    const result = random.next() < 0.8 ? model.result : one(random, types)
    await attempt(client, operator(`op_${String(count)}`, model.name, left, right, result))
  }
  for (let count = random.next() < 0.5 ? 0 : random.between(1, 6); count > 0; count -= 1) {
    const [from, to] = some(random, [one(random, userTypes), one(random, types)], 2)
    const name = `cast_${String(count)}`
    await attempt(
      client,
      `${routine(name, [from ?? ''], to ?? '')};
      create cast (${from ?? ''} as ${to ?? ''}) with function public.${name} ${one(random, ['', 'as assignment', 'as implicit'])}`,
    )
  }
  // What is announced anyway hides what is not: some worlds have neither casts nor classes.
  const share = random.next() < 0.5 ? 0 : 0.3
  for (const type of userTypes)
    if (random.next() < share) await attempt(client, operatorClass(type, random.next() < 0.7))
}

/** The world as it has become. */
export async function readWorld(client: pg.Client): Promise<World> {
  // Otherwise what is asked here might mean what users have.
  await client.query('begin; set local search_path = pg_catalog')
  try {
    return await read(client)
  } finally {
    await client.query('commit')
  }
}

async function read(client: pg.Client): Promise<World> {
  const users = await callablesOf(client, false)
  return {
    tables: new Map(await columnsOf(client)),
    callables: [...(await callablesOf(client, true)), ...users],
    contested: new Set(users.map(({ name }) => name)),
    routines: await namesById(
      client,
      `select oid, pronamespace::regnamespace || '.' || proname from pg_proc where oid >= 16384`,
    ),
  }
}

async function namesById(client: pg.Client, text: string): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<[number, string]>({ text, rowMode: 'array' })
  return new Map(rows)
}

/** Other types for some of the arguments. */
function vary(random: Random, declared: readonly string[]): readonly string[] {
  return declared.map((type) => {
    const how = random.choose({ same: 4, kin: 4, users: 2, any: 1 })
    if (how === 'same') return type
    return one(
      random,
      how === 'kin' ? (families.find((family) => family.includes(type)) ?? types) : how === 'users' ? userTypes : types,
    )
  })
}

function routine(name: string, declared: readonly string[], result: string): string {
  return `create function public."${name}"(${declared.join()}) returns ${result} immutable language plpgsql as
    $$ begin raise notice 'ran public.%', '${name}'; return '${literals[result] ?? ''}'; end $$`
}

function operator(name: string, symbol: string, left: string, right: string, result: string): string {
  const [from, operands] =
    left === '' ? [[right], `rightarg = ${right}`] : [[left, right], `leftarg = ${left}, rightarg = ${right}`]
  return `${routine(name, from, result)}; create operator public.${symbol} (function = public.${name}, ${operands})`
}

function operatorClass(type: string, isDefault: boolean): string {
  const id = type.replace('[]', 's')
  const parts = ['<', '<=', '=', '>=', '>'].map((symbol, index) => {
    const name = `${id}_${String(index)}`
    const body = `create function public.${name}(${type}, ${type}) returns boolean immutable language plpgsql set search_path = pg_catalog as
      $$ begin raise notice 'ran public.%', '${name}'; return $1::text ${symbol} $2::text; end $$`
    return `${body}; create operator public.${symbol} (function = public.${name}, leftarg = ${type}, rightarg = ${type},
      ${symbol === '=' ? 'hashes, merges' : 'restrict = scalarltsel'})`
  })
  return `${parts.join(';')};
    create function public.${id}_cmp(${type}, ${type}) returns integer immutable language plpgsql set search_path = pg_catalog as
      $$ begin raise notice 'ran public.%', '${id}_cmp'; return case when $1::text < $2::text then -1 when $1::text > $2::text then 1 else 0 end; end $$;
    create function public.${id}_hash(${type}) returns integer immutable language plpgsql set search_path = pg_catalog as
      $$ begin raise notice 'ran public.%', '${id}_hash'; return hashtext($1::text); end $$;
    create operator class public.${id}_ops ${isDefault ? 'default' : ''} for type ${type} using btree as
      operator 1 public.<, operator 2 public.<=, operator 3 public.=, operator 4 public.>=, operator 5 public.>, function 1 public.${id}_cmp(${type}, ${type});
    create operator class public.${id}_hops ${isDefault ? 'default' : ''} for type ${type} using hash as
      operator 1 public.=, function 1 public.${id}_hash(${type})`
}

/** What the server does not take is left out. */
async function attempt(client: pg.Client, text: string): Promise<void> {
  await client.query(text).catch(() => undefined)
}

async function columnsOf(client: pg.Client): Promise<[string, readonly Column[]][]> {
  const { rows } = await client.query<{ relation: string; columns: Column[] }>(`select relname as relation,
    json_agg(json_build_object('name', attname, 'type', replace(format_type(atttypid, null), 'public.', '')) order by attnum) as columns
    from pg_attribute join pg_class c on c.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and attnum > 0 group by 1 order by 1`)
  return rows.map(({ relation, columns }) => [relation, columns])
}

/** Functions that only compute, and operators, of types that there are values of. */
async function callablesOf(client: pg.Client, builtin: boolean): Promise<Callable[]> {
  const schema = builtin ? `'pg_catalog'` : `'public'`
  const { rows } = await client.query<Callable>({
    text: `select proname as name, (select coalesce(array_agg(replace(format_type(t, null), 'public.', '') order by i), '{}') from unnest(proargtypes) with ordinality x(t, i)) as arguments,
        replace(format_type(prorettype, null), 'public.', '') as result, case when proretset then 'set' else case prokind when 'a' then 'aggregate' when 'w' then 'window' else 'function' end end as kind
      from pg_proc where pronamespace = ${schema}::regnamespace and provolatile <> 'v' and provariadic = 0 and prokind <> 'p'
        and proname !~ '^(pg_|lo_|ts_|has_|inet|brin|gin|gist|spg|bt|hash|enum_|current_|session|query_to|table_to|schema_to|database_to|cursor_to|binary_|xml|to_reg|txid|row_security|in_range|array_(recv|send|in|out|sub)|.*(send|recv|sel|out|in|typanalyze|support|sortsupport)$)'
        and (select bool_and(replace(format_type(t, null), 'public.', '') = any($1)) from unnest(proargtypes::oid[] || prorettype) t)
        and proname !~ '^(op|cast)_[0-9]+$|_(cmp|hash|[0-4])$'
      union all select oprname, array[case when oprleft = 0 then '' else replace(format_type(oprleft, null), 'public.', '') end, replace(format_type(oprright, null), 'public.', '')], replace(format_type(oprresult, null), 'public.', ''), 'operator'
      from pg_operator where oprnamespace = ${schema}::regnamespace and (oprleft = 0 or replace(format_type(oprleft, null), 'public.', '') = any($1)) and replace(format_type(oprright, null), 'public.', '') = any($1)
      order by 1, 2, 3, 4`,
    values: [[...types, ...polymorphic]],
  })
  return rows
}

export const polymorphic: readonly string[] = [
  'anyelement',
  'anyarray',
  'anycompatible',
  'anycompatiblearray',
  'anynonarray',
  'anyenum',
  'record',
  '"any"',
  'anyrange',
]
