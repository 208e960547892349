import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf } from '../door/loopback-stub.js'
import { Desk, holdOn } from '../door/support/desk.js'
import type { Answer } from '../door/support/wire.js'
import { bind, errorField, errors, execute, parse, query, sync, types, whole, Wire } from '../door/support/wire.js'
import { errorFields } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { excepted } from './support/excepted.js'

/** The masked value. It stands in every row. */
const secret = 'sekret1'
const anyEmail = '(select email from users limit 1)'

const raising = (name: string, event: string, raise: string): string => `
create table ${name} (id integer primary key, b text, check (id > 0));
insert into ${name} values (1, 'a'), (2, 'a');
create function ${name}_f() returns trigger language plpgsql as $$ begin ${raise}; return new; end $$;
create ${event} on ${name} for each row execute function ${name}_f();`

const seed = `
create table users (id integer primary key, email text);
insert into users values (1, '${secret}'), (2, '${secret}');
create table plain (id integer primary key, b text, check (id > 0));
insert into plain values (1, 'a'), (2, 'a');
${raising('noticed', 'trigger t after update', `raise notice 'saw %', ${anyEmail}`)}
${raising('warned', 'trigger t after update', `raise warning using message = ${anyEmail}, errcode = '42P07'`)}
${raising('failed', 'trigger t after update', `raise exception 'there is %', ${anyEmail}`)}
${raising('posed', 'trigger t after update', `raise exception using errcode = 'unique_violation', message = ${anyEmail}, detail = ${anyEmail}, hint = ${anyEmail}, column = ${anyEmail}, constraint = ${anyEmail}, datatype = ${anyEmail}, table = ${anyEmail}, schema = ${anyEmail}`)}
${raising('late', 'constraint trigger t after update', `raise notice 'saw %', ${anyEmail}`).replace(' for each row', ' deferrable initially deferred for each row')}
${raising('nested', 'trigger t after update', `perform (${anyEmail})::integer`)}
create table kept (email text unique);
${raising('doubled', 'trigger t after update', `insert into kept select email from users`)}
${raising('quiet', 'trigger t after update', `null`)}
create function speaks(text) returns boolean language plpgsql immutable as $$ begin raise notice 'saw %', ${anyEmail}; return true; end $$;
create table spoken (b text check (speaks(b)));
create table ruled (id integer, b text);
insert into ruled values (1, 'a');
create rule r as on update to ruled do also update noticed set b = new.b where id = 1;
create view shown as select id, b from noticed;
`

const policy = {
  mask: [{ id: 'emails', target: 'db', columns: ['public.users.email'], with: 'redact', except: ['fraud'] }],
}
describe('what a function of the database raises', () => {
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

  it.each([
    ['a notice', `update noticed set b = 'x' where id = 1`],
    ['a notice with a condition that has names alone', `update warned set b = 'x' where id = 1`],
    ['a notice of a rule', `update ruled set b = 'x'`],
    ['a notice below a view', `update shown set b = 'x' where id = 1`],
    ['a notice of a check', `insert into spoken values ('a')`],
    ['a notice of a text that is prepared', `prepare n as update noticed set b = 'x' where id = 1; execute n`],
    ['a notice of a cursor', `with u as (update noticed set b = 'x' where id = 1 returning id) select id from u`],
    ['a notice in a pipeline', [parse('', `update noticed set b = 'x' where id = 1`), bind('', ''), execute(''), sync]],
    [
      'a notice in a second pipeline',
      [
        parse('', 'select 1'),
        bind('', ''),
        execute(''),
        sync,
        parse('', `update noticed set b = 'x' where id = 1`),
        bind('', ''),
        execute(''),
        sync,
      ],
    ],
    ['a notice behind another statement', [query('select 1'), query(`update noticed set b = 'x' where id = 1`)]],
  ] as const)('is without what it holds: %s', async (_what, sent) => {
    const answers = typeof sent === 'string' ? await wire.ask(query(sent)) : await askAll(wire, sent)
    expect(answers.filter(({ type }) => type === 'N')).toHaveLength(1)
    expect(errors(answers)).toEqual([])
    expect(whole(answers)).not.toContain(secret)
    const notice = errorFields(answers.find(({ type }) => type === 'N')?.bytes ?? Buffer.alloc(0))
    expect(notice.get('M')).toContain('withheld')
    expect(notice.has('W')).toBe(false)
  })

  it.each([
    ['P0001', `update failed set b = 'x' where id = 1`],
    ['23505', `update posed set b = 'x' where id = 1`],
    ['23505', `update doubled set b = 'x' where id = 1`],
    ['22P02', `update nested set b = 'x' where id = 1`],
  ])('is an error of which its SQLSTATE is left: %s', async (sqlState, text) => {
    const answers = await wire.ask(query(text))
    expect(errors(answers)).toEqual([sqlState])
    expect(whole(answers)).not.toContain(secret)
    expect('sctdnWHqp'.split('').map((field) => errorField(answers, field))).toEqual(Array(9).fill(undefined))
    expect(errorField(answers, 'D')).toMatch(/withheld.*rule emails/)
  })

  it('is without it when the transaction ends, too', async () => {
    for (const text of ['begin', `update late set b = 'x' where id = 1`, 'select 1'])
      expect(types(await wire.ask(query(text)))).not.toContain('N')
    const answers = await wire.ask(query('commit'))
    expect(types(answers)).toBe('NCZ')
    expect(whole(answers)).not.toContain(secret)
  })

  it('is no reason to withhold what the server says of rows that the session may read', async () => {
    const told = async (text: string): Promise<unknown> => {
      const answers = await wire.ask(query(text))
      return [errorField(answers, 'C'), errorField(answers, 'D'), errorField(answers, 'n')]
    }
    const violated = ['23514', 'Failing row contains (-1, a).', 'quiet_id_check']
    expect(await told('update quiet set id = -1 where id = 1')).toEqual(violated)
    expect(await told('update quiet set id = 2 where id = 1')).toEqual([
      '23505',
      'Key (id)=(2) already exists.',
      'quiet_pkey',
    ])
    expect(await told('update plain set id = 1 / (id - id)')).toEqual(['22012', undefined, undefined])
    expect(errorField(await wire.ask(query('update plain set id = 1 / (id - id)')), 'M')).toBe('division by zero')
  })

  it('is over with its transaction', async () => {
    await wire.ask(query(`update noticed set b = 'x' where id = 1`))
    expect(errorField(await wire.ask(query('select 1 / (id - id) from plain')), 'M')).toBe('division by zero')
    await wire.ask(query('begin'))
    await wire.ask(query(`update noticed set b = 'x' where id = 1`))
    expect(errorField(await wire.ask(query('select 1 / (id - id) from plain')), 'M')).toContain('withheld')
    await wire.ask(query('rollback'))
  })

  it('is what the text itself is told that stays', async () => {
    await wire.ask(query('begin'))
    await wire.ask(query(`update noticed set b = 'x' where id = 1`))
    expect(errorField(await wire.ask(query(`select 'a'::integer`)), 'M')).toBe(
      'invalid input syntax for type integer: "a"',
    )
    await wire.ask(query('rollback'))
  })

  it('is told to whom the mask does not hold for', async () => {
    const other = await Wire.open(on.target, await on.session(excepted))
    const answers = await other.ask(query(`update noticed set b = 'x' where id = 1`))
    expect(types(answers)).toBe('NCZ')
    expect(whole(answers)).toContain(secret)
    await other.end()
  })

  it('is without it at the loopback door, too', async () => {
    const session = await on.session()
    const client = clientOf(await on.target.listen(session)) as pg.Client
    const notices: object[] = []
    client.on('notice', (notice) => notices.push(notice))
    await client.connect()
    await client.query(`update noticed set b = 'x' where id = 1`)
    const failed: unknown = await client.query(`update posed set b = 'x' where id = 1`).catch((error: unknown) => error)
    const errorsAndNotices = [...notices, failed].map((told) =>
      JSON.stringify({ ...(told as object), text: String((told as { message: string }).message) }),
    )
    expect(errorsAndNotices).toHaveLength(2)
    expect(errorsAndNotices.join()).not.toContain(secret)
    expect(errorsAndNotices.join()).toContain('23505')
    await client.end()
    await session.close()
  })
})

/** Sends messages without waiting between them, and answers when all of them were. */
async function askAll(wire: Wire, messages: readonly Buffer[]): Promise<readonly Answer[]> {
  const queries = messages.filter((bytes) => 'QS'.includes(String.fromCharCode(bytes[0] ?? 0))).length
  const all = [...(await wire.ask(...messages))]
  for (let ready = 1; ready < queries; ready++) all.push(...(await wire.ready()))
  return all
}

describe('where nothing is masked', () => {
  it.each([
    ['allowed', undefined],
    ['approved', holdOn('execute')],
  ])('what a function raises that was %s is told as it is', async (_how, hold) => {
    const desk = await Desk.open()
    const allow = [{ target: 'db', duty: '*' }]
    const on = await governed({ seed, allow, approvers: [desk], ...(hold && { hold: [hold] }) })
    const wire = await Wire.open(on.target, await on.session())
    const asked = wire.ask(query(`update noticed set b = 'x' where id = 1`))
    if (hold !== undefined) await (await desk.next()).approve()
    const answers = await asked
    expect(types(answers)).toBe('NCZ')
    expect(whole(answers)).toContain(secret)
    await wire.end()
    await on.close()
  })
})
