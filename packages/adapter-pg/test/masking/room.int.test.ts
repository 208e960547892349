import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GovernedWorld } from './support/governed-world.js'

/** A gigabyte takes a while. */
const isWhole = process.env['BOTHKEYS_SOAK'] === '1'

/** A document of a hundred kilobytes that is as long as a text may be, but for some hundred letters, when it is written. */
const mostBytes = 2 ** 30 - 1
const digits = 131_072
const numbers = 8191
const filling = mostBytes - 300 - numbers * (digits + 2) - 4
const document = `('[' || repeat('1e131071,', ${String(numbers)}) || '"' || repeat('x', ${String(filling)}) || '"]')::jsonb`

const structure = `
create table people (id integer primary key, email text, meta jsonb, counts numeric[]);
insert into people values (1, 'short@example.org', '{}', '{}'), (2, repeat('long', 100) || '@example.org', '{}', '{}');
`
const mask = [{ id: 'pii', target: 'db', columns: ['public.people.email'], with: 'redact' }]
const isSaid = (row: number): string => `select length(concat(meta, email)) > 0 from people where id = ${String(row)}`

let client: pg.Client
let world: GovernedWorld

beforeAll(async () => {
  const { url } = await freshDatabase()
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(structure)
  world = await GovernedWorld.open(url, { allow: [{ target: 'db', duty: '*' }], policy: { mask } })
})

afterAll(async () => {
  await world.close()
  await client.end()
})

describe('a document beside a masked value', () => {
  it.runIf(isWhole)('tells how long this is, where nothing protects it', async () => {
    await client.query(`update people set meta = ${document}`)
    const size = await client.query<{ size: number }>('select pg_column_size(meta) as size from people')
    expect(Math.max(...size.rows.map((row) => row.size))).toBeLessThan(250_000)
    await expect(client.query(isSaid(1))).resolves.toMatchObject({ rowCount: 1 })
    await expect(client.query(isSaid(2))).rejects.toThrow(/maximum allowed length|out of memory|alloc/)
    await client.query("update people set meta = '{}'")
  })

  it.each([
    isSaid(1),
    'select meta::text || email from people',
    "select format('%s%s', email, counts) from people",
    'select jsonb_build_array(email, meta) from people',
    'select row(meta, email) from people',
    'select p from (select email, meta from people) p',
    'select btrim(concat(email, email, email, email, email, email, email, email, email, email, email, email, email)) from people',
  ])('is denied: %s', async (text) => {
    expect(await world.run([text])).toMatchObject({ code: '42501', rows: [] })
  })

  it.each([
    ['select email, meta from people where id = 1', ['[pii]', '{}']],
    ["select meta ->> 'a' as a, upper(email) as b from people where id = 1", [null, '[pii]']],
    ['select concat(id, meta) as a from people where id = 1', ['1{}']],
    ['select btrim(lower(email)) as a from people where id = 1', ['[pii]']],
    ["select email || ' ' || length(meta::text) as a from people where id = 1", ['[pii]']],
  ])('is given where nothing is put together: %s', async (text, row) => {
    const { error, rows } = await world.run([text])
    expect(error).toBeUndefined()
    expect(rows.map((cells) => cells.map((cell) => cell?.toString() ?? null))).toEqual([row])
  })
})

/** How many bytes an expression takes while it is worked out, for each byte of `x`, under the collation `C`. */
const working = [
  ["translate(x, 'a', 'b')", 4],
  ['btrim(x)', 8],
  ["rtrim(x, 'ab')", 8],
  ['to_jsonb(x)', 4],
  ["to_json(replace(x, 'x', e'\\x01'))", 6],
  ['string_to_array(x, null)', 16],
] as const

describe.runIf(isWhole)('the room that a server takes while it works', () => {
  it.each(working)('is as much as counts for it: %s', async (expression, times) => {
    const run = (bytes: number): Promise<unknown> =>
      client.query(`select (${expression}) is null from (values (repeat('x', ${String(Math.round(bytes))}))) v (x)`)
    await expect(run((0.97 * mostBytes) / times)).resolves.toMatchObject({ rowCount: 1 })
    await expect(run((1.03 * mostBytes) / times)).rejects.toThrow(/alloc|too large|too long|maximum|out of memory/)
  })
})
