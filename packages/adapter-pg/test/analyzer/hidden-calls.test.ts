import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Operator } from '../../src/catalog/snapshot.js'
import { effectLines, shop } from './support/shop.js'

const [bool, int4, text, numeric] = [16, 23, 25, 1700]
const typeNamed = (name: string): number => shop.type('shop', name)?.id ?? 0
const [quantity, plainNumber] = [typeNamed('quantity'), typeNamed('plain_number')]

/** The shop with an operator that calls `refund`. */
function withOperator(name: string, left: number, right: number, result = bool): { readonly catalog: CatalogSnapshot } {
  const [refund] = shop.userRoutinesNamed('refund')
  const operator: Operator = { schema: 'shop', name, left, right, result, function: refund?.id ?? 0 }
  const userOperatorsNamed = (written: string): readonly Operator[] =>
    written === name ? [operator] : shop.userOperatorsNamed(written)
  return { catalog: { ...shop, userOperatorsNamed } }
}

const called = 'execute function:shop.refund userDefined via=operator'

describe('an operator of a user on a domain', () => {
  it.each([
    'select amount = amount from stock',
    `select amount = '5' from stock`,
    'select 1 from stock as a join stock as b using (amount)',
    'select nullif(amount, $1) from stock',
    `select '1'::quantity = '2'::quantity`,
    `select amount = any (array['1']::quantity[]) from stock`,
    'select 1 from stock where amount in (select amount from stock)',
    `select amount in ('1'::quantity, '2') from stock`,
    'select (amount, 1) = (amount, 1) from stock',
  ])('goes before that of the server on what the domain is over: %s', async (written) => {
    expect(await effectLines(written, withOperator('=', quantity, quantity))).toContain(called)
  })

  it('counts where a list of IN turns the other side into what the domain is over', async () => {
    const list = `select amount in ('1'::quantity, '2') from stock`
    expect(await effectLines(list, withOperator('=', quantity, int4))).toContain(called)
  })

  it.each(['select amount = amount from stock', 'select 1 = 1', 'select id = 5 from orders'])(
    'leaves others as they are: %s',
    async (written) => {
      expect(await effectLines(written, withOperator('=', plainNumber, plainNumber))).not.toContain(called)
      expect(await effectLines(written, withOperator('=', int4, int4))).not.toContain(called)
    },
  )
})

describe('an operator of a user on types that only look like those of the server', () => {
  it.each([
    [`select nullif('a', 'b') = 5`, text, int4],
    [`select 5 = any (select 'x')`, int4, text],
    [`select 5 in (select 'x')`, int4, text],
    [`select nullif(1, 2.5) = 1`, numeric, int4],
  ])('is called: %s', async (written, left, right) => {
    expect(await effectLines(written, withOperator('=', left, right))).toContain(called)
  })

  it('is called on what LIKE gives where that is a user’s', async () => {
    const [reserve] = shop.userRoutinesNamed('reserve')
    const like: Operator = {
      schema: 'shop',
      name: '~~',
      left: text,
      right: text,
      result: int4,
      function: reserve?.id ?? 0,
    }
    const { catalog } = withOperator('=', int4, bool)
    const userOperatorsNamed = (name: string): readonly Operator[] =>
      name === '~~' ? [like] : catalog.userOperatorsNamed(name)
    const both = { catalog: { ...catalog, userOperatorsNamed } }
    expect(await effectLines('select (b like b) = true from lone', both)).toContain(called)
  })

  it.each([`select nullif(1, 2) = 1`, `select 5 = any (select 6)`, `select b = (nullif(b, 'x')) from lone`])(
    'is not where those of the server are exact: %s',
    async (written) => {
      expect(await effectLines(written, withOperator('=', numeric, int4))).not.toContain(called)
    },
  )
})
