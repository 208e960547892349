import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { proxy, textsSent } from './support/proxy.js'
import {
  bind,
  close,
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

const read = 'select a from t order by a'

describe('names of prepared statements and portals', () => {
  const between = proxy()
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); insert into t values (1), (2), (3)',
      allow: [{ target: 'db', duty: ['read', 'delete'], resource: 'table:public.*' }],
      // Nobody can approve: a held statement that runs has gone around the hold.
      hold: [{ id: 'h', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
      reach: between.reach,
    })
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  const fresh = async (): Promise<Wire> => {
    wire = await Wire.open(on.target, await on.session())
    return wire
  }

  const expectUntouched = async (): Promise<void> => {
    expect((await on.owner.query('select count(*)::int as n from t')).rows).toEqual([{ n: 3 }])
    await wire.end()
  }

  it('refuses a second statement under a name, whichever protocol made the first', async () => {
    await fresh()
    expect(types(await wire.ask(parse('s', read), sync))).toBe('1Z')
    expect(errors(await wire.ask(parse('s', 'delete from t'), sync))).toEqual(['42P05'])
    expect(errors(await wire.ask(query('prepare s as select 1')))).toEqual(['42P05'])
    expect(rows(await wire.ask(bind('', 's'), execute(''), sync))).toHaveLength(3)
    expect(types(await wire.ask(query('prepare q as select a from t')))).toBe('CZ')
    expect(errors(await wire.ask(parse('q', 'delete from t'), sync))).toEqual(['42P05'])
    expect(rows(await wire.ask(query('execute q')))).toHaveLength(3)
    await expectUntouched()
  })

  it('knows what a name stands for after it was closed and made anew', async () => {
    await fresh()
    await wire.ask(parse('s', read), sync)
    await wire.ask(close('S', 's'), parse('s', 'delete from t'), sync)
    expect(errors(await wire.ask(bind('', 's'), execute(''), sync))).toEqual(['42501'])
    await wire.ask(query('deallocate all'))
    expect(errors(await wire.ask(bind('', 's'), execute(''), sync))).toEqual(['26000'])
    await expectUntouched()
  })

  it('forgets what a name stood for when a text of several statements failed after changing it', async () => {
    await fresh()
    await wire.ask(query('prepare s as select 1'))
    expect(errors(await wire.ask(query('deallocate s; prepare s as delete from t; select 1/0')))).toEqual(['22012'])
    expect(errors(await wire.ask(query('execute s')))).toEqual(['42501'])
    expect(errors(await wire.ask(bind('', 's'), execute(''), sync))).toEqual(['26000'])
    expect(types(await wire.ask(query('deallocate s')))).toBe('CZ')
    await expectUntouched()
  })

  it('applies once what a portal did to names, also when it is closed later', async () => {
    await fresh()
    await wire.ask(query('begin'))
    await wire.ask(parse('', 'prepare x as select 1'), bind('p', ''), execute('p'), sync)
    await wire.ask(query('deallocate x'))
    await wire.ask(query('prepare x as delete from t'))
    await wire.ask(close('P', 'p'), sync)
    expect(errors(await wire.ask(query('execute x')))).toEqual(['42501'])
    await wire.ask(query('rollback'))
    await expectUntouched()
  })

  it('refuses names that the server would cut to the same 63 bytes', async () => {
    await fresh()
    const long = 'n'.repeat(63)
    expect(types(await wire.ask(parse(long, read), sync))).toBe('1Z')
    for (const message of [
      parse(`${long}b`, 'delete from t'),
      close('S', `${long}a`),
      bind('', `${long}b`),
      bind(`${long}p`, long),
      close('P', `${long}p`),
      describeMessage('S', `${long}b`),
      execute(`${long}p`),
    ]) {
      expect(errors(await wire.ask(message, sync))).toEqual(['42622'])
    }
    expect(rows(await wire.ask(bind('', long), execute(''), sync))).toHaveLength(3)
    expect(textsSent(between.connections.at(-1)!)).not.toContain('delete from t')
    await expectUntouched()
  })

  it('refuses names of the door in both protocols', async () => {
    await fresh()
    for (const message of [
      parse('bothkeys_probe', 'select 1'),
      close('S', 'bothkeys_probe'),
      Buffer.concat([parse('', read), bind('bothkeys_p', '')]),
    ]) {
      expect(errors(await wire.ask(message, sync))).toEqual(['42939'])
    }
    for (const text of [
      'deallocate bothkeys_probe',
      'deallocate bothkeys_probe; prepare bothkeys_probe as select 1',
      'prepare bothkeys_other as select 1',
      'execute bothkeys_probe',
      'explain execute bothkeys_probe',
      'begin; declare bothkeys_c cursor for select 1',
    ]) {
      expect([text, ...errors(await wire.ask(query(text)))]).toEqual([text, '42939'])
      await wire.ask(query('rollback'))
    }
    expect(errorField(await wire.ask(parse('bothkeys_x', 'select 1'), sync), 'D')).toBe('ERR_PROTOCOL_REFUSED')
    await expectUntouched()
  })

  it('refuses to bind, describe and execute what was not made on this connection', async () => {
    await fresh()
    expect(errors(await wire.ask(bind('', 'nobody'), execute(''), sync))).toEqual(['26000'])
    expect(errors(await wire.ask(describeMessage('S', 'nobody'), sync))).toEqual(['26000'])
    expect(errors(await wire.ask(describeMessage('P', 'nobody'), sync))).toEqual(['34000'])
    expect(errors(await wire.ask(execute('nobody'), sync))).toEqual(['34000'])
    expect(errors(await wire.ask(execute(''), sync))).toEqual(['34000'])
    expect(types(await wire.ask(close('P', 'nobody'), close('S', 'nobody'), sync))).toBe('33Z')
    await expectUntouched()
  })

  it('keeps names of one connection from another', async () => {
    const first = await fresh()
    await first.ask(parse('mine', read), sync)
    const second = await Wire.open(on.target, await on.session())
    expect(errors(await second.ask(bind('', 'mine'), sync))).toEqual(['26000'])
    await second.end()
    await expectUntouched()
  })

  it('decides anew when a portal name is used again', async () => {
    await fresh()
    await wire.ask(query('begin'))
    expect(rows(await wire.ask(parse('', read), bind('p', ''), execute('p', 1), sync))).toHaveLength(1)
    expect(errors(await wire.ask(parse('', 'delete from t'), bind('p', ''), execute('p'), sync))).toEqual(['42P03'])
    await wire.ask(query('rollback'))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['34000'])
    expect(rows(await wire.ask(extended(read), sync))).toHaveLength(3)
    await expectUntouched()
  })
})
