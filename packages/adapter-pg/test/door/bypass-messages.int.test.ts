import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cString, int32, message } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { copying, reading } from './support/policy.js'
import { proxy } from './support/proxy.js'
import {
  bind,
  errorField,
  errors,
  execute,
  extended,
  flush,
  int16,
  parse,
  query,
  rows,
  sync,
  types,
  Wire,
} from './support/wire.js'

const read = 'select a from t'
const hidden = 'drop table t'

/** A length that says less than there is, and more. */
const withLength = (bytes: Buffer, length: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed.writeInt32BE(length, 1)
  return changed
}

const behind = (bytes: Buffer, more: Buffer): Buffer =>
  withLength(Buffer.concat([bytes, more]), bytes.length - 1 + more.length)

describe('messages that no driver sends', () => {
  const between = proxy()
  let on: Governed

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key, b text); insert into t values (1), (2), (3)',
      allow: [...reading, ...copying],
      config: { maxMessageBytes: 4 * 1024 * 1024 },
      reach: between.reach,
    })
  })

  afterAll(async () => {
    expect((await on.owner.query('select count(*)::int as n from t')).rows).toEqual([{ n: 3 }])
    for (const { sent } of between.connections) {
      expect(Buffer.concat(sent.map(({ bytes }) => bytes)).toString('latin1')).not.toContain(hidden)
    }
    await on.close()
    await between.close()
  })

  const fresh = async (): Promise<Wire> => Wire.open(on.target, await on.session())

  /** The connection goes on as if nothing had been sent. */
  const expectUsable = async (wire: Wire): Promise<void> => {
    expect(rows(await wire.ask(query(read)))).toHaveLength(3)
    expect(rows(await wire.ask(extended(read), sync))).toHaveLength(3)
    await wire.end()
  }

  it.each<[string, Buffer]>([
    ['bytes behind the text of a query', behind(query(read), cString(hidden))],
    ['a query without its end', withLength(query(read).subarray(0, -1), read.length + 4)],
    ['an empty query message', message('Q', Buffer.alloc(0))],
  ])('refuses %s and goes on', async (_what, bytes) => {
    const wire = await fresh()
    expect(errors(await wire.ask(bytes))).toEqual(['0A000'])
    await expectUsable(wire)
  })

  it.each<[string, Buffer]>([
    ['bytes behind the fields of a Parse', behind(parse('', read), cString(hidden))],
    [
      'a Parse that counts more types than it has',
      message('P', Buffer.concat([cString(''), cString(read), int16(-1)])),
    ],
    ['a NUL inside the name of a Parse', parse(`a\0${hidden}\0`, read)],
    ['bytes behind the fields of a Bind', behind(bind('', ''), Buffer.from([0]))],
    ['a Bind that counts more values than it has', message('B', Buffer.concat([Buffer.alloc(4), int16(-1), int16(0)]))],
    [
      'a Bind with a value of negative length',
      message('B', Buffer.concat([Buffer.alloc(4), int16(1), int32(-2), int16(0)])),
    ],
    [
      'a Bind with a value longer than the message',
      message('B', Buffer.concat([Buffer.alloc(4), int16(1), int32(0x7fff_ffff), int16(0)])),
    ],
    ['bytes behind the fields of an Execute', behind(execute(''), Buffer.from([0]))],
    ['a Describe of nothing that there is', message('D', cString('Xname'))],
    ['a Describe without a name', message('D', Buffer.alloc(0))],
    ['bytes behind the name of a Close', behind(message('C', cString('Sname')), cString(hidden))],
  ])('refuses %s and goes on behind the Sync', async (_what, bytes) => {
    const wire = await fresh()
    expect(types(await wire.ask(parse('', read), sync))).toBe('1Z')
    const answer = await wire.ask(bytes, extended(read), sync)
    expect([errors(answer), types(answer)]).toEqual([['0A000'], 'EZ'])
    await expectUsable(wire)
  })

  // Nothing of it may reach the server, which the end of this file checks: a Describe sends what was parsed.
  it.each<[string, Buffer]>([
    ['described', message('D', cString('Sdenied'))],
    ['flushed', flush],
    ['replaced', parse('', read)],
  ])('refuses a denied text that is only parsed and %s', async (_what, next) => {
    const wire = await fresh()
    const answer = await wire.ask(parse('denied', hidden), next, sync)
    expect([errors(answer), types(answer)]).toEqual([['42501'], 'EZ'])
    await expectUsable(wire)
  })

  it('refuses a function call, on record', async () => {
    const wire = await fresh()
    const call = message('F', Buffer.concat([int32(1598), int16(0), int16(0), int16(0)]))
    const answer = await wire.ask(call)
    expect([errors(answer), errorField(answer, 'D')]).toEqual([['0A000'], 'ERR_PROTOCOL_REFUSED'])
    expect(on.journal.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_PROTOCOL_REFUSED' })
    await expectUsable(wire)
  })

  it.each<[string, Buffer]>([
    ['a message of an unknown type', message('?', Buffer.from(hidden))],
    ['a password after the login', message('p', cString(hidden))],
    ['a length that wraps', Buffer.concat([Buffer.from('Q'), int32(-1), cString(hidden)])],
    ['a length shorter than itself', Buffer.concat([Buffer.from('Q'), int32(3), cString(hidden)])],
    ['a message above the cap', Buffer.concat([Buffer.from('Q'), int32(4 * 1024 * 1024 + 1)])],
  ])('ends the connection on %s', async (_what, bytes) => {
    const wire = await fresh()
    const answer = await wire.ask(bytes, query(read))
    expect([errors(answer), errorField(answer, 'S')]).toEqual([['0A000'], 'FATAL'])
    expect(types(answer)).toBe('E')
    await wire.until('Z')
    expect(wire.over).toBe(true)
  })

  it('drops COPY data when no COPY is under way, as the server does', async () => {
    const wire = await fresh()
    const stray = [message('d', Buffer.from(hidden)), message('c', Buffer.alloc(0)), message('f', cString('no'))]
    expect(types(await wire.ask(...stray, query(read)))).toBe('TDDDCZ')
    await expectUsable(wire)
  })

  it('ends the connection on a statement in the middle of a COPY, which then writes nothing', async () => {
    const wire = await fresh()
    wire.send(query('copy t (a) from stdin'))
    expect(types(await wire.until('G'))).toBe('G')
    const answer = await wire.ask(message('d', Buffer.from('7\n')), query(hidden))
    expect([errors(answer), errorField(answer, 'S')]).toEqual([['0A000'], 'FATAL'])
    await wire.until('Z')
    expect(wire.over).toBe(true)
  })

  it('takes as many parameters as the protocol has, and refuses a count that wraps', async () => {
    const session = await on.session()
    const client = on.target.client(session)
    await client.connect()
    const values = Array.from({ length: 65_535 }, (_, index) => index)
    const text = (count: number): string =>
      `select a from t where a in (${values
        .slice(0, count)
        .map((_, i) => `$${String(i + 1)}`)
        .join()})`
    const small = text(1)
    expect((await client.query(`select a from t where a = any($1)`, [values])).rowCount).toBe(3)
    const wire = await fresh()
    const wide = bind('', '', values.map(String))
    expect(errors(await wire.ask(parse('', small), wide, execute(''), sync))).toEqual(['08P01'])
    await expectUsable(wire)
    await expect(client.query(small, [...values, 1, 2])).rejects.toMatchObject({ code: '0A000' })
    expect((await client.query(small, [1])).rowCount).toBe(1)
    await client.end()
  })
})
