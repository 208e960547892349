import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { int32 } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import { Gate } from './support/journals.js'
import { isToldToRun, proxy } from './support/proxy.js'
import { errorField, errors, extended, flush, query, rows, sync, types, Wire } from './support/wire.js'

const nap = (seconds: number): string => `select a, pg_sleep(${String(seconds)}) from t`

describe('a statement that runs', () => {
  const between = proxy()
  let on: Governed
  let session: Session
  let wire: Wire
  let key: { pid: Buffer; secret: Buffer }

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int); insert into t values (1)',
      allow: allButDelete,
      reach: between.reach,
    })
  })

  beforeEach(async () => {
    between.options = {}
    session = await on.session()
    const { user, database } = on.target.config(session)
    wire = Wire.dial(on.target, session)
    wire.send(startupFor(user, database))
    const greeting = (await wire.ready()).find(({ type }) => type === 'K')
    const bytes = greeting?.bytes ?? Buffer.alloc(13)
    key = { pid: bytes.subarray(5, 9), secret: bytes.subarray(9) }
  })

  afterAll(async () => {
    await on.close()
    await between.close()
  })

  const startupFor = (user: string, database: string): Buffer => {
    const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
    return Buffer.concat([int32(body.length + 8), int32(0x0003_0000), body])
  }

  const cancel = async (pid: Buffer, secret: Buffer, by: Session = session): Promise<void> => {
    const other = Wire.dial(on.target, by)
    other.stream.write(Buffer.concat([int32(8 + pid.length + secret.length), int32(80877102), pid, secret]))
    expect(await other.next()).toBeUndefined()
  }

  /** Waits until the server runs a statement that sleeps: it is called active at its Parse already, before it may run. */
  const sleeping = (text: string): Promise<void> =>
    vi.waitFor(
      async () => {
        const found = await on.owner.query(
          `select 1 from pg_stat_activity
         where wait_event = 'PgSleep' and query = $1 and datname = current_database()`,
          [text],
        )
        expect(found.rowCount).toBe(1)
      },
      { timeout: 30_000, interval: 20 },
    )

  const outcomes = (): object[] =>
    on.journal.events.filter((event) => event.type === 'action.outcome' && event.session === session.id)

  it('is cancelled by the key that the door gave out, and by no other', async () => {
    wire.send(query(nap(60)))
    await sleeping(nap(60))
    await cancel(key.pid, Buffer.from([1, 2, 3, 4]))
    await cancel(Buffer.from([0, 0, 0, 9]), key.secret)
    await cancel(key.pid, Buffer.alloc(0))
    await cancel(key.pid, key.secret.subarray(0, 3))
    expect(between.cancels).toBe(0)
    await cancel(key.pid, key.secret)
    const answer = await wire.ready()
    expect([errors(answer), errorField(answer, 'D')]).toEqual([['57014'], undefined])
    expect(outcomes()).toMatchObject([{ outcome: 'failed', error: '57014' }])
    await wire.end()
  })

  it('is not cancelled by a key when nothing of its own runs', async () => {
    const before = between.cancels
    await cancel(key.pid, key.secret)
    expect(rows(await wire.ask(query(nap(0.05))))).toHaveLength(1)
    await cancel(key.pid, key.secret)
    expect(rows(await wire.ask(extended(nap(0.05)), sync))).toHaveLength(1)
    expect(between.cancels).toBe(before)
    await wire.end()
  })

  it('is not hit by a cancel request for the one before it that arrives late', async () => {
    const late = new Gate()
    between.options = { cancelsPass: late.opened, holdFrom: nap(0) }
    const before = between.cancels
    const connection = between.connections.at(-1)
    if (connection === undefined) throw new Error('no connection')
    wire.send(query(nap(0)))
    await vi.waitFor(() => {
      expect(isToldToRun(connection, nap(0))).toBe(true)
    })
    await cancel(key.pid, key.secret)
    await vi.waitFor(() => {
      expect(between.cancels).toBe(before + 1)
    })
    between.options = { cancelsPass: late.opened }
    connection.hold(false)
    expect(errors(await wire.ready())).toEqual([])
    wire.send(query(nap(1)))
    await sleep(300)
    late.open()
    expect(errors(await wire.ready())).toEqual([])
    await wire.end()
  })

  it('is cancelled although a later one of its batch waits for its own decision', async () => {
    await sleep(1_100)
    wire.send(extended(nap(60)), flush, extended('select a from t'), sync)
    await sleeping(nap(60))
    const started = performance.now()
    await cancel(key.pid, key.secret)
    expect(errors(await wire.ready())).toEqual(['57014'])
    expect(performance.now() - started).toBeLessThan(50_000)
    await wire.end()
  })

  it('is cancelled and its outcome recorded when its session is closed', async () => {
    wire.send(query(nap(60)))
    await sleeping(nap(60))
    await session.close()
    const answer = await wire.ready()
    expect([types(answer).at(-1), errors(answer), errorField(answer, 'S')]).toEqual(['E', ['57P01'], 'FATAL'])
    await vi.waitFor(() => {
      expect(outcomes()).toMatchObject([{ outcome: 'failed', error: '57014' }])
    })
    expect(await wire.next()).toBeUndefined()
  })

  it('is cancelled when its client goes away, also in the middle of a COPY', async () => {
    for (const text of [nap(60), 'copy t from stdin']) {
      const one = await Wire.open(on.target, session)
      one.send(query(text))
      // Before the server has asked for rows, nobody could tell it that there are none.
      await (text.startsWith('copy') ? one.until('G') : sleeping(text))
      await one.end()
    }
    await vi.waitFor(() => {
      expect(outcomes()).toMatchObject([
        { outcome: 'failed', error: '57014' },
        { outcome: 'failed', error: '57014' },
      ])
    })
    await wire.end()
  })

  it('has an unknown outcome when its backend is terminated', async () => {
    wire.send(query(nap(60)))
    await sleeping(nap(60))
    await on.owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select a, pg_sleep%'",
    )
    const answer = await wire.ready()
    expect([types(answer).at(-1), errors(answer)]).toEqual(['E', ['57P01']])
    expect(outcomes()).toMatchObject([{ outcome: 'unknown' }])
  })

  it('has an unknown outcome when the connection to the server breaks', async () => {
    wire.send(query(nap(60)))
    await sleeping(nap(60))
    between.connections.at(-1)?.kill()
    const answer = await wire.ready()
    expect([types(answer).at(-1), errors(answer)]).toEqual(['E', ['08006']])
    expect(errorField(answer, 'H')).toContain('not known')
    expect(outcomes()).toMatchObject([{ outcome: 'unknown' }])
  })
})
