import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { agent, governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import { proxy, textsSent } from './support/proxy.js'
import { bind, errors, execute, extended, parse, query, rows, sync, types, Wire } from './support/wire.js'

const update = 'update t set b = b + 1'
/** When a driver gives up: by then a slow machine has asked, too. */
const query_timeout = 6_000

describe('a statement that waits for approval', () => {
  const between = proxy()
  let on: Governed
  let desk: Desk
  let session: Session

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed: 'create table t (a int primary key, b int not null); insert into t values (1, 0)',
      hold: [holdOn('write')],
      approvers: [desk],
      reach: between.reach,
    })
  })

  beforeEach(async () => {
    await on.owner.query('update t set b = 0')
    session = await on.session()
    desk.asked.length = 0
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  const connected = async (options: object = {}): Promise<pg.Client> => {
    const client = on.target.client(session, options)
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  /** Nothing ran, nothing is left to be approved, and an approval that comes all the same changes nothing. */
  const expectWithdrawn = async (asked: Awaited<ReturnType<Desk['next']>>): Promise<void> => {
    await vi.waitFor(() => {
      expect(asked.signal.aborted).toBe(true)
    })
    expect((await asked.approve()).counted).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await on.owner.query('select b from t')).rows).toEqual([{ b: 0 }])
    expect(between.connections.flatMap(textsSent)).not.toContain(update)
    expect(on.intents(session)).toEqual([])
  }

  it('is withdrawn by a cancel request with the key that the door gave out', async () => {
    const client = await connected()
    const waiting = client.query(update)
    const asked = await desk.next()
    const other = on.target.client(session) as pg.Client & { cancel(client: unknown, query: unknown): void }
    other.on('error', () => undefined)
    other.cancel(client, (client as unknown as { _activeQuery: unknown })._activeQuery)
    await expect(waiting).rejects.toMatchObject({
      code: '57014',
      detail: expect.stringContaining('ERR_APPROVAL_WITHDRAWN'),
    })
    await expectWithdrawn(asked)
    expect((await client.query('select a from t')).rowCount).toBe(1)
    await client.end()
  })

  it('is withdrawn when the driver gives up on the query, and never runs later', async () => {
    const client = await connected()
    const waiting = client.query({ text: update, query_timeout } as pg.QueryConfig)
    const asked = await desk.next()
    await expect(waiting).rejects.toThrow('Query read timeout')
    await expectWithdrawn(asked)
    expect((await client.query('select a from t')).rowCount).toBe(1)
    await client.end()
  })

  it('is withdrawn when a pool gives up on the query', async () => {
    const pool = on.target.pool(session, { query_timeout })
    const waiting = pool.query(update)
    waiting.catch(() => undefined)
    const asked = await desk.next()
    await expect(waiting).rejects.toThrow('Query read timeout')
    await expectWithdrawn(asked)
    await pool.end()
  })

  it.each<[string, (wire: Wire) => unknown]>([
    ['destroys its stream', (wire) => wire.stream.destroy()],
    ['ends its stream', (wire) => wire.stream.end()],
    ['says good-bye', (wire) => wire.send(Buffer.from([0x58, 0, 0, 0, 4]))],
    ['sends nonsense', (wire) => wire.send(Buffer.from('?????'))],
  ])('is withdrawn when the client %s', async (_what, leave) => {
    for (const statement of [query(update), Buffer.concat([extended(update), sync])]) {
      const wire = await Wire.open(on.target, session)
      wire.send(statement)
      const asked = await desk.next()
      leave(wire)
      await expectWithdrawn(asked)
      await vi.waitFor(() => {
        expect(wire.over).toBe(true)
      })
    }
  })

  it('is withdrawn when its session is closed', async () => {
    const client = await connected()
    const waiting = client.query(update)
    waiting.catch(() => undefined)
    const asked = await desk.next()
    await session.close()
    await expect(waiting).rejects.toMatchObject({ code: '57P01' })
    await expectWithdrawn(asked)
  })

  it('is withdrawn when its session expires', async () => {
    session = await on.session({ ...agent, ttlMs: 10_000 })
    const client = await connected()
    const waiting = client.query(update)
    waiting.catch(() => undefined)
    const asked = await desk.next()
    await expect(waiting).rejects.toMatchObject({ code: '57P01', message: expect.stringContaining('expired') })
    await expectWithdrawn(asked)
    await expect(connected()).rejects.toThrow()
  })

  it('lets the statements behind it wait, and runs them in order once it is approved', async () => {
    const wire = await Wire.open(on.target, session)
    wire.send(query(update), extended('select b from t'), sync)
    const asked = await desk.next()
    expect(wire.drain()).toEqual([])
    expect((await asked.approve()).counted).toBe(true)
    expect(types(await wire.ready())).toBe('CZ')
    expect(rows(await wire.ready())).toEqual([['1']])
    await wire.end()
  })

  it('runs once for one approval, however often its name is bound', async () => {
    const wire = await Wire.open(on.target, session)
    wire.send(parse('u', update), bind('', 'u'), execute(''), sync)
    await (await desk.next()).approve()
    expect(errors(await wire.ready())).toEqual([])
    wire.send(bind('', 'u'), execute(''), sync)
    const again = await desk.next()
    expect((await on.owner.query('select b from t')).rows).toEqual([{ b: 1 }])
    await wire.end()
    await vi.waitFor(() => {
      expect(again.signal.aborted).toBe(true)
    })
  })

  it('does not keep other connections of the session waiting', async () => {
    const pool = on.target.pool(session, { max: 2 })
    const waiting = pool.query(update)
    const asked = await desk.next()
    expect((await pool.query('select a from t')).rowCount).toBe(1)
    await asked.approve()
    expect((await waiting).rowCount).toBe(1)
    await pool.end()
  })
})
