import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import Cursor from 'pg-cursor'
import type pg from 'pg'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

const seed = `
create table users (id integer primary key, email text, age integer, note text, unique (email), check (age < 200));
insert into users values (1, 'adalovelace@example.com', 36, 'hay'), (2, null, null, 'write to eve@example.org');
create function speaks() returns trigger language plpgsql as $$ begin raise notice 'now %', new.email; return new; end $$;
create trigger speaking before update of note on users for each row execute function speaks();
`

describe('results of which a policy masks columns', () => {
  let on: Governed
  let pool: pg.Pool
  let binary: pg.Pool

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'execute', 'session'] }],
      policy: {
        mask: [
          {
            id: 'emails',
            target: 'db',
            columns: ['public.users.email'],
            with: { partial: { keepFirst: 1, keepDomain: true } },
            // Its unique index tells whoever writes it.
            lookup: { distinct: '20/h' },
          },
          { id: 'ages', target: 'db', columns: ['public.users.age'], with: 'redact' },
          { id: 'found', target: 'db', detect: ['email'], with: 'redact' },
        ],
      },
    })
    const session = await on.session()
    pool = on.target.pool(session, { max: 4 })
    binary = on.target.pool(session, { max: 1, binary: true })
  })

  afterAll(async () => {
    await pool.end()
    await binary.end()
    await on.close()
  })

  const expected = [
    { id: 1, email: 'a***@example.com', age: null, note: 'hay' },
    { id: 2, email: null, age: null, note: 'write to [email]' },
  ]

  it('come masked by simple and extended queries, as text and in binary', async () => {
    const text = 'select id, email, age, note from users'
    expect((await pool.query(text)).rows).toEqual(expected)
    expect((await pool.query(`${text} where id < $1`, [10])).rows).toEqual(expected)
    expect((await binary.query(`${text} where id < $1`, [10])).rows).toEqual(expected)
  })

  it('come masked by a named statement that is described once and run again', async () => {
    const query = { name: 'all', text: 'select id, email, age, note from users where id < $1', values: [10] }
    for (let time = 0; time < 3; time++) expect((await pool.query(query)).rows).toEqual(expected)
  })

  it('come masked from a portal that is read piece by piece', async () => {
    const client = await pool.connect()
    try {
      const cursor = client.query(new Cursor('select id, email, age, note from users'))
      expect(await cursor.read(1)).toEqual(expected.slice(0, 1))
      expect(await cursor.read(5)).toEqual(expected.slice(1))
      await cursor.close()
    } finally {
      client.release(true)
    }
  })

  it('come masked whole where a value is made of a masked one', async () => {
    const { rows } = await pool.query(
      `select upper(email) as u, coalesce(age, 0) as older, users as row from users order by id`,
    )
    expect(rows).toEqual([
      { u: '[masked]', older: null, row: null },
      { u: '[masked]', older: null, row: null },
    ])
  })

  it('come masked from statements that are run by name or by a cursor', async () => {
    const client = await pool.connect()
    const shown = async (text: string): Promise<string> =>
      JSON.stringify([(await client.query(text)) as unknown].flat().map((result) => (result as pg.QueryResult).rows))
    try {
      for (const text of [
        'begin; declare c cursor for select email, age from users',
        'fetch 1 from c',
        'close c; declare c binary cursor for select email, age from users',
        'fetch all from c',
        'commit',
        'prepare p as select email, age from users',
        'execute p',
        'select 1 as one; select email, age from users',
      ]) {
        const answer = await shown(text)
        expect(answer).not.toContain('ada')
        expect(answer).not.toContain('36')
      }
    } finally {
      client.release(true)
    }
  })

  it('come masked from RETURNING', async () => {
    const { rows } = await pool.query(
      `insert into users values (3, 'newcomer@example.com', 20, 'x') returning id, email, age`,
    )
    expect(rows).toEqual([{ id: 3, email: 'n***@example.com', age: null }])
  })

  it('leave with no error and no notice that quotes a masked value', async () => {
    const client = await pool.connect()
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(JSON.stringify({ ...notice, message: notice.message })))
    const errorOf = (text: string): Promise<string> =>
      client.query(text).then(
        () => 'no error',
        (error: Error) => JSON.stringify({ ...error, message: error.message }),
      )
    try {
      const taken = await errorOf(`insert into users values (9, 'adalovelace@example.com', 1, 'x')`)
      expect(taken).toContain('23505')
      expect(taken).not.toContain('adalovelace@')
      const refused = await errorOf(`insert into users (id, age) values (9, 237)`)
      expect(refused).toContain('23514')
      expect(refused).not.toContain('237')
      expect(await errorOf(`select email::integer from users`)).not.toContain('adalovelace@')
      await errorOf(`update users set note = 'y' where id = 1`)
      expect(notices.join()).not.toContain('adalovelace@')
    } finally {
      client.release(true)
    }
  })

  it('come without what others put into notifications', async () => {
    const client = await pool.connect()
    try {
      const heard = new Promise<unknown>((resolve) => client.once('notification', resolve))
      await client.query('listen news')
      await on.owner.query(`select pg_notify('news', email) from users where email is not null`)
      expect(await heard).toMatchObject({ channel: 'news', payload: '' })
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    } finally {
      client.release(true)
    }
  })
})
