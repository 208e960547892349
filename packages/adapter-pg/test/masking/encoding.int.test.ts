import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../door/support/wire.js'
import { errors, extended, query, sync, types, Wire } from '../door/support/wire.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

const seed = `
create table users (id integer primary key, email text, plain text);
insert into users values (1, 'sekrét1', 'é'), (2, 'sekrét2', 'é');
create table switched (id integer, plain text);
insert into switched values (1, 'é'), (2, 'é');
create function within() returns trigger language plpgsql set client_encoding to latin1 as $$ begin return new; end $$;
create trigger w before update on users for each row execute function within();
create function switches() returns trigger language plpgsql as $$ begin perform set_config('client_encoding', 'LATIN1', false); return new; end $$;
create trigger s before update on switched for each row execute function switches();
`
const policy = { mask: [{ id: 'm', target: 'db', columns: ['public.users.email'], with: 'redact' }] }

/** Everything that came, as bytes: UTF-8 has no single E9. */
const bytesOf = (answers: readonly Answer[]): Buffer => Buffer.concat(answers.map(({ bytes }) => bytes))
/** In descriptions of rows stand numbers of tables, any byte of which may be E9. */
const isLatin = (answers: readonly Answer[]): boolean =>
  /sekr\xe9t|[^\xc3]\xe9/.test(bytesOf(answers.filter(({ type }) => type !== 'T')).toString('latin1'))
const isClear = (answers: readonly Answer[]): boolean => bytesOf(answers).includes('sekr')

describe('the encoding of a connection', () => {
  let on: Governed

  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: '*' }], policy })
  })

  afterAll(() => on.close())

  it.each([
    ['before a statement', ['set client_encoding to latin1; select email, plain from users']],
    ['by SET NAMES', [`set names 'latin1'; select email, plain from users`]],
    ['by a function', [`select set_config('client_encoding', 'latin1', false); select email, plain from users`]],
    [
      'by a function beside the rows',
      [`select set_config('client_encoding', 'latin1', false), email, plain from users`],
    ],
    ['in one statement for the next', ['set client_encoding to latin1', 'select email, plain from users']],
    ['in a transaction', ['begin', 'set local client_encoding to latin1', 'select email, plain from users', 'commit']],
    [
      'in one text with a transaction',
      ['begin; set local client_encoding to latin1; select email, plain from users; commit'],
    ],
    [
      'by pg_settings',
      [`update pg_settings set setting = 'LATIN1' where name = 'client_encoding'`, 'select email, plain from users'],
    ],
    ['by a trigger', [`update switched set id = id returning plain`, 'select email, plain from users']],
  ])('is UTF-8 or there is no connection: %s', async (_how, texts) => {
    const wire = await Wire.open(on.target, await on.session())
    const answers: Answer[] = []
    for (const text of texts) if (!wire.over) answers.push(...(await wire.ask(query(text))))
    if (!wire.over) expect(bytesOf(await wire.ask(query('show client_encoding'))).includes('UTF8')).toBe(true)
    expect(isClear(answers)).toBe(false)
    // What a trigger of the owner changes within a statement is seen when the server reports it: no masked cell is read by it.
    if (texts[0]?.startsWith('update switched') !== true) expect(isLatin(answers)).toBe(false)
    await wire.end()
  })

  it('is not changed in a pipeline', async () => {
    const wire = await Wire.open(on.target, await on.session())
    const answers = await wire.ask(
      extended('set client_encoding to latin1'),
      extended('select email, plain from users'),
      sync,
    )
    expect(types(answers)).not.toContain('D')
    expect([isClear(answers), isLatin(answers)]).toEqual([false, false])
    await wire.end()
  })

  it('is one thing within a function, and another outside', async () => {
    const wire = await Wire.open(on.target, await on.session())
    const answers = await wire.ask(query('update users set id = id returning email, plain'))
    expect(errors(answers)).toEqual([])
    expect(types(answers)).toContain('DD')
    expect([isClear(answers), isLatin(answers)]).toEqual([false, false])
    await wire.end()
  })

  it('is UTF-8 whatever the role has for itself', async () => {
    await on.owner.query('alter role current_user set client_encoding to latin1')
    const wire = await Wire.open(on.target, await on.session())
    expect(bytesOf(await wire.ask(query('show client_encoding'))).includes('UTF8')).toBe(true)
    const answers = await wire.ask(query('select email, plain from users'))
    expect(types(answers)).toContain('DD')
    expect([isClear(answers), isLatin(answers)]).toEqual([false, false])
    await wire.end()
    await on.owner.query('alter role current_user reset client_encoding')
  })
})
