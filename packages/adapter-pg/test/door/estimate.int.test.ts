import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import type { PlanningGate } from './support/planning-gate.js'
import { planningGate } from './support/planning-gate.js'
import { openedRun, shownOf } from './support/shown-estimate.js'

const seed = `
  create table t (a int primary key, b int not null, c text, d date);
  insert into t select n, n, 'hidden-word', '2026-01-02' from generate_series(1, 500) n;
  create table u (id int generated always as identity, a int references t on delete cascade, at timestamptz default now());
  create view v as select a, b from t where b > 250;
  create table parted (k int, x int) partition by range (k);
  create table parted_low partition of parted for values from (0) to (100);
  create table parted_high partition of parted for values from (100) to (200);
  insert into parted select n, n from generate_series(0, 199) n;
  create domain percent as int check (value between 0 and 100);
  create type colour as enum ('red', 'green');
  create table plain (p percent, c colour, r int4range, l int[], check (p > 0));
  create index on plain (abs(p)) where p > 1;
  create table fired (a int);
  create function fire() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger f before update on fired for each row execute function fire();
  create schema "s.""t"; create table "s.""t"."u
  no estimate: approved\u202e" (a int);
  analyze;
`

describe('the estimate that approvers see', () => {
  let on: Governed
  let desk: Desk
  let gate: PlanningGate

  beforeAll(async () => {
    desk = await Desk.open()
    gate = planningGate()
    on = await governed({
      seed,
      reach: gate.reach,
      allow: [
        { target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:*.*' },
        { target: 'db', duty: ['define'], resource: 'table:public.*' },
        { target: 'db', duty: ['execute'], resource: 'function:*.*' },
        { target: 'db', duty: ['session'], resource: ['setting:search_path', 'setting:role'] },
      ],
      hold: [holdOn(['read', 'write', 'delete'], { resource: 'table:*.*', holdInTransaction: 'allow' })],
      approvers: [desk],
    })
  })

  afterAll(async () => {
    await on.close()
    await gate.close()
  })

  const linesOf = async (text: string, values?: unknown[]): Promise<readonly string[]> =>
    (await shownOf(on, desk, text, values === undefined ? {} : { values })).lines

  it('says how many rows of what a statement would reach, and holds no value of it', async () => {
    const { lines, text } = await shownOf(on, desk, "update t set b = 0 where b <= 250 and c = 'hidden-word'")
    expect(lines[0]).toBe('claimed by the engine, of a plan that did not run')
    expect(lines[1]).toMatch(/^Update on public\.t: about 2[45]\d rows$/)
    expect(lines[2]).toMatch(/^Seq Scan on public\.t: about 2[45]\d rows$/)
    expect(lines).toHaveLength(3)
    expect(lines.join('\n')).not.toContain('hidden-word')
    expect(text).not.toContain('Filter')
    const recorded = JSON.stringify(on.journal.events.filter(({ type }) => type === 'evidence.taken'))
    expect(recorded).toContain('"node":"Update"')
    expect(recorded).not.toContain('hidden-word')
  })

  it('tells the sender nothing of it', async () => {
    const { told } = await shownOf(on, desk, 'delete from t where b <= 250')
    expect(told).toContain('ERR_')
    expect(told).not.toMatch(/Scan|estimate|claimed|about|25\d/)
    expect(Buffer.concat([...gate.others]).includes('EXPLAIN')).toBe(false)
  })

  it('plans with the very parameters, each of its type', async () => {
    expect((await linesOf('delete from t where b <= $1', [100]))[1]).toMatch(
      /^Delete on public\.t: about (?:9|10)\d rows$/,
    )
    expect((await linesOf('delete from t where c = $1 and b <= $2::text::int', [null, '7']))[1]).toMatch(
      /^Delete on public\.t: about [01] rows?$/,
    )
    const binary = { text: 'delete from t where b <= $1', values: [Buffer.from([0, 0, 0, 50])], binary: true }
    const { client, session } = await openedRun(on)
    const waiting = client.query(binary as pg.QueryConfig).catch(() => undefined)
    const { request } = await desk.next()
    expect(request.view.text).toMatch(/\n {4}Delete on public\.t: about (?:4|5)\d rows\n/)
    await session.close()
    await waiting
  })

  it.each([
    ['insert into t select a + 1000, b from v', /^Insert on public\.t: about 2[45]\d rows$/],
    ['insert into u (a) values (1)', /^Insert on public\.u: about 1 row$/],
    ['select count(*) from v', /^Aggregate: about 1 row$/],
    [
      'with x as materialized (select max(b) m from t) update t set b = 0 where b > (select m from x)',
      /^Update on public\.t: about 16\d rows$/,
    ],
    ['update parted set x = 0', /^Update on public\.parted: about 200 rows$/],
    ['update only fired set a = 1', /^Update on public\.fired: about \d+ rows?$/],
    ['update fired set a = 1', /^Update on public\.fired/],
    ["insert into plain values (1, 'red', '[1,2]', '{1}')", /^Insert on public\.plain: about 1 row$/],
    ['select * from plain where abs(p) = 3 -- behind', /^(?:Seq|Index|Bitmap).* on public\.plain/],
    [
      'select a from t cross join generate_series(1, 100000) x(n), generate_series(1, 100000) y(n)',
      /^Nested Loop: about \d{12,} rows$/,
    ],
    ['delete from t /* ; */', /^Delete on public\.t: about 500 rows$/],
  ])('plans: %s', async (text, expected) => {
    expect((await linesOf(text))[1]).toMatch(expected)
  })

  it('shows names that are meant to deceive as what they are', async () => {
    const { lines } = await shownOf(on, desk, 'delete from "s.""t"."u\n  no estimate: approved\u202e"')
    expect(lines[1]).toMatch(
      /^Delete on "\\"s\.\\"\\"t\\"\.\\"u\\u\{a\} {2}no estimate: approved\\u\{202e\}\\"": about 1 row$/,
    )
    expect(lines.filter((line) => line.startsWith('no estimate'))).toEqual([])
    expect(lines.join('\n')).not.toContain('\u202e')
  })

  it('leaves the statement as it is: it runs once it is approved, and not before', async () => {
    const { client, session } = await openedRun(on)
    const waiting = client.query('update parted set x = -1 where k = 1')
    const asked = await desk.next()
    expect(asked.request.view.text).toContain('Update on public.parted')
    expect((await on.owner.query('select count(*)::int n from parted where x = -1')).rows).toEqual([{ n: 0 }])
    expect((await asked.approve()).counted).toBe(true)
    expect((await waiting).rowCount).toBe(1)
    await session.close()
  })

  it('plans in a transaction that is read-only and short of time, and leaves no connection behind', async () => {
    const from = gate.planned.length
    await shownOf(on, desk, 'delete from t')
    const sent = Buffer.concat(gate.planned.slice(from)).toString('latin1')
    const begins = sent.indexOf(
      'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = 1500; SET LOCAL lock_timeout = 200',
    )
    expect(begins).toBeGreaterThan(0)
    expect(sent.indexOf('EXPLAIN')).toBeGreaterThan(begins)
    expect(sent).not.toMatch(/COMMIT;|;\s*EXPLAIN|ANALYZE(?! false)/)
    expect(sent).toContain('default_transaction_read_only=on')
    expect((await on.owner.query('select count(*)::int as n from t')).rows).toEqual([{ n: 500 }])
    await expect
      .poll(async () => {
        const { rows } = await on.owner.query(
          "select 1 from pg_stat_activity where datname = current_database() and application_name like '%estimate%'",
        )
        return rows.length + gate.open
      })
      .toBe(0)
  })

  it('is made for a statement in an open transaction, too', async () => {
    const { lines } = await shownOf(on, desk, 'delete from t', { before: ['begin'] })
    expect(lines[1]).toBe('Delete on public.t: about 500 rows')
  })

  it('does not wait long behind a lock, and says so', async () => {
    await on.owner.query('begin; lock table u in access exclusive mode')
    try {
      expect(await linesOf('delete from u')).toEqual(['no estimate: locked'])
    } finally {
      await on.owner.query('rollback')
    }
  })

  it('says that the server refuses to plan, and not in whose words', async () => {
    const { lines, text } = await shownOf(on, desk, "delete from t where b = 'hidden-' || 'word'")
    expect(lines).toEqual(['no estimate: refused'])
    expect(text).not.toContain('operator does not exist')
  })

  describe('in a session that reads texts in another way', () => {
    let role: string

    beforeAll(async () => {
      const superuser = new pg.Client(on.superuserUrl)
      await superuser.connect()
      const { rows } = await on.owner.query<{ me: string }>('select current_user as me')
      role = `${rows[0]?.me ?? ''}_other`
      await superuser.query(`create role "${role}"; grant "${role}" to "${rows[0]?.me ?? ''}"`)
      await superuser.query(`grant all on all tables in schema public to "${role}"`)
      await superuser.end()
    })

    afterAll(async () => {
      const superuser = new pg.Client(on.superuserUrl)
      await superuser.connect()
      await superuser.query(`drop owned by "${role}"; drop role "${role}"`)
      await superuser.end()
    })

    it.each([
      ['with another path', () => ['set search_path = pg_catalog, public'], 'other-state'],
      ['as another role', () => [`set role "${role}"`], 'other-state'],
      ['with other dates', () => ["set datestyle = 'SQL, DMY'"], 'other-state'],
      ['where it made a table that is not there yet', () => ['begin', 'create table mine (a int)'], 'other-state'],
      ['in another zone', () => ["set timezone = 'Pacific/Apia'"], 'other-state'],
    ])('is not made %s', async (_name, before, reason) => {
      const from = gate.planned.length
      const { lines } = await shownOf(on, desk, 'delete from t where b > 3', { before: before() })
      expect(lines).toEqual([`no estimate: ${reason}`])
      expect(Buffer.concat(gate.planned.slice(from)).includes('EXPLAIN')).toBe(false)
    })
  })
})
