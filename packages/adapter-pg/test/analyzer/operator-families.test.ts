import { describe, expect, it } from 'vitest'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { builtinText, effectLines, sessionState, shop, shopText } from './support/shop.js'

const { operators: shopOperators } = JSON.parse(shopText) as { readonly operators: readonly (readonly number[])[] }
const routine = (name: string): number => shop.userRoutinesNamed(name)[0]?.id ?? 0
/** `money_ === integer` of the shop, which has others for its commutator and its negator. */
const amountIs = shopOperators.find(([, , , , , , own]) => own === routine('amount_is'))?.[0] ?? 0
const [int4Equal, int4Less] = [96, 97]

/** The shop where `refund` is a function of a family with these operators. */
function withFamily(...operators: readonly number[]): { readonly catalog: CatalogSnapshot } {
  const rows = JSON.parse(shopText) as object
  const operatorFamilies = [[[routine('refund')], operators]]
  return { catalog: buildCatalog(buildBuiltins(builtinText), JSON.stringify({ ...rows, operatorFamilies })) }
}

const called = 'execute function:shop.refund userDefined via=operator'

describe('functions of the family of an operator', () => {
  it('run with it, its negator and its commutator', async () => {
    const own = withFamily(amountIs)
    expect(await effectLines('select 1 === price from prices', own)).toContain(called)
    expect(await effectLines('select price === 1 from prices', own)).toContain(called)
    expect(await effectLines('select price !=== 1 from prices', own)).toContain(called)
    expect(await effectLines('select price === price from prices', own)).not.toContain(called)
  })

  it('run where a stored query has it', async () => {
    expect(await effectLines('select id from priced', withFamily(amountIs))).toContain(
      'execute function:shop.refund userDefined via=view',
    )
  })

  it.each([
    'select id < 5 from orders',
    'select (id, id) < (1, 2) from orders',
    'select id from orders order by id using <',
    'select id > 5 from orders',
    'select id >= 5 from orders',
    'select id from orders where id between 1 and 2',
    'select id operator(pg_catalog.<) 5 from orders',
  ])('run with one of the server that is in it, or turns into one that is: %s', async (text) => {
    expect(await effectLines(text)).not.toContain(called)
    expect(await effectLines(text, withFamily(int4Less))).toContain(called)
  })

  it.each(['select id = 5 from orders', `select note < 'x' from orders`, 'select id + 1 from orders order by id'])(
    'do not run with others of the server: %s',
    async (text) => {
      expect(await effectLines(text, withFamily(int4Less))).not.toContain(called)
    },
  )

  it('run with one of the server on a column whose type is not known, and behind JOIN USING, CASE and IN', async () => {
    const own = withFamily(int4Equal)
    for (const text of [
      'select a.id = $1 from orders as a',
      'select 1 from orders as a join orders as b using (id)',
      'select case id when 1 then 2 end from orders',
      'select 1 from orders where id in (select id from orders)',
      'select id <> 1 from orders',
    ]) {
      expect([text, await effectLines(text, own)]).toEqual([text, expect.arrayContaining([called]) as unknown])
    }
  })

  it('run where pg_catalog does not come first, too', async () => {
    const state = sessionState({ searchPath: ['shop', 'public', 'pg_catalog'] })
    expect(await effectLines('select id < 5 from orders', { ...withFamily(int4Less), state })).toContain(called)
  })

  it('make no operator of the server one of a user where there is none', () => {
    expect(shop.userOperatorsNamed('<')).toEqual([])
    expect(
      withFamily(int4Less)
        .catalog.userOperatorsNamed('<')
        .map(({ schema }) => schema),
    ).toEqual(['pg_catalog'])
  })
})
