import { describe, expect, it } from 'vitest'
import { viewCatalog } from '../catalog/support/view-catalogs.js'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { builtinText, shopText } from '../analyzer/support/shop.js'
import { plainShop, toldOf } from './support.js'

type Row = readonly unknown[]

function typeId(name: string): number {
  const found = plainShop.type('pg_catalog', name) ?? plainShop.type('shop', name)
  if (found === undefined) throw new Error(`no type ${name}`)
  return found.id
}

/** The shop whose customers have a name of this type; `part` is in the rows `shape` and under the domain `plain_number`. */
function shopNaming(type: string, part = 'text'): CatalogSnapshot {
  const parts = JSON.parse(shopText) as Record<string, readonly Row[]>
  const retyped = (row: Row, column: string, to: string): Row =>
    row.with(
      7,
      (row[7] as readonly Row[]).map((each) => (each[0] === column ? each.with(2, typeId(to)) : each)),
    )
  const relations = parts['relations']?.map((row) => {
    if (row[2] === 'customers') return retyped(row, 'name', type)
    return row[2] === 'shape' ? retyped(row, 'b', part) : row
  })
  const types = parts['types']?.map((row) => (row[2] === 'plain_number' ? row.with(4, typeId(part)) : row))
  const changed = { ...parts, relations, types, operators: [], casts: [] }
  return buildCatalog(buildBuiltins(builtinText), JSON.stringify(changed))
}

const documents = shopNaming('jsonb')
const together = 'customers.email customers.name > customers.email customers.name'
const given = 'customers.email customers.name'

describe('a document, which may be written much longer than it is stored', () => {
  it.each([
    'concat(email, name)',
    'email || name::text',
    'name::text || email',
    "format('%s %s', email, name)",
    "concat_ws(' ', name, email)",
    'concat(email, lower(name::text))',
    'concat(email, (SELECT c.name FROM customers c WHERE c.id = 1))',
    "concat(email, coalesce(name::text, 'none'))",
    'concat((SELECT s.a FROM (SELECT name::text AS a) s LIMIT 1), email)',
    'json_build_array(email, name)',
    "jsonb_build_object('a', email, 'b', name)",
    'to_jsonb(email) || name',
    'name || to_jsonb(email)',
    'ARRAY[email, name::text]',
    'ROW(email, name)',
    'greatest(email, name::text)',
    'name::text < email',
  ])('is put together with no other value: %s', async (value) => {
    expect(await toldOf(`SELECT ${value} FROM customers WHERE id = 1`, { catalog: documents })).toMatch(
      new RegExp(`^${together} [?] customers.id`),
    )
  })

  it('is in no row with another value', async () => {
    const text = 'SELECT s FROM (SELECT email, name FROM customers) s'
    expect(await toldOf(text, { catalog: documents })).toBe(together)
    expect(await toldOf('SELECT s FROM (SELECT name FROM customers) s', { catalog: documents })).toBe('customers.name')
    const whole = /^customers\.\* customers\.email .* > customers\.\* customers\.email /
    expect(await toldOf('SELECT c FROM customers c', { catalog: documents })).toMatch(whole)
    expect(await toldOf('SELECT c FROM customers c')).not.toContain('>')
    expect(await toldOf('SELECT count(c) FROM customers c', { catalog: documents })).toContain('>')
  })

  it.each([
    'concat(id, name)',
    'concat(name, name)',
    'ROW(name, name)',
    'min(name::text)',
    'string_agg(name::text, id)',
  ])('is put together with no number either, nor with another value of itself: %s', async (value) => {
    const text = `SELECT ${value} FROM customers`
    expect(await toldOf(text, { catalog: documents })).toMatch(/ > customers\..*name$/)
  })

  it('is put together with none of another row', async () => {
    const text = (rows: number): string => `SELECT ARRAY(SELECT name::text FROM customers LIMIT ${String(rows)})`
    expect(await toldOf(text(1), { catalog: documents })).toBe('customers.name')
    expect(await toldOf(text(2), { catalog: documents })).toBe('customers.name > customers.name')
  })

  it.each([
    "name ->> 'a'",
    'name::text',
    "'x' || name::text",
    "concat('a: ', name, now())",
    'lower(trim(name::text))',
    "coalesce(name::text, 'none')",
    "left(name::text, 3) || '***'",
    "json_build_object('a', name)",
    'ARRAY[name::text]',
    "string_agg(name::text, ',')",
    '(SELECT c.name::text FROM customers c WHERE c.id = 1)',
    "name @> '{}'",
  ])('is given alone, with constants around it: %s', async (value) => {
    const text = `SELECT ${value} FROM customers WHERE id = 1`
    expect(await toldOf(text, { catalog: documents })).toMatch(/^customers\.name \? customers\.id( customers\.id)?$/)
  })

  it.each([
    "email, name ->> 'a'",
    'email, name',
    'CASE WHEN true THEN email ELSE name::text END',
    'concat(email, length(name::text))',
    "email, name ? 'a'",
  ])('stands beside others: %s', async (values) => {
    expect(await toldOf(`SELECT ${values} FROM customers`, { catalog: documents })).not.toContain('>')
  })

  it.each([
    ['numbers in an array', '_numeric', 'text'],
    ['JSON in an array', '_jsonb', 'text'],
    ['many ranges', 'nummultirange', 'text'],
    ['ranges in an array', '_numrange', 'text'],
    ['a row of JSON', 'shape', 'jsonb'],
    ['a row of numbers in an array', 'shape', '_numeric'],
    ['rows of numbers in an array', '_shape', 'numeric'],
    ['a domain over JSON', 'plain_number', 'jsonb'],
  ])('is one by its type: %s', async (_name, type, part) => {
    const catalog = shopNaming(type, part)
    expect(await toldOf('SELECT ROW(email, name) FROM customers', { catalog })).toBe(together)
    expect(await toldOf('SELECT ROW(name) FROM customers', { catalog })).toBe('customers.name')
  })

  it.each([
    ['a row', 'shape', 'text'],
    ['a row of numbers', 'shape', 'numeric'],
    ['rows in an array', '_shape', 'text'],
    ['a domain', 'plain_number', 'text'],
  ])('is none by its type: %s', async (_name, type, part) => {
    const catalog = shopNaming(type, part)
    expect(await toldOf('SELECT ROW(email, name) FROM customers', { catalog })).toBe(given)
  })

  it.each(['text', 'json', 'xml', 'bytea', 'varbit', 'numeric', '_text', '_int4', 'int4range', 'point', 'name'])(
    'is none by its type: %s',
    async (type) => {
      expect(await toldOf('SELECT ROW(email, name) FROM customers', { catalog: shopNaming(type) })).toBe(given)
    },
  )
})

describe('the room of a value', () => {
  it.each([
    ['text', 98, 100],
    ['bytea', 24, 25],
    ['varbit', 12, 13],
    ['_text', 19, 20],
    ['_bytea', 9, 10],
    ['shape', 47, 49],
    ['_mood', 6, 7],
    ['numeric', 100, 7000],
    ['timestamptz', 100, 0],
  ])('is what it takes when it is written: %s', async (type, few, most) => {
    const catalog = shopNaming(type)
    const text = (count: number): string => {
      const names = Array.from(
        { length: Math.ceil(count / 90) },
        (_, at) => `concat(${Array.from({ length: Math.min(90, count - at * 90) }, () => 'name').join(', ')})`,
      )
      return `SELECT concat(email, ${names.join(', ')}) FROM customers`
    }
    expect(await toldOf(text(few), { catalog })).toBe(given)
    if (most > 0) expect(await toldOf(text(most), { catalog })).toBe(together)
  })

  it.each([
    ['bytea', 12, 13],
    ['varbit', 6, 7],
    ['_bytea', 4, 5],
  ])('is in a row what the field of it takes that is written longest: %s', async (part, few, most) => {
    const catalog = shopNaming('shape', part)
    const text = (count: number): string =>
      `SELECT concat(email, ${Array.from({ length: count }, () => 'name').join(', ')}) FROM customers`
    expect(await toldOf(text(few), { catalog })).toBe(given)
    expect(await toldOf(text(most), { catalog })).toBe(together)
  })

  it('is not known of rows that do not end', async () => {
    const catalog = shopNaming('shape', 'shape')
    expect(await toldOf('SELECT concat(email, length(name::text)) FROM customers', { catalog })).toBe(together)
  })

  it.each(['bytea', 'path'])('counts in a row that has it twice: %s', async (type) => {
    const catalog = shopNaming(type)
    const text = (count: number): string =>
      `SELECT ${Array.from({ length: count }, () => 'name').join(', ')} FROM customers`
    expect(await toldOf(text(51), { catalog })).not.toContain('>')
    expect(await toldOf(text(52), { catalog })).toContain('>')
  })

  it('is short for a name of an enum', async () => {
    const text = `SELECT ${Array.from({ length: 500 }, () => 'name').join(', ')} FROM customers`
    expect(await toldOf(text, { catalog: shopNaming('mood') })).not.toContain('>')
  })

  it('is three times that of a stored one where a view makes it', async () => {
    const catalog = viewCatalog(18)
    const text = (count: number): string =>
      `SELECT concat(${Array.from({ length: count }, () => 'n').join(', ')}) FROM v_expression`
    expect(await toldOf(text(33), { catalog })).not.toContain('>')
    expect(await toldOf(text(34), { catalog })).toContain('>')
  })

  it('is small for a parameter of a type that is short', async () => {
    const text = 'SELECT concat(email, $1) FROM customers'
    expect(await toldOf(text, { parameterTypes: [23] })).toBe('customers.email')
    expect(await toldOf(text, { parameterTypes: [25] })).toBe('customers.email > customers.email')
  })
})
