import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parameterStatus } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { proxy } from './support/proxy.js'
import {
  bind,
  errorField,
  errors,
  execute,
  extended,
  flush,
  parse,
  query,
  rows,
  sync,
  types,
  Wire,
} from './support/wire.js'

const read = 'select a from t'

/** A function that an agent may call and that does something to its connection. */
const hidden = (name: string, body: string): string =>
  `create function ${name}() returns int language plpgsql as $f$ begin ${body}; return 1; end $f$`

describe('settings that a function changes behind the text', () => {
  const between = proxy()
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: [
        'create table t (a int); create schema other; create table other.t (a int); insert into t values (1)',
        hidden('lexing', `perform set_config('standard_conforming_strings', 'off', false)`),
        hidden('encoding', `perform set_config('client_encoding', 'SJIS', false)`),
        hidden('names', `perform set_config('search_path', 'other, public', false)`),
        hidden('names_locally', `perform set_config('search_path', 'other, public', true)`),
        hidden('replace', `execute 'deallocate all'; execute 'prepare bothkeys_probe as select 1'`),
        hidden('shadow', `create temp table t (a int)`),
        hidden('harmless', `perform 1`),
      ].join(';'),
      allow: [
        { target: 'db', duty: 'read', resource: 'table:public.*' },
        { target: 'db', duty: 'execute', resource: 'function:public.*' },
      ],
      reach: between.reach,
    })
  })

  beforeEach(async () => {
    session = await on.session()
    wire = await Wire.open(on.target, session)
    expect(rows(await wire.ask(query(read)))).toHaveLength(1)
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  it.each([
    ['lexing', 'standard_conforming_strings'],
    ['encoding', 'client_encoding'],
  ])('end the connection when texts would not mean the same any more: %s', async (name, setting) => {
    for (const message of [query(`select ${name}()`), Buffer.concat([extended(`select ${name}()`), sync])]) {
      const one = await Wire.open(on.target, session)
      one.send(message, query("select '\\' || '; drop table t; --'"))
      const answer = await one.ready()
      expect([errorField(answer, 'S'), errorField(answer, 'D')]).toEqual(['FATAL', 'ERR_TARGET_UNSAFE'])
      expect(errorField(answer, 'M')).toContain(setting)
      await one.ready()
      expect(one.over).toBe(true)
    }
    await wire.end()
  })

  it.each(['names', 'shadow'])('count for the next statement: %s', async (name) => {
    for (const message of [query(`select ${name}()`), Buffer.concat([extended(`select ${name}()`), sync])]) {
      const one = await Wire.open(on.target, session)
      one.send(message, query(read), extended(read), sync)
      expect(errors(await one.ready())).toEqual([])
      expect(errors(await one.ready())).toEqual(['42501'])
      expect(errors(await one.ready())).toEqual(['42501'])
      await one.end()
    }
    await wire.end()
  })

  it('keep the rest of their batch from being decided', async () => {
    for (const behind of [extended(read), Buffer.concat([flush, extended(read)])]) {
      const answer = await wire.ask(extended('select names()'), behind, sync)
      expect(errors(answer)).toEqual(['0A000'])
    }
    const prepared = await wire.ask(parse('p', read), sync)
    expect(types(prepared)).toBe('1Z')
    const answer = await wire.ask(extended('select names()'), bind('', 'p'), execute(''), sync)
    expect(errors(answer)).toEqual(['0A000'])
    await wire.end()
  })

  it('count inside a transaction, and no longer when it is undone', async () => {
    await wire.ask(query('begin'))
    await wire.ask(query('select names_locally()'))
    expect(errors(await wire.ask(query(read)))).toEqual(['42501'])
    await wire.ask(query('rollback'))
    expect(rows(await wire.ask(query(read)))).toHaveLength(1)
    await wire.ask(query('begin'))
    await wire.ask(query('select names()'))
    await wire.ask(query('rollback'))
    expect(rows(await wire.ask(query(read)))).toHaveLength(1)
    await wire.ask(query('begin'))
    await wire.ask(query('select names()'))
    await wire.ask(query('commit'))
    expect(errors(await wire.ask(query(read)))).toEqual(['42501'])
    await wire.end()
  })

  it('never make the door believe a statement of theirs in place of its own', async () => {
    for (const message of [query('select replace()'), Buffer.concat([extended('select replace()'), sync])]) {
      expect(errors(await wire.ask(message))).toEqual([])
      expect(rows(await wire.ask(query(read)))).toHaveLength(1)
      expect(errors(await wire.ask(query('drop table t')))).toEqual(['42501'])
    }
    await wire.end()
  })

  it('cost nothing when there are none', async () => {
    expect(errors(await wire.ask(query('select harmless()')))).toEqual([])
    expect(rows(await wire.ask(query(read)))).toHaveLength(1)
    await wire.end()
  })

  it.each(['standard_conforming_strings', 'search_path', 'is_superuser', 'session_authorization'])(
    'end the connection when the server reports one that nobody asked for: %s',
    async (name) => {
      between.connections.at(-1)?.inject(parameterStatus(name, 'off'))
      const answer = await wire.ready()
      expect([types(answer), errorField(answer, 'D')]).toEqual(['E', 'ERR_TARGET_UNSAFE'])
    },
  )

  it('pass to the client when they change nothing that texts mean', async () => {
    between.connections.at(-1)?.inject(parameterStatus('TimeZone', 'UTC'))
    expect(types(await wire.ask(query(read)))).toBe('STDCZ')
    await wire.end()
  })
})
