import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { proxy, textsSent } from './support/proxy.js'
import { bind, execute, parse, query, sync } from './support/wire.js'

/** The parts of the driver that a method wrapper would not see. */
interface Connection {
  readonly stream: NodeJS.WritableStream
  query(text: string): void
  parse(message: { text: string; name?: string }): void
  bind(message: { portal?: string; statement?: string; values?: unknown[] }): void
  execute(message: { portal?: string; rows?: number }): void
  sync(): void
}

const drop = 'drop table t'

describe('ways around the query method of the driver', () => {
  const between = proxy()
  let on: Governed

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); insert into t values (1), (2), (3)',
      allow: [{ target: 'db', duty: 'read', resource: 'table:public.*' }],
      reach: between.reach,
    })
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  const connected = async (): Promise<{ client: pg.Client; connection: Connection; session: Session }> => {
    const session = await on.session()
    const client = on.target.client(session)
    client.on('error', () => undefined)
    await client.connect()
    return { client, session, connection: (client as unknown as { connection: Connection }).connection }
  }

  /** The table stands, and no server ever saw the word. */
  const expectUntouched = async (): Promise<void> => {
    expect((await on.owner.query('select count(*)::int as n from t')).rows).toEqual([{ n: 3 }])
    for (const connection of between.connections) expect(textsSent(connection).join('\n')).not.toMatch(/drop|delete/i)
  }

  it('decides the text that a queued query has when it is sent, not when it was queued', async () => {
    const { client } = await connected()
    const first = client.query('select a from t')
    const queued = new pg.Query('select 1')
    const failed = new Promise((resolve) => queued.on('error', resolve))
    client.query(queued)
    ;(queued as unknown as { text: string }).text = drop
    await first
    expect(await failed).toMatchObject({ code: '42501' })
    await expectUntouched()
    await client.end()
  })

  it('decides what the connection object is told to send', async () => {
    const { client, connection } = await connected()
    const refused = new Promise((resolve) => client.once('error', resolve))
    connection.query(drop)
    expect(await refused).toMatchObject({ code: '42501' })
    await expectUntouched()
    await client.end()
  })

  it('decides raw bytes on the stream', async () => {
    const { client, connection } = await connected()
    const refused = new Promise((resolve) => client.once('error', resolve))
    connection.stream.write(query(drop))
    expect(await refused).toMatchObject({ code: '42501' })
    await expectUntouched()
    await client.end()
  })

  it('decides a custom submittable that speaks to the connection itself', async () => {
    const { client } = await connected()
    const submit = (text: string): Promise<unknown> =>
      new Promise((resolve) => {
        const noop = (): void => undefined
        client.query({
          submit: (connection: Connection) => {
            connection.parse({ text })
            connection.bind({})
            connection.execute({})
            connection.sync()
          },
          handleError: resolve,
          handleReadyForQuery: () => {
            resolve('ready')
          },
          handleRowDescription: noop,
          handleDataRow: noop,
          handleCommandComplete: noop,
        } as unknown as pg.Submittable)
      })
    expect(await submit(drop)).toMatchObject({ code: '42501' })
    expect(await submit('select a from t')).toBe('ready')
    await expectUntouched()
    await client.end()
  })

  it('sends the bytes that it decided when the caller changes its buffer afterwards', async () => {
    const { client, connection, session } = await connected()
    const harmless = Buffer.concat([parse('', 'select 123456 from t'), bind('', ''), execute(''), sync])
    const written = harmless.subarray()
    connection.stream.write(written)
    written.write('drop  table t;       ', harmless.indexOf('select'), 'latin1')
    await vi.waitFor(() => {
      expect(on.intents(session)).toEqual(['select ? from t'])
    })
    await expectUntouched()
    await client.end()
  })

  it('reads all of a text with lone surrogates, whose tail a parser that counts wrong would lose', async () => {
    const { client } = await connected()
    const hidden = `select 1 /* ${'\uD800中'.repeat(7)} */; drop table t`
    await expect(client.query(hidden)).rejects.toMatchObject({ code: '42501' })
    await expect(client.query(hidden, [])).rejects.toMatchObject({ code: '42501' })
    await expectUntouched()
    await client.end()
  })

  it('refuses NUL in a text and in a statement name, where the driver hides a second statement', async () => {
    const { client } = await connected()
    await expect(client.query('select 1\0; drop table t')).rejects.toMatchObject({ code: '0A000' })
    await expect(client.query({ name: 'a\0DELETE FROM t\0\0\0', text: '' })).rejects.toMatchObject({ code: '0A000' })
    await expect(client.query('execute a')).rejects.toMatchObject({ code: '42501' })
    await expectUntouched()
    expect((await client.query('select a from t')).rowCount).toBe(3)
    await client.end()
  })
})
