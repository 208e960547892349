import { freshDatabase, testServer } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { type CallFacts, isTotalCast, isTotalOperator, isTotalRoutine } from '../../src/analyzer/total-calls.js'
import { totalSignatures } from '../../src/analyzer/total-functions.js'
import type { CatalogSnapshot, Routine } from '../../src/catalog/snapshot.js'
import { readBuiltins, readCatalog } from '../battery/analyst.js'
import { type Calls, callsOf, type Passed } from './calls-tried.js'
import { oddExpressions, oddTypes, sqlType } from './odd-values.js'

/** Facts under which as much as possible is total. */
const facts: CallFacts = { oneCollation: true, boundedSize: true, timesOver: 100 }

/** Settings under which values print otherwise, and time zones as far away as the server lets them be. */
const settings = [
  `timezone = 'UTC'`,
  `timezone = '<x>+167'; set datestyle = 'German'; set intervalstyle = 'iso_8601'; set bytea_output = 'escape'`,
  `timezone = '<x>-167'; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard'; set extra_float_digits = -15`,
]

let client: pg.Client
let catalog: CatalogSnapshot
const ids = new Map<string, number>()
const routines = new Map<string, Routine>()

beforeAll(async () => {
  const { superuserUrl } = await freshDatabase()
  client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  await client.query(`create type mood as enum ('sad', 'it''s "fine"'); create domain word as text check (value <> 'x');
    create type pair as (a int4, b text, c jsonb, d mood, e timestamptz[])`)
  for (const type of oddTypes) {
    const values = oddExpressions(type).map((value) => `(${value})`)
    await client.query(`create table "odd ${type}" as select v from (values ${values.join(',')}) x(v)`)
  }
  catalog = await readCatalog(client, await readBuiltins(client))
  const { rows } = await client.query<{ name: string; id: number }>(
    `select v as name, to_regtype(w)::oid::int8::int4 as id from unnest($1::text[], $2::text[]) u(v, w)`,
    [oddTypes, oddTypes.map(sqlType)],
  )
  for (const { name, id } of rows) ids.set(name, id)
  const known = await client.query<{ id: number; signature: string }>(
    `select oid::int8::int4 as id, proname || '(' || array_to_string(array(
       select case when provariadic <> 0 and place = cardinality(proargtypes::oid[])
              then (case provariadic when 2276 then 'any' else (select typname from pg_type where oid = provariadic) end) || '…'
              when a.oid is not null then a.typname || '[]' else t.typname end
         from unnest(proargtypes) with ordinality u(type, place) join pg_type t on t.oid = type
         left join pg_type a on a.typarray = type order by place), ',') || ')' as signature
       from pg_proc where pronamespace = 'pg_catalog'::regnamespace`,
  )
  for (const { id, signature } of known.rows) {
    const routine =
      catalog.routines.get(id) ?? catalog.routinesNamed(signature.replace(/\(.*/, '')).find((r) => r.id === id)
    if (routine !== undefined) routines.set(signature, routine)
  }
})

afterAll(() => client.end())

const idOf = (type: string): number => (type === 'unknown' ? 705 : (ids.get(type) ?? -1))

/** What the server says to queries: to all of them, and again under each of the settings to those that one may change. */
async function failuresOf(queries: readonly string[]): Promise<readonly string[]> {
  const failures: string[] = []
  for (const [index, setting] of settings.entries()) {
    await client.query(`set ${setting}`)
    for (const query of queries) {
      if (index > 0 && !/odd (?:date|time|interval|bytea|float|pair)/.test(query)) continue
      await client.query(query).catch((cause: unknown) => failures.push(`${query}: ${String(cause)}`))
    }
  }
  return failures
}

/** Every value that comes of an expression, printed. */
function printing(expression: string, sides: readonly Passed[]): string {
  const from = sides.flatMap((side, index) => (side.column ? [`"odd ${side.type}" as t${String(index)}`] : []))
  return `select count(concat(x)) from (select ${expression} as x ${from.length > 0 ? `from ${from.join(', ')}` : ''} offset 0) y`
}

describe('a routine of the list', () => {
  it('gives no names, whose collation is one of their own', () => {
    const listed = [...totalSignatures()].flatMap((signature) => routines.get(signature) ?? [])
    expect(listed.filter(({ result }) => result === 19 || result === 1003)).toEqual([])
  })

  it('exists on a server of the versions that are tried, gives one row and is not volatile', () => {
    const missing = [...totalSignatures()].filter((signature) => !routines.has(signature))
    const younger = new Set(
      `reverse(bytea) crc32(bytea) crc32c(bytea) casefold(text) min(bytea) max(bytea) to_bin(int4) to_bin(int8) to_oct(int4)
       to_oct(int8) uuid_extract_timestamp(uuid) uuid_extract_version(uuid)`.split(/\s+/),
    )
    const isNew = testServer().majorVersion >= 18
    const isElsewhere = (signature: string): boolean =>
      isNew ? signature === 'jsonb_strip_nulls(jsonb)' : younger.has(signature)
    expect(missing.filter((signature) => !isElsewhere(signature))).toEqual([])
    const listed = [...totalSignatures()].flatMap((signature) => routines.get(signature) ?? [])
    expect(listed.filter(({ returnsSet, volatility }) => returnsSet || volatility === 'volatile')).toEqual([])
  })

  it('raises nothing at any odd value, whatever it is called with that makes it total', async () => {
    const queries = new Set<string>()
    const tried = new Set<string>()
    for (const signature of totalSignatures()) {
      const routine = routines.get(signature)
      if (routine === undefined) continue
      const isTotal = (passed: readonly Passed[]): boolean => {
        const types = passed.map(({ type }) => idOf(type))
        return isTotalRoutine(catalog, routine, types, { ...facts, literals: passed.map(({ literal }) => literal) })
      }
      for (const { plain, isFirst, constant } of callsOf(signature, oddTypes)) {
        for (const passed of isTotal(plain)
          ? [plain]
          : fewestConstants(constant, isTotal).slice(0, isFirst ? undefined : 1)) {
          tried.add(signature)
          const args = passed.map((side, index) => (side.column ? `t${String(index)}.v` : side.text))
          const call = `pg_catalog."${routine.name}"(${signature === 'count()' ? '*' : args.join(', ')})`
          queries.add(printing(routine.kind === 'window' ? `${call} over ()` : call, passed))
        }
      }
    }
    expect(await failuresOf([...queries])).toEqual([])
    // What no call was found for has shown nothing.
    const silent = [...totalSignatures()].filter((signature) => routines.has(signature) && !tried.has(signature))
    expect(silent).toEqual([])
  })
})

/** Total calls with constants at places of which no fewer make one. */
function fewestConstants(
  constant: Calls['constant'],
  isTotal: (passed: readonly Passed[]) => boolean,
): readonly (readonly Passed[])[] {
  const enough: (readonly number[])[] = []
  return constant.flatMap(({ places, calls }) => {
    if (enough.some((fewer) => fewer.every((place) => places.includes(place)))) return []
    const total = calls.filter(isTotal)
    if (total.length > 0) enough.push(places)
    return total
  })
}

describe('an operator of the list', () => {
  it('raises nothing at any pair of odd values', async () => {
    const names = [
      ...new Set(
        (
          await client.query<{ name: string }>(
            `select distinct oprname as name from pg_operator where oprnamespace = 'pg_catalog'::regnamespace`,
          )
        ).rows.map(({ name }) => name),
      ),
    ]
    const queries: string[] = []
    let tried = 0
    const sides = [...oddTypes, 'unknown']
    for (const left of ['-', ...sides]) {
      for (const right of sides) {
        const literals = [undefined, right === 'unknown' ? literalOf(left) : undefined]
        const [first, second] = [left === '-' ? 0 : idOf(left), idOf(right)]
        const total = names.filter((name) => isTotalOperator(catalog, name, first, second, { ...facts, literals }))
        if (total.length === 0) continue
        tried += total.length
        const write = (type: string, other: string, place: number): string =>
          type === '-' ? '' : type === 'unknown' ? `'${literalOf(other)}'` : `t${String(place)}.v`
        const expression = `concat(${total
          .map((name) => `${write(left, right, 0)} ${name} ${write(right, left, 1)}`)
          .join(', ')})`
        queries.push(
          printing(
            expression,
            [left, right].map((type) => ({ type, column: type !== '-' && type !== 'unknown', text: '' })),
          ),
        )
      }
    }
    expect(await failuresOf(queries)).toEqual([])
    expect(tried).toBeGreaterThan(800)
  })
})

/** A literal that turns into what stands on the other side. */
function literalOf(type: string): string {
  if (type.endsWith('[]')) return '{}'
  if (/^(?:int|oid|float|numeric|bit|varbit|bool)/.test(type)) return '1'
  return (
    new Map([
      ['date', '2024-01-02'],
      ['timestamp', '2024-01-02'],
      ['timestamptz', '2024-01-02'],
      ['time', '12:34'],
      ['timetz', '12:34+01'],
      ['interval', '1 day'],
      ['jsonb', '{}'],
      ['inet', '1.2.3.4'],
      ['cidr', '1.2.3.4'],
      ['macaddr', '08:00:2b:01:02:03'],
      ['macaddr8', '08:00:2b:01:02:03:04:05'],
      ['uuid', '00000000-0000-0000-0000-000000000000'],
      ['mood', 'sad'],
    ]).get(type) ?? 'a'
  )
}

describe('a cast of the list', () => {
  it('raises nothing at any odd value', async () => {
    const queries: string[] = []
    let tried = 0
    for (const source of oddTypes) {
      for (const target of oddTypes) {
        for (const modified of [false, true]) {
          if (!isTotalCast(catalog, idOf(source), idOf(target), { ...facts, modified })) continue
          tried += 1
          const written = modified ? (target === 'varchar' ? 'varchar(3)' : 'character(3)') : sqlType(target)
          queries.push(printing(`t0.v::${written}`, [{ type: source, column: true, text: '' }]))
        }
      }
    }
    expect(await failuresOf(queries)).toEqual([])
    expect(tried).toBeGreaterThan(300)
  })
})
