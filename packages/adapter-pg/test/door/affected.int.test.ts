import type { Session } from '@bothkeys/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import type { Answer } from './support/wire.js'
import {
  bind,
  describe as describeMessage,
  errorField,
  errors,
  execute,
  extended,
  parse,
  query,
  rows,
  sync,
  types,
  Wire,
} from './support/wire.js'

const seed = `create table t (a int primary key, b int not null default 0);
  create table child (a int primary key references t on delete cascade);
  create table ruled (a int);
  create rule also as on insert to ruled do also update t set b = 1;
  create table log (a int)`

const outcomes = (on: Governed): string[] =>
  on.journal.events.filter((event) => event.type === 'action.outcome').map((event) => String(event['outcome']))

describe('a bound on the rows that a statement changes', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [
        { target: 'db', duty: ['read', 'session'] },
        { target: 'db', duty: ['write', 'delete'], maxAffected: 2 },
      ],
    })
  })

  beforeEach(async () => {
    await on.owner.query(`truncate t, child, ruled, log; insert into t select i, 0 from generate_series(1, 5) as i`)
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterEach(() => wire.end())

  afterAll(() => on.close())

  const changed = async (): Promise<number> =>
    (await on.owner.query<{ n: number }>('select count(*)::int as n from t where b <> 0')).rows[0]?.n ?? -1

  const ways: readonly (readonly [string, (text: string) => Promise<Answer[]>])[] = [
    ['a simple query', (text) => wire.ask(query(text))],
    ['the extended protocol', (text) => wire.ask(extended(text), sync)],
    [
      'a statement prepared earlier',
      async (text) => {
        await wire.ask(parse('s', text), describeMessage('S', 's'), sync)
        return wire.ask(bind('', 's'), execute(''), sync)
      },
    ],
  ]

  describe.each(ways)('by %s', (_way, ask) => {
    it('lets as many rows stay as it says', async () => {
      expect(errors(await ask('update t set b = 1 where a <= 2'))).toEqual([])
      expect(await changed()).toBe(2)
    })

    it('undoes one row more, says so, and goes on', async () => {
      const answer = await ask('update t set b = 1 where a <= 3')
      expect(errors(answer)).toEqual(['42501'])
      expect(types(answer)).not.toContain('C')
      expect(errorField(answer, 'D')).toMatch(/^ERR_AFFECTED_EXCEEDED /)
      expect(errorField(answer, 'M')).toContain('3 rows')
      expect(await changed()).toBe(0)
      expect(outcomes(on).at(-1)).toBe('rolled-back')
      expect(rows(await wire.ask(query('select count(*) from t')))).toEqual([['5']])
    })

    it('fails the transaction that it stands in', async () => {
      await wire.ask(query('begin'))
      await wire.ask(query('insert into log values (1)'))
      expect(errors(await ask('update t set b = 1'))).toEqual(['42501'])
      expect(outcomes(on).at(-1)).toBe('rolled-back')
      expect(errors(await wire.ask(query('select 1')))).toEqual(['25P02'])
      await wire.ask(query('commit'))
      expect(await changed()).toBe(0)
      expect((await on.owner.query('select 1 from log')).rowCount).toBe(0)
    })

    it.each([
      'with gone as (delete from t returning a) select count(*) from gone',
      'with gone as (delete from log) delete from t where a = 1',
      'with gone as (update t set b = 1 where a > 1) update t set b = 1 where a = 1',
      'delete from t where a = 1',
      'insert into ruled values (1)',
      'truncate log',
    ])('refuses what it cannot count: %s', async (text) => {
      const answer = await ask(text)
      expect(errorField(answer, 'D')).toMatch(/^ERR_AFFECTED_UNCOUNTED /)
      expect(await changed()).toBe(0)
      expect((await on.owner.query('select 1 from t')).rowCount).toBe(5)
    })
  })

  it('is for each statement of a batch, and undoes what its transaction did before', async () => {
    const answer = await wire.ask(
      extended('update t set b = 1 where a = 1'),
      extended('update t set b = 1 where a > 1'),
      extended('update t set b = 1 where a = 2'),
      sync,
    )
    expect(errors(answer)).toEqual(['42501'])
    expect(await changed()).toBe(0)
  })

  it('shows rows that come back before the error, like any error behind rows', async () => {
    const answer = await wire.ask(query('update t set b = 1 returning a'))
    expect(types(answer)).toBe('TDDDDDEZ')
    expect(await changed()).toBe(0)
  })

  it.each([
    [
      'one after the other',
      [execute('', 1), execute('', 1), execute('', 1), execute('', 1), execute('', 1), execute('', 1)],
    ],
    ['in part', [execute('', 3)]],
    ['in two parts', [execute('', 4), execute('', 0)]],
  ])('does not let more rows stay when they are fetched %s', async (_how, executes) => {
    const answer = await wire.ask(parse('', 'update t set b = 1 returning a'), bind('', ''), ...executes, sync)
    expect(errors(answer)).toEqual(['42501'])
    expect(errorField(answer, 'D')).toMatch(/^ERR_AFFECTED_EXCEEDED /)
    expect(types(answer)).not.toMatch(/[sC]/)
    expect(await changed()).toBe(0)
    expect(outcomes(on).at(-1)).toBe('rolled-back')
  })

  it('does not let more rows stay when they are fetched over several exchanges of a transaction', async () => {
    await wire.ask(query('begin'))
    const first = await wire.ask(parse('', 'update t set b = 1 returning a'), bind('p', ''), execute('p', 3), sync)
    expect(errors(first)).toEqual(['42501'])
    expect(errors(await wire.ask(execute('p', 0), sync))).toEqual(['25P02'])
    await wire.ask(query('commit'))
    expect(await changed()).toBe(0)
  })

  it('minds no limit of a driver that wants no rows', async () => {
    const answer = await wire.ask(parse('', 'update t set b = 1 where a < 3'), bind('', ''), execute('', 1), sync)
    expect(types(answer)).toBe('12CZ')
    expect(await changed()).toBe(2)
  })

  it('refuses a text of several statements', async () => {
    const answer = await wire.ask(query('update t set b = 1 where a = 1; update t set b = 1 where a = 2'))
    expect(errorField(answer, 'D')).toMatch(/^ERR_AFFECTED_UNCOUNTED /)
  })

  it('holds for what was approved, too', async () => {
    const desk = await Desk.open()
    const asking = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
      hold: [holdOn('write', { maxAffected: 1 })],
      approvers: [desk],
    })
    await asking.owner.query('insert into t values (1), (2)')
    const one = await Wire.open(asking.target, await asking.session())
    for (const [text, expected] of [
      ['update t set b = 1 where a = 1', []],
      ['update t set b = 2', ['42501']],
    ] as const) {
      one.send(query(text))
      await (await desk.next()).approve()
      expect(errors(await one.ready())).toEqual(expected)
    }
    expect((await asking.owner.query('select sum(b)::int as n from t')).rows).toEqual([{ n: 1 }])
    await one.end()
    await asking.close()
  })
})
