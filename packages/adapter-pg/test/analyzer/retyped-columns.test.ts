import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Operator, Relation } from '../../src/catalog/snapshot.js'
import { effectLines, shop } from './support/shop.js'

const text = 25
const bool = 16
const money = shop.type('shop', 'money_')?.id ?? 0

/** The shop with an operator `>` of a user for another type than the column has. */
function withOperator(change: (relation: Relation) => Partial<Relation> = () => ({})): {
  readonly catalog: CatalogSnapshot
} {
  const [refund] = shop.userRoutinesNamed('refund')
  const operator: Operator = {
    schema: 'shop',
    name: '>',
    left: money,
    right: text,
    result: bool,
    functions: [refund?.id ?? 0],
  }
  const folded = shop.relation('shop', 'folded')
  if (folded === undefined) throw new Error('the shop has no table with a check')
  const changed: Relation = { ...folded, children: [], ...change(folded) }
  return {
    catalog: {
      ...shop,
      userCasts: [],
      relations: new Map(shop.relations).set(folded.id, changed),
      relation: (schema, name) => (name === 'folded' ? changed : shop.relation(schema, name)),
      userOperatorsNamed: (name) => (name === '>' ? [operator] : shop.userOperatorsNamed(name)),
    },
  }
}

const operator = 'execute function:shop.refund userDefined via=operator'
const nothing = { checks: [], statistics: [], planned: [] }

describe('a column that gets another type', () => {
  it.each([
    'alter table folded alter column b type money_ using null, add check (b > b::text)',
    'alter table folded drop column b, add column b money_, add check (b > a::text)',
    'alter table folded add column z money_, add check (z > b)',
  ])('may have it in every command of the statement: %s', async (written) => {
    expect(
      await effectLines(
        written,
        withOperator(() => nothing),
      ),
    ).toContain(operator)
  })

  it('has its own where no command gives it one', async () => {
    const written = 'alter table folded add column z money_, add check (b > a::text)'
    expect(
      await effectLines(
        written,
        withOperator(() => nothing),
      ),
    ).not.toContain(operator)
  })

  it('gives the names in checks and indexes of the table another meaning', async () => {
    const written = 'alter table folded alter column b type money_ using null'
    const lines = await effectLines(written, withOperator())
    expect(lines).toContain(operator)
    expect(await effectLines('alter table folded add column z integer', withOperator())).not.toContain(operator)
    expect(
      await effectLines(
        written,
        withOperator(() => nothing),
      ),
    ).not.toContain(operator)
  })

  it('also names of functions', async () => {
    const [use] = shop.relation('shop', 'folded')?.checks ?? []
    const upper = shop.routinesNamed('upper').find(({ builtin, arguments: [only] }) => builtin && only === text)
    if (use === undefined || upper === undefined) throw new Error('the shop has no table with a check')
    const context = withOperator(() => ({ ...nothing, checks: [{ ...use, functions: [upper.id] }] }))
    expect(await effectLines('alter table folded alter column b type varchar', context)).toContain(
      'execute function:shop.upper userDefined via=check',
    )
  })

  it('and those of its children', async () => {
    const [folded, lone] = [shop.relation('shop', 'folded'), shop.relation('shop', 'lone')]
    const child = { ...folded, id: lone?.id ?? 0, name: 'lone', children: [] } as Relation
    const { catalog } = withOperator(() => ({ ...nothing, children: [child.id] }))
    const relations = new Map(catalog.relations).set(child.id, child)
    const written = 'alter table folded alter column b type money_ using null'
    expect(await effectLines(written, { catalog: { ...catalog, relations } })).toContain(operator)
  })

  it('makes values of the literals in statistics', async () => {
    const [use] = shop.relation('shop', 'folded')?.checks ?? []
    const quantity = shop.type('shop', 'quantity')?.id ?? 0
    if (use === undefined) throw new Error('the shop has no table with a check')
    const context = withOperator(() => ({ ...nothing, statistics: [{ ...use, functions: [], types: [quantity] }] }))
    const lines = await effectLines('alter table folded alter column a type bigint', context)
    expect(lines).toContain('execute function:shop.checked userDefined via=check')
  })
})
