import { once } from 'node:events'
import type { Session } from '@bothkeys/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorFields, int32, message } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, rows, startup, types, Wire } from './support/wire.js'

describe('the start of a connection', () => {
  let on: Governed
  let session: Session
  let user: string
  let database: string

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int)',
      allow: [{ target: 'db', duty: 'read' }],
    })
    ;({ user, database } = on.target.config(await on.session()))
  })

  beforeEach(async () => {
    session = await on.session()
  })

  afterEach(() => {
    vi.unstubAllEnvs()
  })

  afterAll(() => on.close())

  const greet = async (
    parameters: Readonly<Record<string, string>>,
    version?: number,
  ): Promise<Awaited<ReturnType<Wire['ready']>>> => {
    const wire = Wire.dial(on.target, session)
    wire.send(startup({ user, database, ...parameters }, version))
    const answer = await wire.ready()
    await wire.end()
    return answer
  }

  const show = async (
    parameters: Readonly<Record<string, string>>,
    name: string,
  ): Promise<string | null | undefined> => {
    const wire = await Wire.open(on.target, session, parameters)
    const value = rows(await wire.ask(query(`show ${name}`)))[0]?.[0]
    await wire.end()
    return value
  }

  it.each<[string, Record<string, string>]>([
    ['replication', { replication: 'database' }],
    ['replication', { replication: 'true' }],
    ['options', { options: '-c standard_conforming_strings=off' }],
    ['options', { options: '--search_path=evil' }],
    ['client_encoding', { client_encoding: 'SJIS' }],
    ['client_encoding', { client_encoding: 'SQL_ASCII' }],
    ['a setting by its name', { search_path: 'evil' }],
    ['a setting by its name', { Session_Replication_Role: 'replica' }],
    ['a setting by its name', { default_transaction_read_only: 'off' }],
    ['a setting by its name', { role: 'postgres' }],
    ['another database', { database: 'postgres' }],
  ])('is refused with %s: %o', async (_what, parameters) => {
    const answer = await greet(parameters)
    expect([types(answer), errors(answer), errorField(answer, 'S')]).toEqual(['E', ['0A000'], 'FATAL'])
  })

  it('forwards the settings of its list, and hides no other behind their values', async () => {
    expect(await show({ TimeZone: 'Asia/Tokyo' }, 'timezone')).toBe('Asia/Tokyo')
    expect(await show({ statement_timeout: '12345' }, 'statement_timeout')).toBe('12345ms')
    const hiding = `UTC -c default_transaction_read_only=off \\ -c\tsearch_path=evil`
    const answer = await greet({ timezone: hiding })
    expect(errors(answer)).toEqual(['08001'])
    expect(await show({ application_name: 'x -c work_mem=1MB' }, 'application_name')).toMatch(
      /^bothkeys:[0-9a-f]{8} x -c work_mem=1MB$/,
    )
    expect(await show({ datestyle: 'SQL, DMY' }, 'datestyle')).toBe('SQL, DMY')
    expect(await show({ client_encoding: 'utf8', replication: 'off', options: ' ' }, 'client_encoding')).toBe('UTF8')
  })

  it('does not follow PG variables of the environment', async () => {
    for (const [name, value] of [
      ['PGOPTIONS', '-c standard_conforming_strings=off -c default_transaction_read_only=off'],
      ['PGPASSWORD', 'wrong'],
      ['PGHOST', '192.0.2.1'],
      ['PGUSER', 'nobody'],
      ['PGDATABASE', 'nothing'],
      ['PGSSLMODE', 'verify-full'],
    ] as const) {
      vi.stubEnv(name, value)
    }
    const pool = on.target.pool(session)
    expect((await pool.query('show standard_conforming_strings')).rows).toEqual([{ standard_conforming_strings: 'on' }])
    expect((await pool.query('show default_transaction_read_only')).rows).toEqual([
      { default_transaction_read_only: 'on' },
    ])
    await pool.end()
    vi.stubEnv('PGREPLICATION', 'database')
    const client = on.target.client(session)
    await expect(client.connect()).rejects.toMatchObject({
      code: '0A000',
      message: expect.stringContaining('replication'),
    })
  })

  it.each<[string, Buffer]>([
    ['of another major version', startup({ user: 'u' }, 0x0002_0000)],
    ['that ends too early', Buffer.concat([int32(12), int32(0x0003_0000), Buffer.from('user')])],
    ['with bytes behind its end', Buffer.concat([int32(12), int32(0x0003_0000), Buffer.from('\0abc')])],
    ['larger than any server takes', Buffer.concat([int32(1_000_000), int32(0x0003_0000)])],
    ['of impossible length', Buffer.concat([int32(-1), int32(0x0003_0000)])],
    ['of no length', int32(0)],
  ])('is refused by a packet %s', async (_what, bytes) => {
    const wire = Wire.dial(on.target, session)
    wire.send(bytes)
    const answer = await wire.ready()
    expect([types(answer), errorField(answer, 'S')]).toEqual(['E', 'FATAL'])
    await vi.waitFor(() => {
      expect(wire.over).toBe(true)
    })
  })

  it('tells a client of a later minor version that it speaks 3.0, and goes on', async () => {
    const answer = await greet({}, 0x0003_0002)
    expect(types(answer)).toMatch(/^vRS+KZ$/)
  })

  it('says no to encryption, in memory, and then goes on', async () => {
    for (const request of [80877103, 80877104]) {
      const stream = on.target.config(session).stream()
      stream.connect()
      stream.write(Buffer.concat([int32(8), int32(request)]))
      const [answer] = (await new Promise((resolve) => stream.once('data', (data: Buffer) => resolve([data])))) as [
        Buffer,
      ]
      expect(answer.toString()).toBe('N')
      const wire = new Wire(stream)
      expect(types(await wire.ask(startup({ user, database })))).toMatch(/^RS+KZ$/)
      await wire.end()
    }
  })

  it('says no to each kind of encryption once', async () => {
    const [tls, gssapi] = [80877103, 80877104].map((request) => Buffer.concat([int32(8), int32(request)]))
    for (const [first, second] of [
      [tls!, gssapi!],
      [gssapi!, tls!],
    ]) {
      const answered: Buffer[] = []
      const stream = on.target.config(session).stream()
      stream.connect()
      stream.on('data', (data: Buffer) => answered.push(data))
      stream.write(first!)
      stream.write(second!)
      stream.write(first!)
      await once(stream, 'end')
      const answer = Buffer.concat(answered)
      expect(answer.toString('latin1', 0, 3)).toBe('NNE')
      expect(errorFields(answer.subarray(2)).get('C')).toBe('0A000')
      expect(errorFields(answer.subarray(2)).get('M')).toContain('encryption')
    }
  })

  it('takes statements that come before it is over, in order', async () => {
    const wire = Wire.dial(on.target, session)
    wire.send(startup({ user, database }), query('select 1'), query('drop table t'), query('select 2'))
    expect(types(await wire.ready())).toMatch(/^RS+KZ$/)
    expect(rows(await wire.ready())).toEqual([['1']])
    expect(errors(await wire.ready())).toEqual(['42501'])
    expect(rows(await wire.ready())).toEqual([['2']])
    await wire.end()
  })

  it('does not take more than a little before it is over', async () => {
    const wire = Wire.dial(on.target, session)
    wire.send(startup({ user, database }), query(' '.repeat(2 * 1024 * 1024)))
    const answer = await wire.ready()
    expect([types(answer), errors(answer)]).toEqual(['E', ['0A000']])
  })

  it('gives a client neither the pid nor the key of the server', async () => {
    const answer = await greet({})
    const key = answer.find(({ type }) => type === 'K')
    const { rows: backends } = await on.owner.query<{ pid: number }>('select pid from pg_stat_activity')
    expect(backends.map(({ pid }) => pid)).not.toContain(key?.bytes.readInt32BE(5))
    expect(message('K', Buffer.alloc(8)).length).toBe(key?.bytes.length)
  })

  it('can be made once for each stream', async () => {
    const wire = await Wire.open(on.target, session)
    expect(() => (wire.stream as unknown as { connect(): void }).connect()).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' }),
    )
    expect(rows(await wire.ask(query('select 1')))).toEqual([['1']])
    await wire.end()
  })
})
