import { inspect } from 'node:util'
import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

/** Every value that can be reached through properties, own and inherited, with and without a name, shown or not. */
function reachable(...roots: readonly unknown[]): Set<unknown> {
  const seen = new Set<unknown>()
  const queue = [...roots]
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if (seen.has(value) || value === globalThis || value === process) continue
    seen.add(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get } = Object.getOwnPropertyDescriptor(value, key) ?? {}
      queue.push(held, get, String(key))
    }
    queue.push(Object.getPrototypeOf(value) as unknown)
    if (value instanceof Map) queue.push(...value.keys(), ...value.values())
    if (value instanceof Set) queue.push(...value)
  }
  return seen
}

describe('the credential of the server', () => {
  let on: Governed
  let session: Session
  let password: string

  beforeAll(async () => {
    on = await governed({ seed: 'create table t (a int)' })
    session = await on.session()
    password = decodeURIComponent(new URL(on.url).password)
    // The search would find it where it is.
    expect(password.length).toBeGreaterThan(10)
    const raw = [...reachable(new pg.Pool({ connectionString: on.url }))]
    expect(raw.some((value) => typeof value === 'string' && value.includes(password))).toBe(true)
  })

  afterAll(() => on.close())

  const expectNoCredential = (values: Iterable<unknown>): void => {
    for (const value of values) {
      if (typeof value === 'string') expect(value.includes(password)).toBe(false)
      if (Buffer.isBuffer(value)) expect(value.includes(password)).toBe(false)
    }
  }

  it('is in nothing that can be reached from a pool, its clients, their connections and streams', async () => {
    const pool = on.target.pool(session)
    const client = await pool.connect()
    await client.query('select a from t')
    const single = on.target.client(session)
    await single.connect()
    const config = on.target.config(session)
    const found = reachable(pool, client, single, config, config.stream(), on.target, session)
    expect(found.size).toBeGreaterThan(500)
    expectNoCredential(found)
    client.release()
    await single.end()
    await pool.end()
  })

  it('is not taken from the environment either, as the driver would', async () => {
    vi.stubEnv('PGPASSWORD', password)
    try {
      expect(new pg.Client({}).password).toBe(password)
      const client = on.target.client(session)
      // Own parts only: through the prototypes the search would come to the process, whose environment holds it.
      expect([client.password, inspect(client, { depth: 12, showHidden: true })].join()).not.toContain(password)
      await client.connect()
      await client.end()
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('is in no error, no text and no JSON of them', async () => {
    const pool = on.target.pool(session)
    const client = await pool.connect()
    const failed: unknown = await client.query('drop table t').catch((error: unknown) => error)
    const shown = [pool, client, failed, on.target, session, on.target.config(session)].flatMap((value) => [
      inspect(value, { depth: 12, showHidden: true }),
      json(value),
    ])
    expectNoCredential([...shown, ...reachable(failed)])
    client.release()
    await pool.end()
  })

  it('is in no event of the record', () => {
    expectNoCredential(on.journal.events.map((event) => JSON.stringify(event)))
  })

  it('keeps session and target from being stored', () => {
    for (const value of [session, on.target]) {
      expect(() => JSON.stringify({ state: value })).toThrow(/serialised/)
      expect(inspect({ state: value }).length).toBeLessThan(80)
    }
  })
})

function json(value: unknown): string {
  const seen = new Set<unknown>()
  try {
    return JSON.stringify(value, (_key, held: unknown) => {
      if (typeof held === 'object' && held !== null) {
        if (seen.has(held)) return undefined
        seen.add(held)
      }
      return held
    })
  } catch {
    return ''
  }
}
