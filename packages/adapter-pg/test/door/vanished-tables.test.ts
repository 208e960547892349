import type { Effect } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Relation } from '../../src/catalog/snapshot.js'
import { vanishedTable } from '../../src/door/vanished-tables.js'

const masked = [{ rule: 'pii', schema: 'public', table: 'users', column: 'email' }] as const
const read: Effect = { duty: 'read', resource: 'table:public.open', attributes: {} }
const define: Effect = { duty: 'define', resource: 'table:public.open', attributes: {} }

/** A catalog that has these tables. */
function catalogOf(...tables: readonly string[]): CatalogSnapshot {
  const relation = (schema: string, name: string): Relation | undefined =>
    tables.includes(`${schema}.${name}`) ? ({ schema, name } as Relation) : undefined
  return { relation } as unknown as CatalogSnapshot
}

describe('a table that masks name and nobody finds', () => {
  it('lets nothing be read, wherever its rows are now', () => {
    expect(vanishedTable(masked, catalogOf('public.open'), [define, read])).toEqual({
      code: 'ERR_TARGET_UNSAFE',
      message: 'refused: there is no table "public.users", whose columns are masked by pii',
      rules: ['pii'],
      hint: 'nothing is read while its rows may stand under another name: give it its name back, or have the policy changed',
    })
  })

  it('is looked for by its schema and its name', () => {
    expect(vanishedTable(masked, catalogOf('public.users'), [read])).toBeUndefined()
    expect(vanishedTable(masked, catalogOf('other.users', 'public.user'), [read])).toBeDefined()
  })

  it('may get its name back, and transactions end', () => {
    expect(vanishedTable(masked, catalogOf(), [define])).toBeUndefined()
    expect(vanishedTable(masked, catalogOf(), [])).toBeUndefined()
  })

  it('is looked for again in another catalog, and for other masks', () => {
    const catalog = catalogOf('public.users')
    const others = [...masked, { rule: 'cards', schema: 'public', table: 'cards', column: undefined }]
    expect(vanishedTable(masked, catalog, [read])).toBeUndefined()
    expect(vanishedTable(others, catalog, [read])?.rules).toEqual(['cards'])
    expect(vanishedTable(masked, catalog, [read])).toBeUndefined()
    expect(vanishedTable(masked, catalogOf(), [read])).toBeDefined()
  })

  it('is nothing to a target without masks', () => {
    expect(vanishedTable([], catalogOf(), [read])).toBeUndefined()
  })
})
