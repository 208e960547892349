import type pg from 'pg'

type Value = string | number | null
type Make = (random: () => number, row: number) => Value

/** A column whose values the tests change while all others stay. */
export interface BaseColumn {
  readonly table: string
  readonly column: string
}

const rows = 7
const letters = 'abxyz'

const word: Make = (random) => letters[Math.floor(random() * 5)] + String(Math.floor(random() * 3))
const email: Make = (random) =>
  random() < 0.15 ? null : `${letters[Math.floor(random() * 5)] ?? ''}${String(Math.floor(random() * 1e6))}@x`
const few =
  (count: number): Make =>
  (random) =>
    1 + Math.floor(random() * count)
const letter: Make = (random) => 'abx'[Math.floor(random() * 3)] ?? null
const sometimes =
  (make: Make): Make =>
  (random, row) =>
    random() < 0.3 ? null : make(random, row)
const json: Make = (random) => JSON.stringify({ [letter(random, 0) ?? '']: few(9)(random, 0), b: word(random, 0) })
/** The numbers of the rows, in some order. */
const key: Make = (random, row) => {
  const from = Math.floor(random.call(undefined) * rows)
  return 1 + ((row + from) % rows)
}

const tables: Readonly<Record<string, Readonly<Record<string, Make>>>> = {
  people: { id: key, email, called: letter, grp: few(3), boss: sometimes(few(rows)), doc: json },
  purchases: { id: key, person: few(rows), total: few(5), note: letter },
  log: { id: key, at: few(20), email, note: word },
  animals: { id: key, name: word },
  cats: { id: key, name: word, lives: few(9) },
  dogs: { id: key, name: word, owner: word },
  made: { id: key, email },
  'odd :varno {': { ':varattno 0': few(9), 'a"b (x': word, '\\ }': word },
  parted: { id: key, region: (random) => 'ab'[Math.floor(random() * 2)] ?? null, email },
}

export const baseColumns: readonly BaseColumn[] = Object.entries(tables).flatMap(([table, columns]) =>
  Object.keys(columns).map((column) => ({ table, column })),
)

/** Fills every table anew, by a seed; the values of one column by another one. */
export async function fill(client: pg.Client, seed: number, changed?: BaseColumn): Promise<void> {
  await client.query(`truncate ${Object.keys(tables).map(quoted).join(', ')}`)
  for (const [table, columns] of Object.entries(tables)) {
    const names = Object.keys(columns)
    const values = names.map((column) => {
      const isChanged = changed?.table === table && changed.column === column
      const random = randomBy(`${String(seed)} ${table} ${column} ${isChanged ? 'changed' : ''}`)
      const make = columns[column]
      // The rows of a key are numbered from one place on.
      const shared = make === key ? constant(random()) : random
      return Array.from({ length: rows }, (_, row) => make?.(shared, row) ?? null)
    })
    const tuples = Array.from(
      { length: rows },
      (_, row) => `(${values.map((column) => literal(column[row] ?? null)).join(', ')})`,
    )
    await client.query(`insert into ${quoted(table)} (${names.map(quoted).join(', ')}) values ${tuples.join(', ')}`)
  }
  await client.query('refresh materialized view m_plain; refresh materialized view m_fails')
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(value: Value): string {
  if (value === null) return 'null'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

function constant(value: number): () => number {
  return () => value
}

/** Mulberry32 over a hash of the seed. */
function randomBy(seed: string): () => number {
  let state = 2_166_136_261
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
