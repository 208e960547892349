import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import { to } from 'pg-copy-streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorFields } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { copying, writing } from './support/policy.js'
import { bind, execute, extended, parse, query, sync, types, Wire } from './support/wire.js'

const seed = `
create domain mail as text;
create table users (id int primary key, email text, nick mail, age int, tags text[], note text, doc jsonb, pay numeric,
  size int generated always as (id * 2) stored);
create table shown (id int primary key, email text, nick mail, age int, tags text[], note text, doc jsonb, pay numeric);
create table parted (id int, email text) partition by list (id);
create table parted_1 partition of parted for values in (1);
insert into parted values (1, 'canary@example.com');
create materialized view kept as select id, email from users;
create table bare (); insert into bare default values;
create table "odd""t" (id int, "a,b" text, "c" text);
insert into "odd""t" values (1, 'canary', 'open');
`

/** First letters that are written in another way than they are, and what makes a cell look like something else. */
const odd = [
  ',canary',
  '"canary"',
  '"',
  '\\.',
  '\\',
  '\\N',
  '',
  '\n\ncanary',
  '\r\ncanary',
  '\tcanary\t',
  '|canary|',
  '\u0001canary',
  'éècanary',
  '\u{1f600}canary',
  'null',
  ' canary ',
  "'canary'",
  'write to canary@example.org, "now"\n',
  '\b\f\vcanary',
  'x',
  'ncanary',
  null,
]

const options = [
  '',
  `(format text, delimiter '|')`,
  `(delimiter E'\\x01', null 'null\\q')`,
  `(delimiter E'\\x0b', header)`,
  `(null '\\N', header on, encoding 'UTF-8')`,
  `(delimiter 'C', header 1)`,
  `csv`,
  `csv header`,
  `with delimiter as '|' null as '\\N' csv quote as '''' escape as '\\'`,
  `(format csv, force_quote *, header true)`,
  `(format csv, force_quote (email, note))`,
  `(format csv, null 'null', escape 'c')`,
  `(format csv, quote 'a', delimiter 'n')`,
  `(format csv, delimiter E'\\t', quote E'\\x01', escape E'\\n')`.replace(`, escape E'\\n'`, ''),
  `(format csv, escape ',')`,
  `(format csv, quote ' ', null 'x')`,
  `binary`,
  `(format binary)`,
]

const hasPsql = spawnSync('psql', ['--version']).status === 0

describe('COPY TO STDOUT of masked columns', () => {
  let on: Governed
  let session: Session
  let client: pg.Client

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [...writing, ...copying],
      policy: {
        mask: [
          { id: 'emails', target: 'db', columns: ['public.users.email', 'public.users.nick', 'public.parted.email'], with: { partial: { keepFirst: 1 } } },
          { id: 'odd', target: 'db', columns: ['public."odd""t"."a,b"'], with: { redact: 'no, "way"\n' } },
          { id: 'rest', target: 'db', columns: ['public.users.age', 'public.users.tags', 'public.users.pay'], with: 'redact' },
          { id: 'found', target: 'db', detect: ['email'], with: 'redact' },
        ],
      },
    }) // prettier-ignore
    for (const [id, value] of odd.entries()) {
      await on.owner.query(
        `insert into users select $1::int, $2::text, $2::text, $1::int, array[$2::text], $2::text, jsonb_build_object('k', $2::text), $1::int / 3.0`,
        [id, value],
      )
    }
    session = await on.session()
    client = on.target.client(session)
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>('select * from users')
    for (const { age, doc, email, id, nick, note, pay, tags } of rows) {
      const values = [id, email, nick, age, tags, note, doc, pay]
      await on.owner.query('insert into shown values ($1, $2, $3, $4, $5, $6, $7, $8)', values)
    }
  })

  afterAll(async () => {
    await client.end()
    await on.close()
  })

  const copied = async (through: pg.Client, text: string): Promise<Buffer> => {
    const chunks: Buffer[] = []
    for await (const chunk of through.query(to(text))) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }

  it.each(options)('is what the server gives of the masked values: %s', async (option) => {
    const one = option.includes('force_quote (') ? 'note, email' : 'email'
    for (const columns of ['id, email, note, age, doc, nick, tags, pay', one]) {
      const text = (table: string): string => `copy (select ${columns} from ${table} order by id) to stdout ${option}`
      const [bytes, expected] = await Promise.all([copied(client, text('users')), copied(on.owner, text('shown'))])
      expect(bytes.toString('latin1')).toBe(expected.toString('latin1'))
    }
  })

  it('of a table, all of it and by columns in another order, leaves generated ones out', async () => {
    expect(await copied(client, 'copy users to stdout csv')).toEqual(await copied(on.owner, 'copy shown to stdout csv'))
    expect(await copied(client, 'copy users (note, email) to stdout')).toEqual(
      await copied(on.owner, 'copy shown (note, email) to stdout'),
    )
    expect(String(await copied(client, 'copy "odd""t" to stdout (format csv, header)'))).toBe(
      'id,"a,b",c\n1,"no, ""way""\n",open\n',
    )
    expect(String(await copied(client, 'copy bare to stdout'))).toBe('\n')
    expect(String(await copied(client, 'copy (select id, email from parted) to stdout'))).toBe(
      `1\t${String((await client.query<{ email: string }>('select email from parted')).rows[0]?.email)}\n`,
    )
    expect(String(await copied(client, 'copy parted_1 to stdout'))).not.toContain('canary')
  })

  it('is masked whole where it is made of a masked one, and empty where its type is not known', async () => {
    const made = 'select email || note, upper(email), length(email), row(email) as r from users where id = 1'
    expect(String(await copied(client, `copy (${made}) to stdout`))).toBe('[masked]\t[masked]\t\\N\t\\N\n')
  })

  it('searches other columns, also those of no known type', async () => {
    const note = `'to canary@example.org, now'`
    const found = `select 1, ${note}::text, array[${note}], json_build_object('k', ${note}), row(${note}) as r, (array[${note}])[1] as e`
    expect(String(await copied(client, `copy (${found}) to stdout`))).toBe(
      '1\tto [email], now\t\\N\t{"k" : "to [email], now"}\t\\N\t\\N\n',
    )
    const returned = `insert into shown (id, note) values (-1, ${note}), (-2, 'hay') returning note`
    expect(String(await copied(client, `copy (${returned}) to stdout`))).toBe('\\N\nhay\n')
  })

  it('tells nothing by what stands for a missing value', async () => {
    for (const none of ['ncanary', 'x', '']) {
      const answer = await copied(client, `copy (select id, email from users order by id) to stdout (null '${none}')`)
      expect(new Set(String(answer).trimEnd().split('\n').map((line) => line.split('\t')[1]))).toEqual(new Set(['[masked]'])) // prettier-ignore
    }
    const found = `copy (select 'canary@example.org'::text) to stdout (null 'canary@example.org')`
    expect(String(await copied(client, found))).toBe('[email]\n')
  })

  it.each(["(encoding 'latin1')", `(format csv, escape E'\\n')`, `(null 'a\\')`])(
    'is denied where it is written in a way that is not known: %s',
    async (option) => {
      await expect(copied(client, `copy users (id, email) to stdout ${option}`)).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('public.users.email is masked by emails'),
      })
    },
  )

  it('is refused where such a one is to be searched only, and nothing of it is sent', async () => {
    const wire = await Wire.open(on.target, session)
    const text = `copy users (note) to stdout (encoding 'latin1')`
    const told: string[] = []
    for (const messages of [[query(text)], [query(`select 1; ${text}`)], [extended(text), sync]]) {
      const answers = await wire.ask(...messages)
      told.push(types(answers))
      const fields = errorFields(answers.find(({ type }) => type === 'E')?.bytes ?? Buffer.alloc(0))
      expect(fields.get('M')).toMatch(/in a way that is not known/)
    }
    expect(told).toEqual(['EZ', 'EZ', 'EZ'])
    expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
    await wire.end()
  })

  it('comes message by message as the server sends it, in both protocols and in longer texts', async () => {
    const wire = await Wire.open(on.target, session)
    const text = 'copy (select id, email from users where id < 3 order by id) to stdout'
    expect(types(await wire.ask(query(text)))).toBe('HdddcCZ')
    expect(types(await wire.ask(query(`${text} binary`)))).toBe('HddddcCZ')
    expect(types(await wire.ask(parse('', text), bind('', ''), execute(''), sync))).toBe('12HdddcCZ')
    const answer = await wire.ask(query(`${text}; ${text} csv header; select email from users where id = 1; ${text} (format binary)`)) // prettier-ignore
    expect(types(answer)).toBe('HdddcCHddddcCTDCHddddcCZ')
    const bodies = answer.filter(({ type }) => type === 'd').map(({ bytes }) => bytes.subarray(5).toString('latin1'))
    expect(bodies.slice(0, 7)).toEqual(['\\N\t\\N\n', '\\N\t\\N\n', '\\N\t\\N\n', 'id,email\n', ',\n', ',\n', ',\n'])
    expect(bodies.join('')).not.toContain('canary')
    await wire.end()
  })

  it('is on record with how many values were masked', async () => {
    const [before] = on.journal.events.filter(({ type }) => type === 'action.outcome').slice(-1)
    await copied(client, 'copy (select id, email, age from users where id < 3) to stdout')
    const last = on.journal.events.filter(({ type }) => type === 'action.outcome').at(-1)
    expect(last).not.toBe(before)
    expect(last?.['masked']).toEqual({ cells: 6, rules: ['emails', 'rest'] })
  })

  it.skipIf(!hasPsql)('goes through psql at the loopback door', async () => {
    const door = await on.target.listen(session)
    const shown = 'copy (select id, email, note from shown where id >= 0 order by id) to stdout csv header'
    const expected = String(await copied(on.owner, shown))
    for (const command of [shown, `\\${shown}`]) {
      const env = { ...process.env, PGPASSFILE: door.passfile }
      const { stdout } = await promisify(execFile)('psql', [door.url, '-Xqc', command.replace('shown', 'users')], {
        env,
      })
      expect(stdout).toBe(expected)
    }
    await door.close()
  })
})
