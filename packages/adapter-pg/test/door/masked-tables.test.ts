import type { Effect } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Relation } from '../../src/catalog/snapshot.js'
import { MaskedTables } from '../../src/door/masked-tables.js'

const masked = [{ rule: 'pii', schema: 'public', table: 'users', column: 'email' }] as const
const read: Effect = { duty: 'read', resource: 'table:public.open', attributes: {} }
const define: Effect = { duty: 'define', resource: 'table:public.open', attributes: {} }
const hint =
  'nothing is read while its rows stand under another name: give it its name back, or have the policy changed and restart'

/** A catalog that has these tables, by their object ids. */
function catalogOf(tables: Readonly<Record<number, string>>, database = 'shop'): CatalogSnapshot {
  const relations = new Map(
    Object.entries(tables).map(([id, table]) => {
      const [schema, name] = table.split('.')
      return [Number(id), { id: Number(id), schema, name } as unknown as Relation]
    }),
  )
  const relation = (schema: string, name: string): Relation | undefined =>
    [...relations.values()].find((each) => each.schema === schema && each.name === name)
  return { database, relations, relation } as unknown as CatalogSnapshot
}

describe('a table that masks name', () => {
  it('lets nothing be read when it is not there, wherever its rows are', () => {
    expect(new MaskedTables().refusal(masked, catalogOf({ 1: 'public.open' }), [define, read])).toEqual({
      code: 'ERR_TARGET_UNSAFE',
      message: 'refused: there is no table "public.users", whose columns are masked by pii',
      rules: ['pii'],
      hint,
    })
  })

  it('is looked for by its schema and its name', () => {
    expect(new MaskedTables().refusal(masked, catalogOf({ 1: 'public.users' }), [read])).toBeUndefined()
    expect(new MaskedTables().refusal(masked, catalogOf({ 1: 'a.users', 2: 'public.user' }), [read])).toBeDefined()
  })

  it('lets nothing be read while it stands under another name, whatever took its place', () => {
    const tables = new MaskedTables()
    expect(tables.refusal(masked, catalogOf({ 1: 'public.users' }), [read])).toBeUndefined()
    const moved = catalogOf({ 1: 'public.open', 2: 'public.users' })
    for (let time = 0; time < 2; time++) {
      expect(tables.refusal(masked, moved, [read])).toEqual({
        code: 'ERR_TARGET_UNSAFE',
        message: 'refused: the table "public.users" is "public.open" now, whose columns are masked by pii',
        rules: ['pii'],
        hint,
      })
    }
    expect(tables.refusal(masked, catalogOf({ 1: 'public.open', 2: 'public.users' }), [read])).toBeDefined()
    expect(tables.refusal(masked, catalogOf({ 1: 'public.users', 2: 'public.open' }), [read])).toBeUndefined()
  })

  it('may be another one once the first was dropped', () => {
    const tables = new MaskedTables()
    expect(tables.refusal(masked, catalogOf({ 1: 'public.users' }), [read])).toBeUndefined()
    expect(tables.refusal(masked, catalogOf({ 2: 'public.users' }), [read])).toBeUndefined()
    expect(tables.refusal(masked, catalogOf({ 2: 'public.open', 3: 'public.users' }), [read])).toBeDefined()
  })

  it('is another one in another database', () => {
    const tables = new MaskedTables()
    expect(tables.refusal(masked, catalogOf({ 1: 'public.users' }), [read])).toBeUndefined()
    expect(tables.refusal(masked, catalogOf({ 1: 'a.b', 2: 'public.users' }, 'other'), [read])).toBeUndefined()
  })

  it('may get its name back, and transactions end', () => {
    expect(new MaskedTables().refusal(masked, catalogOf({}), [define])).toBeUndefined()
    expect(new MaskedTables().refusal(masked, catalogOf({}), [])).toBeUndefined()
  })

  it('is looked for again in another catalog, and for other masks', () => {
    const tables = new MaskedTables()
    const catalog = catalogOf({ 1: 'public.users' })
    const others = [...masked, { rule: 'cards', schema: 'public', table: 'cards', column: undefined }]
    expect(tables.refusal(masked, catalog, [read])).toBeUndefined()
    expect(tables.refusal(others, catalog, [read])?.rules).toEqual(['cards'])
    expect(tables.refusal(masked, catalog, [read])).toBeUndefined()
    expect(tables.refusal(masked, catalogOf({}), [read])).toBeDefined()
  })

  it('is nothing to a target without masks', () => {
    expect(new MaskedTables().refusal([], catalogOf({}), [read])).toBeUndefined()
  })
})
