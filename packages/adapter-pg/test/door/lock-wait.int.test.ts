import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
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
  sync,
  types,
  Wire,
} from './support/wire.js'

/** The ways to the server for one statement. Each answers what the wire sends to have it run. */
const ways: readonly (readonly [string, (text: string) => Buffer[], (wire: Wire, text: string) => Promise<unknown>])[] =
  [
    ['a simple query', (text) => [query(text)], () => Promise.resolve()],
    ['the extended protocol', (text) => [extended(text), sync], () => Promise.resolve()],
    [
      'a statement prepared earlier',
      () => [bind('', 's'), execute(''), sync],
      (wire, text) => wire.ask(parse('s', text), describeMessage('S', 's'), sync),
    ],
    ['EXECUTE', () => [query('execute s')], (wire, text) => wire.ask(query(`prepare s as ${text}`))],
  ]

const texts = [
  'delete from t',
  'with gone as (delete from t returning a) select count(*) from gone',
  'explain analyze delete from t',
]

describe('a statement that waits for the lock of a migration', () => {
  let on: Governed
  let desk: Desk
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed: `create schema app; create table t (a int);
        do $$ begin execute format('alter database %I set search_path = app, public', current_database()); end $$`,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define', 'session'] }],
      // Nobody approves: a held statement that runs has gone around the hold.
      hold: [holdOn('delete', { resource: 'table:public.t', ttl: '1s' })],
      approvers: [desk],
    })
  })

  beforeEach(async () => {
    await on.owner.query(`drop table if exists app.t; truncate public.t; insert into public.t values (1), (2), (3);
      create table app.t (a int); insert into app.t values (4)`)
    desk.asked.length = 0
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterEach(async () => {
    await on.owner.query('rollback')
    await wire.end()
  })

  afterAll(() => on.close())

  const rowsOf = async (table: string): Promise<number> =>
    (await on.owner.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n ?? -1

  const waits = (): Promise<void> =>
    vi.waitFor(
      async () => {
        const { rows } = await on.owner.query(
          'select 1 from pg_locks join pg_database d on d.oid = database where not granted and datname = current_database()',
        )
        expect(rows.length).toBeGreaterThan(0)
      },
      { timeout: 30_000, interval: 20 },
    )

  /** Sends while a migration that is not committed holds the table, and lets it commit once the statement waits. */
  const meanwhile = async (migration: string, ...messages: Buffer[]): Promise<Answer[]> => {
    await on.owner.query(`begin; ${migration}`)
    const answer = wire.ask(...messages)
    await waits()
    await on.owner.query('commit')
    return answer
  }

  describe.each(ways)('by %s', (way, messages, prepare) => {
    it.each(texts.filter((text) => way !== 'EXECUTE' || !text.startsWith('explain')))(
      'does not run on the table that its name means afterwards: %s',
      async (text) => {
        await prepare(wire, text)
        expect(errors(await meanwhile('drop table app.t', ...messages(text)))).not.toEqual([])
        expect(await rowsOf('public.t')).toBe(3)
        // The connection goes on.
        expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
      },
    )

    it('does not run in a transaction on the table that its name means afterwards', async () => {
      await prepare(wire, 'delete from t')
      await wire.ask(query('begin'))
      expect(errors(await meanwhile('drop table app.t', ...messages('delete from t')))).not.toEqual([])
      expect(types(await wire.ask(query('rollback')))).toBe('CZ')
      expect(await rowsOf('public.t')).toBe(3)
    })

    it('does not run in a READ UNCOMMITTED transaction on the table that its name means afterwards', async () => {
      await prepare(wire, 'delete from t')
      await wire.ask(query('begin isolation level read uncommitted'))
      expect(errors(await meanwhile('drop table app.t', ...messages('delete from t')))).not.toEqual([])
      await wire.ask(query('commit'))
      expect(await rowsOf('public.t')).toBe(3)
    })

    it('runs when the migration left the name as it was', async () => {
      await prepare(wire, 'delete from t')
      const answer = await meanwhile('lock table app.t', ...messages('delete from t'))
      expect(errors(answer)).toEqual([])
      expect(await rowsOf('app.t')).toBe(0)
      expect(await rowsOf('public.t')).toBe(3)
    })
  })

  it.each(['delete from t', { text: 'delete from t where a > $1', values: [0] }])(
    'can be cancelled while it waits: %o',
    async (config) => {
      const client = on.target.client(session)
      await client.connect()
      await on.owner.query('begin; lock table app.t')
      const waiting = client.query(config)
      await waits()
      const other = on.target.client(session) as pg.Client & { cancel(client: unknown, query: unknown): void }
      other.on('error', () => undefined)
      other.cancel(client, (client as unknown as { _activeQuery: unknown })._activeQuery)
      await expect(waiting).rejects.toMatchObject({ code: '57014' })
      await on.owner.query('commit')
      expect(await rowsOf('app.t')).toBe(1)
      expect((await client.query('select 1')).rowCount).toBe(1)
      await client.end()
    },
  )

  it.each(ways.slice(0, 2))('by %s ends with the time limit of the server', async (_way, messages) => {
    await wire.ask(query('select * from t'))
    await wire.ask(query('set statement_timeout = 4000'))
    await on.owner.query('begin; lock table app.t')
    expect(errors(await wire.ask(...messages('delete from t')))).toEqual(['57014'])
    await on.owner.query('commit')
    expect(await rowsOf('app.t')).toBe(1)
    expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
  })

  it.each(ways.slice(0, 2))('by %s does not run, and says so, when the last look fails', async (_way, messages) => {
    await wire.ask(query('set statement_timeout = 4000'))
    await wire.ask(query('select * from t'))
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await on.owner.query('create table seen (a int)')
    await superuser.query('begin; lock table pg_catalog.pg_event_trigger')
    expect(errors(await wire.ask(...messages('delete from t')))).toEqual(['57014'])
    await superuser.end()
    await on.owner.query('drop table seen')
    expect(await rowsOf('app.t')).toBe(1)
    expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
  })

  it.each(ways.slice(0, 2))('by %s gives its locks back before people are asked', async (_way, messages) => {
    await wire.ask(query('select * from t'))
    const waiting = meanwhile('drop table app.t', ...messages('delete from t'))
    // It is held now, for a second; nothing of the table may be locked meanwhile.
    await desk.next()
    await on.owner.query("begin; set local lock_timeout = '100ms'; lock table public.t; commit")
    expect(errors(await waiting)).toHaveLength(1)
    expect(await rowsOf('public.t')).toBe(3)
  })

  it.each([
    'truncate t',
    'drop table t',
    'alter table t add b int',
    'copy t from stdin',
    'create index on t (a)',
    'delete from t where a = 1; delete from t where a = 2',
  ])('refuses a name that such a command looks up when it runs: %s', async (text) => {
    const answer = await wire.ask(query(text))
    expect(errorField(answer, 'H')).toContain('write the schema before the name')
    expect(errors(answer)).toEqual(['42501'])
  })

  it.each(['truncate app.t', 'alter table app.t add b int', 'create table other (a int)', 'copy t to stdout'])(
    'runs what looks nothing up: %s',
    async (text) => {
      expect(errors(await wire.ask(query(text)))).toEqual([])
      await on.owner.query('drop table if exists app.other')
    },
  )

  it('refuses no name on a search path of one schema', async () => {
    await wire.ask(query('set search_path = app'))
    expect(types(await wire.ask(query('truncate t')))).toBe('CZ')
  })
})
