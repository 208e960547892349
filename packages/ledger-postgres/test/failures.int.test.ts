import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from '@bothkeys/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresLedger } from '../src/index.js'
import { relay } from './support/relay.js'
import type { Stage } from './support/stage.js'
import { stage } from './support/stage.js'

const unavailable = expect.objectContaining({ code: 'ERR_LEDGER_UNAVAILABLE' })
/** Nobody could tell whether it was applied. */
const unknown = expect.objectContaining({ code: 'ERR_LEDGER_UNKNOWN' })

const isUnknown = (error: unknown): boolean => (error as { readonly code?: unknown }).code === 'ERR_LEDGER_UNKNOWN'

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())

/** Ends the connections of ledgers, as a failover or an administrator does. */
const kill = (state: string): Promise<unknown> =>
  on.owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'bothkeys-ledger' and datname = current_database() and state like $1`,
    [state],
  )

const connected = async (): Promise<number> => {
  const text = `select from pg_stat_activity where application_name = 'bothkeys-ledger' and datname = current_database()`
  return (await on.owner.query(text)).rowCount ?? -1
}

const change = (key: string, value: number, expectedVersion = 0): Parameters<Ledger['commit']>[0] => [
  { key, value, expectedVersion },
]

/** Holds the lock of a key, as a commit does that does not end. */
async function holdKey(schema: string, key: string): Promise<() => Promise<unknown>> {
  await on.owner.query('select pg_advisory_lock(hashtextextended($1, 0))', [`${schema}.${key}`])
  return () => on.owner.query('select pg_advisory_unlock(hashtextextended($1, 0))', [`${schema}.${key}`])
}

describe('a ledger in PostgreSQL whose connection is lost', () => {
  it('refuses the commit in the middle of which it was lost, applies nothing of it, and goes on', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    const release = await holdKey(schema, 'b')
    const commit = Promise.resolve(ledger.commit([...change('a', 1), ...change('b', 1)])).catch(
      (error: unknown) => error,
    )
    await expect.poll(() => on.waiting()).toBe(1)
    await kill('active')
    expect(await commit).toEqual(unknown)
    await release()
    expect(await ledger.get('a')).toEqual({ value: undefined, version: 0 })
    expect(await ledger.commit([...change('a', 2), ...change('b', 2)])).toBe(true)
  })

  it('refuses a commit that waits too long, which the server undoes', async () => {
    const schema = on.schema()
    const patient = await on.open(schema)
    // Long enough to open it on a slow machine.
    const ledger = await on.open(schema, { timeoutMs: 2_000 })
    const release = await holdKey(schema, 'b')
    const commit = (): Promise<unknown> =>
      Promise.resolve(ledger.commit([...change('a', 1), ...change('b', 1)])).catch((error: unknown) => error)
    let refusal = await commit()
    // A process that stands still for the half second that the server's answer has, hears nothing.
    for (let left = 4; left > 0 && isUnknown(refusal); left--) refusal = await commit()
    expect(refusal).toEqual(unavailable)
    await release()
    expect((await patient.get('a')).version).toBe(0)
  })

  it('takes a new connection when one broke unused', async () => {
    const ledger = await on.open(on.schema())
    await ledger.commit(change('a', 1))
    await kill('idle')
    await expect.poll(connected).toBe(0)
    // What the server said when they ended is here by then, and is heard when the event loop turns.
    await sleep(50)
    expect((await ledger.get('a')).value).toBe(1)
  })

  it('never counts what it did not apply, however often connections are killed', async () => {
    const schema = on.schema()
    const views = [await on.open(schema), await on.open(schema)]
    await views[0]!.commit(change('count', 0))
    let acknowledged = 0
    let lost = 0
    let unsure = 0
    let over = false
    const write = async (view: Ledger): Promise<void> => {
      while (!over) {
        try {
          const { value, version } = await view.get('count')
          if (await view.commit(change('count', Number(value) + 1, version))) acknowledged += 1
        } catch (error) {
          const { code } = error as { readonly code: string }
          expect(['ERR_LEDGER_UNAVAILABLE', 'ERR_LEDGER_UNKNOWN']).toContain(code)
          lost += 1
          if (code === 'ERR_LEDGER_UNKNOWN') unsure += 1
        }
      }
    }
    const writers = views.flatMap((view) => [write(view), write(view)])
    // Some of the connections that are ended are in the middle of something, and some writes come through.
    for (let round = 0; lost < 20 || acknowledged < 20; round++) {
      // Long enough, now and then, to connect and write on a slow machine.
      await sleep(5 + 25 * (round % 8))
      await kill('%')
    }
    over = true
    await Promise.all(writers)
    const { value } = await views[0]!.get('count')
    expect(value).toBeGreaterThanOrEqual(acknowledged)
    expect(value).toBeLessThanOrEqual(acknowledged + unsure)
  })
})

describe('a ledger in PostgreSQL that cannot be reached', () => {
  it('is not opened', async () => {
    const connection = { host: '127.0.0.1', port: 1, user: 'nobody', password: 'secret-password' }
    const error: unknown = await postgresLedger({ connection }).catch((cause: unknown) => cause)
    expect(error).toEqual(unavailable)
    expect(String(error)).not.toContain('secret-password')
  })

  it('is known not to be written to', async () => {
    const schema = on.schema()
    const between = await relay(on.url, schema)
    const ledger = await on.open(schema, { connection: { connectionString: between.url } })
    await between.close()
    await expect(ledger.get('a')).rejects.toEqual(unavailable)
    await expect(ledger.commit(change('a', 1))).rejects.toEqual(unavailable)
  })

  it('gives up on a server that does not answer', async () => {
    const silent = createServer((socket) => socket.resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const connection = { host: '127.0.0.1', port, user: 'u', password: 'p', database: 'd' }
    await expect(postgresLedger({ connection, timeoutMs: 100 })).rejects.toEqual(unavailable)
    await new Promise((resolve) => {
      silent.close(resolve)
    })
  })

  it('refuses everything after its schema is gone', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    await on.owner.query(`drop schema ${schema} cascade`)
    for (const step of [() => ledger.get('a'), () => ledger.commit(change('a', 1)), () => ledger.nowMs()]) {
      await expect(step()).rejects.toEqual(unavailable)
    }
  })
})

describe('a ledger in PostgreSQL that somebody changed', () => {
  it('does not take what is no value for a missing one', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    await ledger.commit(change('a', 1))
    await on.owner.query(`update ${schema}.entry set value = '{'`)
    await expect(ledger.get('a')).rejects.toEqual(unavailable)
  })

  it('has no time without its clock', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    await on.owner.query(`delete from ${schema}.clock`)
    await expect(ledger.commit(change('a', 1))).rejects.toEqual(unavailable)
  })
})
