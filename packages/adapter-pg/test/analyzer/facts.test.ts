import { describe, expect, it } from 'vitest'
import { analyse } from '../../src/analyzer/analyse.js'
import type { Analysis } from '../../src/analyzer/analysis.js'
import { parseStatement } from '../../src/analyzer/parse.js'
import { analyseText, analysisOf, effectLines, sessionState, shop } from './support/shop.js'

describe('settingFree', () => {
  it.each([
    'select 1',
    'select upper(email) from customers',
    "insert into items (sku) values ('x')",
    "set statement_timeout = '5s'",
    "set application_name = 'x'",
    'begin',
    'savepoint a',
    'create table x (id int)',
    'listen news',
    'explain select 1',
  ])('%s', async (text) => {
    expect((await analysisOf(text)).settingFree).toBe(true)
  })

  it.each([
    'set search_path = x',
    'set role x',
    'reset all',
    'discard all',
    "select set_config('role', 'x', true)",
    'select refund(1)',
    'update orders set total = 1 where id = 1',
    'call settle(1)',
    'do $$ $$',
    'commit',
    'rollback',
    'rollback to a',
    "select query_to_xml('select 1', true, true, '')",
    'select * from nowhere',
    'execute unknown',
  ])('not %s', async (text) => {
    expect((await analysisOf(text)).settingFree).toBe(false)
  })
})

describe('changesReading', () => {
  it.each([
    "set datestyle = 'dmy'",
    "set local time zone 'UTC'",
    'reset IntervalStyle',
    "select set_config('TimeZone', 'UTC', true)",
    "set xmlbinary = 'hex'",
    "set work_mem = '1MB'; set extra_float_digits = 0",
  ])('%s', async (text) => {
    expect((await analysisOf(text)).changesReading).toBe(true)
  })

  it.each(["set work_mem = '1MB'", 'set search_path = x', 'show datestyle', "select current_setting('timezone')"])(
    'not %s',
    async (text) => {
      expect((await analysisOf(text)).changesReading).toBe(false)
    },
  )

  it('through what another text is', async () => {
    const setting = (await analysisOf("select set_config('TimeZone', 'UTC', true)")) as Analysis
    expect((await analysisOf('execute p', { prepared: () => setting })).changesReading).toBe(true)
  })
})

describe('changesCatalog', () => {
  it.each([
    'create table x (id int)',
    'drop view open_orders',
    'grant a to b',
    'select refund(1)',
    'rollback',
    'vacuum',
  ])('%s', async (text) => {
    expect((await analysisOf(text)).changesCatalog).toBe(true)
  })

  it.each(['select 1', 'delete from items', 'begin', 'commit', 'set search_path = x'])('not %s', async (text) => {
    expect((await analysisOf(text)).changesCatalog).toBe(false)
  })
})

describe('transaction verbs', () => {
  it.each([
    ['begin', { verb: 'begin', readOnly: undefined, isolation: undefined, chain: false }],
    [
      'start transaction read only, isolation level serializable, deferrable',
      { verb: 'begin', readOnly: true, isolation: 'serializable', deferrable: true },
    ],
    ['begin read only read write', { verb: 'begin', readOnly: false }],
    ['commit', { verb: 'commit', chain: false }],
    ['end', { verb: 'commit' }],
    ['commit and chain', { verb: 'commit', chain: true }],
    ['rollback and chain', { verb: 'rollback', chain: true }],
    ['abort', { verb: 'rollback' }],
    ['savepoint a', { verb: 'savepoint' }],
    ['release a', { verb: 'release' }],
    ['rollback to a', { verb: 'rollback-to' }],
    ["prepare transaction 'x'", { verb: 'prepare' }],
    ["commit prepared 'x'", { verb: 'commit-prepared' }],
    ["rollback prepared 'x'", { verb: 'rollback-prepared' }],
  ])('%s', async (text, expected) => {
    const analysis = await analysisOf(text)
    expect(analysis.transaction).toMatchObject(expected)
    expect(analysis.containsTransactionControl).toBe(false)
  })

  it('are told apart from texts that hold them among others', async () => {
    const analysis = await analysisOf('begin; select 1; commit')
    expect(analysis.transaction).toBeUndefined()
    expect(analysis).toMatchObject({ containsTransactionControl: true, statementCount: 3 })
    expect(await analysisOf('select 1')).toMatchObject({ transaction: undefined, containsTransactionControl: false })
  })

  it('says where the server runs what was left for the end of the transaction', async () => {
    for (const text of ['commit', 'end', "prepare transaction 'x'", 'select 1; commit', 'set constraints a deferred'])
      expect([text, (await analysisOf(text)).runsDeferred]).toEqual([text, true])
    for (const text of ['begin', 'rollback', "commit prepared 'x'", 'select 1'])
      expect([text, (await analysisOf(text)).runsDeferred]).toEqual([text, false])
  })
})

describe('the registry', () => {
  it('is told what PREPARE makes, with the text of its own', async () => {
    const { registry } = await analysisOf(
      'select 1; /* as */ prepare "as" (numeric(3, 1), text) /* x */ as delete from items ; select 2',
    )
    expect(registry).toMatchObject([
      { kind: 'prepare', name: 'as', text: 'delete from items', statement: { type: 'DeleteStmt' } },
    ])
  })

  it.each([
    ['deallocate a', [{ kind: 'deallocate', name: 'a' }]],
    ['deallocate all', [{ kind: 'deallocate', name: undefined }]],
    ['discard all', [{ kind: 'discard-all' }]],
    ['declare c cursor for select 1', [{ kind: 'declare-cursor', name: 'c', holdable: false }]],
    ['declare c scroll cursor without hold for select 1', [{ kind: 'declare-cursor', name: 'c', holdable: false }]],
    ['declare c cursor with hold for select 1', [{ kind: 'declare-cursor', name: 'c', holdable: true }]],
    ['explain declare c cursor for select 1', []],
    ['explain declare c cursor for select refund(1)', []],
    ['explain analyze declare c cursor for select 1', []],
    ['explain (analyze, verbose) declare c cursor with hold for select refund(1)', []],
    [
      'declare a cursor for select 1; explain declare b cursor for select 1; close a',
      [
        { kind: 'declare-cursor', name: 'a', holdable: false },
        { kind: 'close-cursor', name: 'a' },
      ],
    ],
    ['close c', [{ kind: 'close-cursor', name: 'c' }]],
    ['close all', [{ kind: 'close-cursor', name: undefined }]],
  ])('%s', async (text, expected) => {
    expect((await analysisOf(text)).registry).toEqual(expected)
  })

  it.each(['explain', 'explain analyze'])('leaves FETCH what its cursor stands for behind %s', async (verb) => {
    const inner = await analysisOf('delete from items where order_id = 1 returning refund(1)')
    const { analysis } = await analyseText(`${verb} declare c cursor for select 1; fetch c`, {
      prepared: () => undefined,
      cursor: () => inner,
    })
    expect(analysis.description.effects).toEqual(expect.arrayContaining([...inner.description.effects]))
    expect(analysis.uses).toEqual([{ kind: 'cursor', name: 'c' }])
  })

  it('gives EXECUTE and FETCH the effects of what they run', async () => {
    const inner = await analysisOf('delete from items where order_id = 1 returning refund(1)')
    for (const [text, kind, name] of [
      ['execute p', 'prepared', 'p'],
      ['explain analyze execute p', 'prepared', 'p'],
      ['create table x as execute p', 'prepared', 'p'],
      ['fetch 3 from c', 'cursor', 'c'],
      ['move c', 'cursor', 'c'],
    ] as const) {
      const { analysis } = await analyseText(text, {
        prepared: (asked) => (asked === 'p' ? inner : undefined),
        cursor: (asked) => (asked === 'c' ? inner : undefined),
      })
      expect(analysis.description.effects).toEqual(expect.arrayContaining([...inner.description.effects]))
      expect(analysis).toMatchObject({ uses: [{ kind, name }], settingFree: false })
    }
  })
})

describe('the number of statements', () => {
  it.each([
    ['select 1; select 2; select 3', 3],
    ['select 1;', undefined],
    ['', undefined],
  ])('of %j', async (text, expected) => {
    expect((await analysisOf(text)).description.statements).toBe(expected)
  })
})

describe('copy', () => {
  it.each([
    ['copy lone from stdin', 'in'],
    ['copy lone to stdout', 'out'],
    ['copy (select 1) to stdout', 'out'],
    ["copy lone to '/tmp/x'", undefined],
    ["copy lone from program 'x'", undefined],
    ['select 1', undefined],
  ])('%s', async (text, expected) => {
    expect((await analysisOf(text)).copy).toBe(expected)
  })
})

describe('a name that the catalog does not have', () => {
  it.each([
    ['select * from nowhere', 'relation nowhere'],
    ['select nothing(1, 2)', 'function nothing'],
    ['select 1::no_type', 'type no_type'],
    ['delete from hr.nowhere', 'relation hr.nowhere'],
    ['select shop.lower(1)', 'function shop.lower'],
  ])('%s is a miss and opaque', async (text, name) => {
    const { miss, missing, analysis } = await analyseText(text)
    expect([miss, missing]).toEqual([true, [name]])
    expect(analysis.description.effects.some(({ duty }) => duty === 'opaque')).toBe(true)
  })
})

describe('names', () => {
  it('follow the search path, the temporary schema first', async () => {
    const state = sessionState({ searchPath: ['pg_catalog', 'hr', 'shop'] })
    expect(await effectLines('select * from salaries', { state })).toEqual([
      'read table:hr.salaries columns=*,amount,person',
    ])
    const { miss } = await analyseText('select * from salaries')
    expect(miss).toBe(true)
  })

  it('mean the builtin function while its schema comes first, and every function of the name otherwise', async () => {
    expect(await effectLines('select upper(email) from customers')).toEqual(['read table:shop.customers columns=email'])
    const state = sessionState({ searchPath: ['shop', 'pg_catalog'] })
    expect(await effectLines('select upper(email) from customers', { state })).toEqual([
      'read table:shop.customers columns=email',
      'execute function:shop.upper userDefined',
    ])
  })

  it('of parameters whose types the client gave narrow what an operator can be', async () => {
    const text = 'select 1 from prices where price = $1'
    expect(await effectLines('select 1 from lone where a || $1 = $2')).toContain(
      'execute function:shop.concat_all userDefined via=operator',
    )
    expect(await effectLines('select 1 from lone where b || $1 = $2', { parameterTypes: [25, 25] })).toEqual([
      'read table:shop.lone columns=b',
    ])
    expect(await effectLines(text, { parameterTypes: [25] })).toEqual(['read table:shop.prices columns=price'])
  })
})

describe('analyse', () => {
  it('gives the same answer for the same text, catalog and state without working again', async () => {
    const first = await analysisOf('select id from orders')
    expect(await analysisOf('select id from orders')).toBe(first)
  })

  it('says the same from trees that were dropped and read again', async () => {
    const text = 'update orders set total = 1 where id = 7; drop table customers'
    const parsed = await parseStatement(text)
    if (parsed.unparsable) throw new Error(parsed.reason)
    const context = { catalog: shop, state: sessionState(), prepared: () => undefined, cursor: () => undefined }
    const { statements } = parsed
    const first = analyse(parsed, context)
    expect(parsed.statements).not.toBe(statements)
    expect(parsed.statements).toEqual(statements)
    expect(analyse(parsed, { ...context, state: sessionState() })).toEqual(first)
  })

  it('works again for another state', async () => {
    const parsed = await parseStatement('select id from orders')
    if (parsed.unparsable) throw new Error('unparsable')
    const context = { catalog: shop, prepared: () => undefined, cursor: () => undefined }
    const state = sessionState()
    const elsewhere = sessionState({ searchPath: ['pg_catalog'] })
    expect(analyse(parsed, { ...context, state }).miss).toBe(false)
    expect(analyse(parsed, { ...context, state: elsewhere }).miss).toBe(true)
    expect(analyse(parsed, { ...context, state }).miss).toBe(false)
  })

  it('freezes everything it gives', async () => {
    const analysis = await analysisOf('select id from orders')
    expect(Object.isFrozen(analysis) && Object.isFrozen(analysis.description)).toBe(true)
    for (const effect of analysis.description.effects) {
      expect(Object.isFrozen(effect) && Object.isFrozen(effect.attributes)).toBe(true)
      expect(Object.isFrozen(effect.attributes['columns'])).toBe(true)
    }
  })

  it('names the operation', async () => {
    for (const [text, operation] of [
      ['select 1', 'select'],
      ['create table x as select 1', 'create table as'],
      ['', 'empty'],
      ['select 1; select 2', 'script'],
    ] as const) {
      expect((await analysisOf(text)).description.operation).toBe(operation)
    }
  })

  it('does not follow nesting without end', async () => {
    const text = `select ${'('.repeat(1_500)}select refund(1)${')'.repeat(1_500)}`
    const lines = await effectLines(text)
    const deep = await effectLines(`select ${'abs('.repeat(900)}1${')'.repeat(900)}`)
    expect(lines.length).toBeGreaterThan(0)
    expect(deep).toEqual(['opaque statement:FuncCall reason=nested too deep'])
    const joins = `select 1 from lone l0 ${Array.from({ length: 600 }, (_, index) => `join lone l${String(index + 1)} on true`).join(' ')}`
    expect(await effectLines(joins)).toContain('opaque statement:JoinExpr reason=nested too deep')
  })

  it('handles a chain of thousands of unions', async () => {
    const text = Array.from({ length: 4_000 }, () => 'select a from lone').join(' union all ')
    expect(await effectLines(text)).toEqual(['read table:shop.lone columns=a'])
  }, 180_000)
})

describe('a superuser', () => {
  const { settings } = sessionState()
  const state = sessionState({ settings: { ...settings, is_superuser: 'on' } })

  it('meets no policy of a table whose rows it locks, but those of one behind a view', async () => {
    const policy = 'execute function:shop.checked userDefined via=policy'
    expect(await effectLines('select id from held for update', { state })).not.toContain(policy)
    expect(await effectLines('select id from held_view for update', { state })).toContain(policy)
  })
})
