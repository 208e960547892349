import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Operator, Routine } from '../../src/catalog/snapshot.js'
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

/** The shop with other routines of users of one name, each like `refund`. */
function withRoutines(...routines: readonly Partial<Routine>[]): { readonly catalog: CatalogSnapshot } {
  const [refund] = shop.userRoutinesNamed('refund')
  if (refund === undefined) throw new Error('the shop has no refund')
  const made = routines.map((routine, index) => ({ ...refund, id: 900_000 + index, ...routine }))
  const named = (name: string): readonly Routine[] => made.filter((routine) => routine.name === name)
  return {
    catalog: {
      ...shop,
      routines: new Map([...shop.routines, ...made.map((routine): [number, Routine] => [routine.id, routine])]),
      routinesNamed: (name) => [...shop.routinesNamed(name), ...named(name)],
      userRoutinesNamed: (name) => [...shop.userRoutinesNamed(name), ...named(name)],
    },
  }
}

describe('a call with names for its arguments', () => {
  const lower = withRoutines({ name: 'lower', arguments: [int4, text], defaults: 2 })

  it.each([
    `select lower(b => 'x'::text)`,
    `select lower(b => 'x')`,
    `select lower(b := b) from lone`,
    `select lower(b => b, a => 1) from lone`,
    `select lower(1, b => b) from lone`,
  ])('means a routine that a user declares with such arguments, whatever their order: %s', async (written) => {
    expect(await effectLines(written, lower)).toContain('execute function:shop.lower userDefined')
  })

  it('means one of the server where the types say so and nothing is named', async () => {
    expect(await effectLines('select lower(b) from lone', lower)).toEqual(['read table:shop.lone columns=b'])
  })

  it('leaves out routines that the arguments without names do not fit', async () => {
    const two = withRoutines(
      { name: 'lower', schema: 'shop', arguments: [int4, text], defaults: 1 },
      { name: 'lower', schema: 'public', arguments: [bool, text], defaults: 1 },
    )
    expect(await effectLines('select lower(true, b => $1)', two)).toEqual(['execute function:public.lower userDefined'])
  })

  it('means procedures that CALL names alike', async () => {
    const procedures = withRoutines({ name: 'settle', schema: 'public', kind: 'procedure', arguments: [text, int4] })
    expect(await effectLines('call settle(b => 1, a => $1)', procedures)).toContain(
      'execute function:public.settle userDefined procedure',
    )
  })
})

describe('a routine that takes more than it says', () => {
  it('is a procedure whose OUT arguments are written in CALL', async () => {
    const procedures = withRoutines(
      { name: 'settle', schema: 'public', kind: 'procedure', arguments: [int4], outputs: [int4, int4] },
      { name: 'settle', schema: 'shop', kind: 'procedure', arguments: [int4, text] },
    )
    expect(await effectLines('call settle(1, (select 1))', procedures)).toContain(
      'execute function:public.settle userDefined procedure',
    )
  })

  it('evaluates a default although as many arguments are written as go in', async () => {
    const [secret] = shop.userRoutinesNamed('secret_default')
    const none = { relations: [], rows: [], sequences: [], types: [], values: [], commands: new Set<never>() }
    const procedures = withRoutines({
      name: 'later',
      kind: 'procedure',
      arguments: [int4],
      defaults: 1,
      outputs: [int4, int4],
      argumentDefaults: { functions: [secret?.id ?? 0], ...none },
    })
    const evaluated = 'execute function:shop.secret_default userDefined via=default'
    expect(await effectLines('call later(null)', procedures)).toContain(evaluated)
    expect(await effectLines('call later(null, 1)', procedures)).not.toContain(evaluated)
  })

  it('is a variadic one of the server, which takes elements and not their array', async () => {
    const paths = withRoutines({ name: 'jsonb_extract_path', arguments: [3802, 1009] })
    const called = 'execute function:shop.jsonb_extract_path userDefined'
    expect(await effectLines(`select jsonb_extract_path('{}'::jsonb, array['a'::text])`, paths)).toContain(called)
    const variadic = `select jsonb_extract_path('{}'::jsonb, variadic array['a'::text])`
    expect(await effectLines(variadic, paths)).not.toContain(called)
  })
})
