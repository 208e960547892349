import { describe, expect, it } from 'vitest'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { analysisOf, builtinText, sessionState, shopText } from '../analyzer/support/shop.js'
import { definitionCases } from './definition-cases.js'
import { furtherCases } from './further-cases.js'
import { oneRowCases } from './one-row-cases.js'
import { largeCases } from './large-cases.js'
import { queryCases } from './query-cases.js'
import { selectCases } from './select-cases.js'
import { statementCases } from './statement-cases.js'
import { collatedShop, lineageOf, plainShop, shopWith, toldOf } from './support.js'
import { writeCases } from './write-cases.js'

const [animals, customers] = ['animals', 'customers'].map((name) => plainShop.relation('shop', name)?.id)

describe('where the values go that a text reads', () => {
  it.each([
    ...selectCases,
    ...queryCases,
    ...statementCases,
    ...furtherCases,
    ...writeCases,
    ...definitionCases,
    ...oneRowCases,
    ...largeCases,
  ])('%s', async (text, lineage) => {
    expect(await toldOf(text)).toBe(lineage)
  })
})

describe('everything that a text reads', () => {
  it('is listed, also what it gives back to nobody', async () => {
    const { read } = await lineageOf('WITH c AS (SELECT email FROM customers) SELECT id FROM orders WHERE note = $1')
    const names = read.map(({ column, resource }) => `${resource} ${column}`)
    expect(names.toSorted()).toEqual(['table:shop.customers email', 'table:shop.orders id', 'table:shop.orders note'])
  })

  it('does more than be given back where nothing says what becomes of it', async () => {
    const { elsewhere } = await lineageOf('DELETE FROM customers')
    expect(elsewhere).toContainEqual({ resource: 'table:shop.orders', column: 'customer_id' })
  })

  it('comes with the columns that its relations have, made once', async () => {
    const [first, second] = [await lineageOf('SELECT id FROM customers'), await lineageOf('DELETE FROM customers')]
    const columnsIn = (lineage: typeof first): unknown =>
      lineage.relations.find(({ resource }) => resource === 'table:shop.customers')?.columns
    expect(columnsIn(first)).toEqual(['id', 'email', 'name', 'vip'])
    expect(columnsIn(second)).toBe(columnsIn(first))
  })

  it('names every relation above and below that has the value', async () => {
    const { relations } = await lineageOf('SELECT name FROM cats')
    expect(relations.map(({ resource }) => resource).toSorted()).toEqual(['table:shop.animals', 'table:shop.cats'])
  })

  it('is frozen', async () => {
    const lineage = await lineageOf('SELECT email FROM customers WHERE id = 1 ORDER BY name')
    const { elsewhere, lookups, outputs, read, relations } = lineage
    for (const part of [lineage, elsewhere, lookups, outputs, read, relations, ...lookups, ...(outputs ?? [])])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('what another text holds', () => {
  it('is given back by EXECUTE, chosen as there', async () => {
    const prepared = await analysisOf('SELECT lower(email), id FROM customers WHERE name = $1', { catalog: plainShop })
    const told = await toldOf('EXECUTE p (1)', { prepared: () => prepared })
    expect(told).toBe('customers.email | customers.id! ? customers.name')
  })

  it('is read there and given to nobody', async () => {
    const text = 'SELECT id FROM (SELECT id, email FROM customers) s'
    const context = { catalog: plainShop }
    const [prepared, cursor] = [
      await analysisOf(text, context),
      await analysisOf(`DECLARE c CURSOR FOR ${text}`, context),
    ]
    expect(await toldOf('EXECUTE p', { prepared: () => prepared })).toBe('customers.id!')
    expect(await toldOf('FETCH c', { cursor: () => cursor })).toBe('customers.id!')
    const { read } = await lineageOf('EXECUTE p', { prepared: () => prepared })
    expect(read).toContainEqual({ resource: 'table:shop.customers', column: 'email' })
  })

  it('is given back by FETCH', async () => {
    const cursor = await analysisOf('DECLARE c CURSOR FOR SELECT email FROM customers ORDER BY id', {
      catalog: plainShop,
    })
    expect(await toldOf('FETCH c', { cursor: () => cursor })).toBe('customers.email! > customers.id')
  })

  it('may be anything where it is not known', async () => {
    expect(await toldOf('EXECUTE p')).toBe('unknown > *.*')
    expect(await toldOf('FETCH c')).toBe('unknown > *.*')
  })

  it('may be anything where an analysis says nothing of it', async () => {
    const { description, ...rest } = await analysisOf('SELECT email FROM customers', { catalog: plainShop })
    const { lineage: _lineage, ...others } = description
    expect(await toldOf('EXECUTE p', { prepared: () => ({ ...rest, description: others }) })).toBe('unknown > *.*')
  })

  it('chooses by every name of a value', async () => {
    const cursor = await analysisOf('DECLARE c CURSOR FOR SELECT 1 FROM events_2024 ORDER BY body', {
      catalog: plainShop,
    })
    expect(await toldOf('FETCH c', { cursor: () => cursor })).toBe(
      '- > events.at events.body events_2024.at events_2024.body',
    )
  })

  it('is kept by CREATE TABLE AS EXECUTE', async () => {
    const prepared = await analysisOf('SELECT email FROM customers', { catalog: plainShop })
    expect(await toldOf('CREATE TABLE kept AS EXECUTE p', { prepared: () => prepared })).toBe(
      'unknown > customers.email',
    )
  })

  it('is not told apart for several statements', async () => {
    const cursor = await analysisOf('BEGIN; DECLARE c CURSOR FOR SELECT email FROM customers', { catalog: plainShop })
    const { outputs, read } = await lineageOf('FETCH c', { cursor: () => cursor })
    expect(outputs).toBeUndefined()
    expect(read).toEqual([{ resource: 'table:shop.customers', column: 'email' }])
  })
})

describe('a key', () => {
  const text = 'SELECT (SELECT email FROM customers WHERE id = 1)'
  const mayBeMany = 'customers.email > customers.email ? customers.id'

  it('says nothing of rows of tables that inherit', async () => {
    const catalog = shopWith('inherits', ([parent, child]) => [parent === animals ? customers : parent, child])
    expect(await toldOf(text, { catalog })).toContain('> cats.email cats.id customers.email')
    expect(await toldOf(text.replace('FROM customers', 'FROM ONLY customers'), { catalog })).toBe(
      'customers.email ? customers.id',
    )
  })

  it('is one of an index that says so', async () => {
    const catalog = shopWith('indexes', (row) => (row[2] === 'customers_pkey' ? row.with(11, false) : row))
    expect(await toldOf(text, { catalog })).toBe(mayBeMany)
  })

  it('has the columns that are compared, not those beside them', async () => {
    const catalog = shopWith('indexes', (row) => (row[2] === 'customers_pkey' ? row.with(8, [1, 2]).with(9, 2) : row))
    expect(await toldOf(text, { catalog })).toBe(mayBeMany)
    const besides = shopWith('indexes', (row) => (row[2] === 'customers_pkey' ? row.with(8, [1, 2]) : row))
    expect(await toldOf(text, { catalog: besides })).toBe('customers.email ? customers.id')
  })

  it('is compared with a parameter of its type', async () => {
    const given = text.replace('1)', '$1)')
    expect(await toldOf(given, { parameterTypes: [20] })).toBe('customers.email ? customers.id')
    expect(await toldOf(given, { parameterTypes: [0] })).toBe('customers.email ? customers.id')
    expect(await toldOf(given, { parameterTypes: [701] })).toBe(mayBeMany)
  })

  it('says nothing where users compare whole numbers', async () => {
    const rows = JSON.parse(shopText) as Record<string, readonly unknown[]>
    const users = { ...rows, casts: [], operators: [[16_564, 11, '=', 23, 20, 16, 16_563, 0, 0]] }
    const catalog = buildCatalog(buildBuiltins(builtinText), JSON.stringify(users))
    expect(await toldOf(text, { catalog })).toBe('customers.email > customers.email customers.id')
  })
})

describe('a path on which names are looked up', () => {
  /** `hr.lone` and `hr.refund` beside those of `shop`. */
  const twice = shopWith('relations', (row) => (row[2] === 'salaries' ? row.with(2, 'lone') : row))

  it.each([
    ['SET search_path TO hr', true],
    ['SET search_path TO hr, shop', true],
    ['SET LOCAL search_path = hr', true],
    ["SET SCHEMA 'hr'", true],
    ['SET "SEARCH_PATH" TO hr', true],
    ["SELECT set_config('search_path', 'hr', false)", true],
    ["SELECT set_config('Search_Path', ' \"hr\" , shop', true)", true],
    ["SELECT set_config('search_path', 'hr.a', false)", true],
    ["SELECT set_config('search_path', 'public.a', false)", true],
    ["SELECT set_config('search_path', '', false)", false],
    ["SELECT set_config('search_path', '\"$user\", shop, $user', false)", false],
    ["SELECT set_config('app.a', 'hr', false)", false],
    ['SET search_path TO shop, hr', false],
    ['SET search_path TO shop', false],
    ['SET search_path TO public', false],
    ['SET search_path TO pg_catalog, shop, public', false],
    ['SET search_path TO shop, pg_temp', false],
    ['RESET search_path', false],
    ['SET search_path TO DEFAULT', false],
    ['SET work_mem TO 100', false],
  ])('lets functions of others find other things by them: %s (%s)', async (text, isOther) => {
    expect(await toldOf(text, { catalog: twice })).toMatch(isOther ? / > \*\.\*$/ : /^[^>]*$/)
  })

  it('holds the schema that is named like the user', async () => {
    const text = 'SET search_path TO "$user", shop'
    const as = (currentUser: string): Promise<string> =>
      toldOf(text, { catalog: twice, state: { ...sessionState(), currentUser } })
    expect([await as('hr'), await as('public')]).toEqual(['unknown > *.*', 'unknown'])
  })

  it.each([
    ['SET search_path TO public', true],
    ['SET search_path TO shop', false],
    ['SET search_path TO pg_temp', false],
  ])('has a function fall off beside another one of its name: %s (%s)', async (text, isOther) => {
    const schema = plainShop.schemas.get('public')?.id
    const catalog = shopWith('routines', (row) => (row[2] === 'picked' ? row.with(1, schema).with(2, 'refund') : row))
    const state = { ...sessionState(), searchPath: ['pg_catalog', 'public', 'shop'] }
    const from = isOther ? state : { ...state, searchPath: ['pg_catalog', 'shop'] }
    expect(await toldOf(text, { catalog, state: from })).toBe(isOther ? 'unknown > *.*' : 'unknown')
  })

  const settings = (path: string): ReturnType<typeof sessionState> => {
    const state = sessionState()
    return { ...state, settings: { ...state.settings, search_path: path } }
  }

  it.each([
    ['SET ROLE hr', true],
    ['SET LOCAL ROLE hr', true],
    ['SET SESSION AUTHORIZATION hr', true],
    ['SET "ROLE" TO hr', true],
    ["SELECT set_config('role', 'hr', true)", true],
    ["SELECT set_config('Session_Authorization', 'hr', true)", true],
    ["SELECT set_config('role', current_user, true)", true],
    ['SET ROLE nobody', false],
    ["SELECT set_config('role', 'nobody', true)", false],
    ['SET ROLE NONE', false],
    ['RESET ROLE', false],
  ])('holds the schema of who acts: %s (%s)', async (text, isOther) => {
    const state = settings('"$user", shop')
    expect(await toldOf(text, { catalog: twice, state })).toMatch(isOther ? / > \*\.\*$/ : /^[^>]*$/)
    expect(await toldOf(text, { catalog: twice, state: settings('shop') })).toMatch(/^[^>]*$/)
  })

  it('holds the schema of who logged in where nobody acts for them', async () => {
    const state = { ...settings('"$user", shop'), sessionUser: 'hr' }
    expect(await toldOf('SET ROLE NONE', { catalog: twice, state })).toBe('unknown > *.*')
  })

  it('has the schemas that a role may use', async () => {
    const both = { ...settings('hr, shop'), searchPath: ['pg_catalog', 'hr', 'shop'] }
    const own = { ...settings('"$user", public'), searchPath: ['pg_catalog', 'public'] }
    expect(await toldOf('SET ROLE hr', { catalog: twice, state: own })).toBe('unknown > *.*')
    expect(await toldOf('SET ROLE hr', { state: own })).toBe('unknown')
    expect(await toldOf('SET ROLE nobody', { catalog: twice, state: both })).toBe('unknown > *.*')
    expect(await toldOf('SET ROLE nobody', { state: both })).toBe('unknown')
    expect(await toldOf('SET ROLE nobody', { catalog: twice, state: settings('a.b') })).toBe('unknown > *.*')
  })

  it('begins with what nobody names', async () => {
    const catalog = shopWith('relations', (row) => (row[2] === 'salaries' ? row.with(2, 'pg_class') : row))
    expect(await toldOf('SET search_path TO hr', { catalog })).toBe('unknown')
    expect(await toldOf('SET search_path TO hr, pg_catalog', { catalog })).toBe('unknown > *.*')
  })

  it('is not the only way: a table that is moved may get before another one', async () => {
    expect(await toldOf('ALTER TABLE lone SET SCHEMA public', { catalog: twice })).toContain('*.*')
    expect(await toldOf('ALTER TABLE lone SET SCHEMA public')).not.toContain('*.*')
  })

  it('is not the only way: a schema may lose its functions', async () => {
    const hr = plainShop.schemas.get('hr')?.id
    const catalog = shopWith('routines', (row) => (row[2] === 'picked' ? row.with(1, hr) : row))
    expect(await toldOf('DROP SCHEMA hr CASCADE', { catalog })).toContain('*.*')
    expect(await toldOf('DROP SCHEMA hr CASCADE')).not.toContain('*.*')
  })

  it.each([
    ['SET search_path TO hr', true],
    ['SET search_path TO shop, hr', true],
    ['SET search_path TO shop', false],
    ['SET search_path TO public', false],
  ])('lets them call other functions, by other arguments: %s (%s)', async (text, isOther) => {
    const hr = plainShop.schemas.get('hr')?.id
    const catalog = shopWith('routines', (row) => (row[2] === 'picked' ? row.with(1, hr).with(2, 'refund') : row))
    expect(await toldOf(text, { catalog })).toBe(isOther ? 'unknown > *.*' : 'unknown')
  })

  it.each([
    ['SET search_path TO hr', true],
    ['SET search_path TO shop, hr', false],
  ])('lets them make values of other types: %s (%s)', async (text, isOther) => {
    const catalog = shopWith('types', (row) => (row[2] === 'salaries' ? row.with(2, 'mood') : row))
    expect(await toldOf(text, { catalog })).toBe(isOther ? 'unknown > *.*' : 'unknown')
  })
})

describe('a collation besides that of the database', () => {
  const [one, both] = [collatedShop(['customers', 'name']), collatedShop(['customers', 'name'], ['customers', 'email'])]
  const refused = ' > customers.email customers.name'

  it.each(['email = name', 'greatest(email, name)', 'lower(concat(email, name))'])('wins: %s', async (value) => {
    const text = `SELECT ${value} FROM customers`
    expect(await toldOf(text, { catalog: one })).not.toContain('>')
  })

  it.each([
    'email = name',
    'greatest(email, name)',
    'lower(concat(email, name))',
    'min(email) = min(name)',
    '(SELECT c.email) = name',
  ])('is one too many beside another: %s', async (value) => {
    expect(await toldOf(`SELECT ${value} FROM customers c`, { catalog: both })).toContain(refused)
  })

  it('is one too many where a value may be the one that is taken', async () => {
    const text = "SELECT strpos(concat(coalesce(lower(email), lower(note)), note), 'a') FROM customers, orders"
    expect(await toldOf(text, { catalog: collatedShop(['customers', 'email']) })).toContain('orders.note >')
    expect(await toldOf(text, { catalog: collatedShop(['customers', 'email']) })).toContain(
      '> customers.email orders.note',
    )
    expect(await toldOf(text)).toBe('orders.note > customers.email')
  })

  it('is that of the server only where nobody has one that comes first', async () => {
    const catalog = shopWith('routines', (row) => (row[2] === 'picked' ? row.with(2, 'lower') : row))
    const text = "SELECT concat(lower(note), 'x') FROM orders"
    const searchPath = ['shop', 'pg_catalog']
    expect(await toldOf(text, { catalog })).toBe('orders.note')
    expect(await toldOf(text, { catalog, state: { ...sessionState(), searchPath } })).toBe('orders.note > orders.note')
  })

  it.each([
    "strpos(concat('a'::name, email), 'a')",
    "strpos(array_to_string('{a}'::name[], ','), email)",
    'starts_with(email, $1)',
    'strpos(email COLLATE "C", \'a\')',
  ])('comes with names and where it is written: %s', async (value) => {
    const text = `SELECT ${value} FROM customers`
    expect(await toldOf(text, { parameterTypes: [19] })).toBe('customers.email > customers.email')
  })

  it('comes with no other parameter of a type that is known', async () => {
    const text = 'SELECT starts_with(email, $1) FROM customers'
    expect(await toldOf(text, { parameterTypes: [25] })).toBe('customers.email')
  })

  it.each(["name LIKE 'a%'", "split_part(name, '@', 1)", "replace(name, 'a', 'b')", "strpos(name, 'a')"])(
    'may not be looked into: %s',
    async (value) => {
      expect(await toldOf(`SELECT ${value} FROM customers`, { catalog: one })).toBe('customers.name > customers.name')
      expect(await toldOf(`SELECT ${value} FROM customers`)).toBe('customers.name')
    },
  )

  it('may be that of any column of the server itself', async () => {
    const value = "strpos(concat(n.nspname, c.email), 'a')"
    expect(await toldOf(`SELECT ${value} FROM pg_namespace n, customers c`)).toContain('> customers.email')
  })

  it('may be that of a field', async () => {
    expect(await toldOf('SELECT (price).amount FROM prices', { catalog: collatedShop(['money_', 'amount']) })).toBe(
      'prices.price > prices.price',
    )
  })

  it('takes more rows for those of a key', async () => {
    const text = 'SELECT (SELECT m.initials FROM members m WHERE m.email = l.note) FROM letters l'
    expect(await toldOf(text, { catalog: collatedShop(['letters', 'note']) })).toContain(
      '> letters.note members.email members.initials',
    )
  })
})

describe('what is written', () => {
  it('goes to another server by a foreign partition', async () => {
    const catalog = shopWith('relations', (row) => (row[2] === 'lone' ? row.with(3, 'f') : row))
    expect(await toldOf('ALTER TABLE parcels ATTACH PARTITION lone DEFAULT', { catalog })).toContain('*.*')
  })

  it('is compared by whoever holds the rows of a foreign table', async () => {
    const catalog = shopWith('relations', (row) => (row[2] === 'lone' ? row.with(3, 'f') : row))
    expect(await toldOf('INSERT INTO lone VALUES (1)', { catalog })).toBe('> lone.a lone.b')
    expect(await toldOf('DELETE FROM lone', { catalog })).toBe('')
  })

  it('is compared by what it contains in a foreign key with PERIOD', async () => {
    const catalog = shopWith('foreignKeys', (row) => row.with(6, true))
    expect(await toldOf("UPDATE letters SET address = 'a'", { catalog })).toBe('> members.email')
  })

  it('is compared in another way than by whether it is equal where missing values are not distinct', async () => {
    const catalog = shopWith('indexes', (row) => (row[2] === 'customers_pkey' ? row.with(7, 'nulls') : row))
    expect(await toldOf('INSERT INTO customers (id) VALUES (NULL)', { catalog })).toBe('> customers.id')
    expect(await toldOf('UPDATE customers SET name = $1', { catalog })).toBe('')
  })

  it('is not compared with the columns that an index has besides', async () => {
    const catalog = shopWith('indexes', (row) => (row[2] === 'customers_pkey' ? row.with(8, [1, 2]) : row))
    expect(await toldOf('INSERT INTO customers VALUES (1, $1)', { catalog })).toBe('? customers.id')
  })

  it('is told of by a check over whole rows', async () => {
    const catalog = shopWith('checks', (row) => (row[2] === null || row[0] === 0 ? row : row.with(3, [0])))
    expect(await toldOf('UPDATE late SET b = 1', { catalog })).toBe('> late.a')
  })

  it('is told of by what makes a generated column of it and of what stays', async () => {
    const rows = JSON.parse(shopText) as { readonly generatedColumns: readonly (readonly number[])[] }
    const generatedColumns = rows.generatedColumns.flatMap((row) => [row, row.with(2, 3)])
    const shop = JSON.stringify({ ...rows, generatedColumns, operators: [], casts: [] })
    const catalog = buildCatalog(buildBuiltins(builtinText), shop)
    expect(await toldOf("UPDATE members SET email = 'x'", { catalog })).toBe(
      '> letters.address members.email members.ssn ? members.email',
    )
  })

  it('changes what is generated from it', async () => {
    const catalog = shopWith('checks', (row) =>
      Array.isArray(row[3]) && row[3].length === 2 ? row.with(3, [5, 8]) : row,
    )
    expect(await toldOf("UPDATE members SET email = 'x'", { catalog })).toBe(
      '> letters.address members.age members.email ? members.email',
    )
  })

  it('says that it is written, also behind EXECUTE', async () => {
    const prepared = await analysisOf('INSERT INTO customers (id) VALUES ($1)', { catalog: plainShop })
    const lookup = { resource: 'table:shop.customers', column: 'id', values: 1, written: true }
    expect(prepared.description.lineage?.lookups).toEqual([lookup])
    expect((await lineageOf('EXECUTE p (1)', { prepared: () => prepared })).lookups).toEqual([lookup])
    expect((await lineageOf('INSERT INTO customers (id) VALUES ($1)')).read).toContainEqual({
      resource: 'table:shop.customers',
      column: 'id',
    })
  })
})

describe('a parameter', () => {
  const types = (type: number): { parameterTypes: readonly number[] } => ({ parameterTypes: [type] })

  it('may make a text larger than any', async () => {
    expect(await toldOf('SELECT email || $1 FROM customers', types(25))).toBe('customers.email > customers.email')
    expect(await toldOf("SELECT email || 'x' FROM customers")).toBe('customers.email')
  })

  it('may fail to become another type only where it is of one', async () => {
    const text = 'SELECT ROW(email, $1::int) FROM customers'
    expect(await toldOf(text, types(23))).toBe('customers.email')
    expect(await toldOf(text, types(25))).toBe('customers.email > customers.email')
  })
})

describe('a session that policies do not hold for', () => {
  const text = 'SELECT ROW(email, (SELECT 1 FROM guarded LIMIT 1)) FROM customers'

  it('reads rows that nothing computes', async () => {
    const ordinary = sessionState()
    const state = { ...ordinary, settings: { ...ordinary.settings, is_superuser: 'on' } }
    expect(await toldOf(text, { state })).toBe('customers.email')
  })
})

describe('a text that would take long', () => {
  const anything = { resource: '*', column: '*' }

  it.each([
    ['columns that queries hand on and on', doubled(40)],
    [
      'columns that set operations unite',
      Array.from({ length: 800 }, () => `SELECT ${'*,'.repeat(120)}1 FROM customers`).join(' UNION ALL '),
    ],
    ['queries of WITH that name each other', chained(3000)],
  ])('is not told apart: %s', async (_name, text) => {
    const { elsewhere, outputs } = await lineageOf(text)
    expect(outputs).toBeUndefined()
    expect(elsewhere).toContainEqual(anything)
  })

  it('is told where it is large but plain', async () => {
    const text = `SELECT ${Array.from({ length: 1500 }, (_, index) => `id AS e${String(index)}`).join(', ')} FROM customers`
    const { elsewhere, outputs } = await lineageOf(text)
    expect(outputs?.length).toBe(1500)
    expect(elsewhere).toEqual([])
  })
})

/** Twice as many columns with every level. */
function doubled(levels: number): string {
  return Array.from({ length: levels }).reduce<string>(
    (text, _, index) => `SELECT a${String(index)}.*, a${String(index)}.* FROM (${text}) a${String(index)}`,
    'SELECT email FROM customers',
  )
}

function chained(count: number): string {
  const columns = Array.from({ length: 300 }, (_, index) => `email AS e${String(index)}`).join(', ')
  const queries = Array.from(
    { length: count },
    (_, index) => `q${String(index + 1)} AS (SELECT * FROM q${String(index)})`,
  )
  return `WITH q0 AS (SELECT ${columns} FROM customers), ${queries.join(', ')} SELECT * FROM q${String(count)}`
}
