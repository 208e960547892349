import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errors, query, Wire } from '../door/support/wire.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

const seed = `
create table users (id integer primary key, email text, phone text, plain text);
create index on users (email);
create index on users (plain);
insert into users values (1, 'sekret1', 'sekret2', 'open');
`
const policy = {
  mask: [{ id: 'm', target: 'db', columns: ['public.users.email', 'public.users.phone'], with: 'redact' }],
}

describe('how much the server stores', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: '*' }], policy })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it('differs with the value that was there: this is what is asked for below', async () => {
    const measured = async (text: string, measure: string): Promise<string> => {
      await on.owner.query(`begin; update users set plain = 'x'`)
      const before = await on.owner.query<{ n: string }>(`select (${measure})::text as n`)
      await on.owner.query(text)
      const after = await on.owner.query<{ n: string }>(`select (${measure})::text as n`)
      await on.owner.query('rollback')
      return String(BigInt(after.rows[0]?.n ?? 0) - BigInt(before.rows[0]?.n ?? 0))
    }
    const hot = `pg_stat_get_xact_tuples_hot_updated('users'::regclass)`
    expect(await measured(`update users set email = 'sekret1'`, hot)).toBe('1')
    expect(await measured(`update users set email = 'sekretx'`, hot)).toBe('0')
    const { rows } = await on.owner.query<{ 'QUERY PLAN': readonly { Plan: { 'WAL Bytes': number } }[] }>(
      `explain (analyze, wal, format json) update users set phone = 'sekretx'`,
    )
    expect(rows[0]?.['QUERY PLAN'][0]?.Plan['WAL Bytes']).toBeGreaterThan(0)
    await on.owner.query(`update users set phone = 'sekret2'`)
  })

  it.each([
    `update users set email = 'sekret1'`,
    `update users set email = 'sekret1' where id = 1`,
    `update users set email = $$sekret$$ || 1`,
    `insert into users (id) values (1) on conflict (id) do update set email = 'sekret1'`,
    `prepare p as update users set email = 'sekret1'; execute p`,
    `explain (analyze, wal) update users set phone = 'sekretx'`,
    `explain (analyze true, wal on, format json) update users set phone = 'sekretx'`,
    'select pg_current_wal_insert_lsn()',
    'select pg_walfile_name(pg_current_wal_lsn())',
    `select pg_stat_get_xact_tuples_hot_updated('users'::regclass)`,
    'select wal_bytes from pg_stat_get_wal()',
    'explain select email from users',
    'explain with c as materialized (select id, email from users) select id from c',
    'explain analyze with c as materialized (select id, email from users) select id from c',
  ])('is told to nobody who gets masked columns: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })

  it.each([
    'select n_tup_hot_upd from pg_stat_xact_user_tables',
    'select n_tup_hot_upd from pg_stat_user_tables',
    'select wal_bytes from pg_stat_wal',
  ])('is masked: %s', async (text) => {
    const answers = await wire.ask(query(text))
    const cells = answers.filter(({ type }) => type === 'D').map(({ bytes }) => bytes.readInt32BE(7))
    expect(cells.length).toBeGreaterThan(0)
    expect(new Set(cells)).toEqual(new Set([-1]))
  })

  it.each([
    `update users set phone = 'other'`,
    `update users set plain = 'other'`,
    'update users set email = null',
    `insert into users (id, email) values (2, 'sekret1')`,
    'explain select id from users',
    'explain (analyze, buffers) select id, plain from users',
    `explain (analyze) update users set plain = 'z'`,
    'select n_tup_upd from pg_stat_user_tables',
  ])('is no reason to deny what tells nothing: %s', async (text) => {
    expect(
      errors(await wire.ask(query(`begin`), query(text)).then(async (first) => [...first, ...(await wire.ready())])),
    ).toEqual([])
    await wire.ask(query('rollback'))
  })
})
