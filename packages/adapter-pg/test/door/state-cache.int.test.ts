import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Look, RunInternal } from '../../src/door/state-cache.js'
import { StateCache } from '../../src/door/state-cache.js'

/** A connection whose statements are counted by name, and may be made to fail. */
class Connection {
  readonly client: pg.Client
  readonly ran: string[] = []
  fails: string | undefined

  constructor(url: string) {
    this.client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } } as pg.ClientConfig)
  }

  readonly run: RunInternal = async ({ name, text }, parameters = []) => {
    this.ran.push(name)
    if (this.fails === name) throw new Error('the connection is gone')
    const { rows } = await this.client.query<(string | null)[]>({ text, values: [...parameters], rowMode: 'array' })
    return rows
  }
}

const anew = { before: undefined }

describe('connections that need the same catalog', () => {
  let url: string
  const opened: Connection[] = []

  beforeAll(async () => {
    url = (await freshDatabase()).url
  })

  afterAll(async () => {
    for (const { client } of opened) await client.end()
  })

  async function connections(count: number): Promise<readonly Connection[]> {
    const made = Array.from({ length: count }, () => new Connection(url))
    for (const { client } of made) await client.connect()
    opened.push(...made)
    return made
  }

  it('load it once, however many of them look at the same time', async () => {
    const cache = new StateCache()
    const all = await connections(8)
    // The clock stands, so that none of them loses its patience on a slow machine.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const looks = await Promise.all(all.map(({ run }) => cache.look(run, 15, anew))).finally(() => vi.useRealTimers())
    expect(new Set(looks.map(({ state }) => state)).size).toBe(1)
    const loads = all
      .flatMap(({ ran }) => ran)
      .filter((name) => name === 'bothkeys_catalog' || name === 'bothkeys_builtins')
    expect(loads.toSorted()).toEqual(['bothkeys_builtins', 'bothkeys_catalog'])
  })

  it('load it themselves when the one that did fails', async () => {
    const cache = new StateCache()
    const [one, other] = (await connections(2)) as [Connection, Connection]
    one.fails = 'bothkeys_catalog'
    const failing = cache.look(one.run, 15, anew).catch(String)
    await vi.waitFor(() => {
      expect(one.ran).toContain('bothkeys_builtins')
    })
    await cache.look(other.run, 15, anew)
    expect(await failing).toContain('the connection is gone')
    expect(other.ran).toContain('bothkeys_catalog')
  })
})

// On a cluster of its own: other databases of a server share its transactions, and as long as one of them may end
// meanwhile, nothing is certain. The clock stands, so that a slow machine does not end the trust either.
describe('a connection that looks again after changes of rows', () => {
  let server: LocalPostgres
  let client: Connection
  let other: Connection
  let owner: pg.Client
  let cache: StateCache
  let first: Look

  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off' } })
    const url = server.superuserUrl
    client = new Connection(url)
    other = new Connection(url)
    owner = new pg.Client(url)
    for (const each of [client.client, other.client, owner]) await each.connect()
    await owner.query('create table t (a int); insert into t values (1)')
  })
  afterAll(async () => {
    for (const each of [client.client, other.client, owner]) await each.end()
    await server.stop()
  })

  beforeEach(async () => {
    const now = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(now)
    cache = new StateCache()
    first = await cache.look(client.run, 15, anew)
    client.ran.length = 0
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await client.client.query('rollback')
  })

  const owns = (transaction: string): void => {
    cache.rowChanges.add(transaction)
  }
  const change = async (on: Connection): Promise<void> => {
    await on.client.query('begin')
    await cache.look(on.run, 15, { before: undefined, owns })
    await on.client.query('update t set a = a + 1')
    await on.client.query('commit')
  }

  it('asks in short, whichever connection of the target made them', async () => {
    await change(client)
    await change(other)
    client.ran.length = 0
    const next = await cache.look(client.run, 15, { before: first })
    expect([next.state, next.provenAtMs, client.ran]).toEqual([first.state, first.provenAtMs, ['bothkeys_since']])
    // Also in a transaction that has changed rows itself.
    await client.client.query('begin')
    await cache.look(client.run, 15, { before: next, owns })
    await client.client.query('update t set a = a + 1')
    client.ran.length = 0
    expect((await cache.look(client.run, 15, { before: next })).state).toBe(first.state)
    expect(client.ran).toEqual(['bothkeys_since'])
  })

  it('looks at the whole catalog when anything else ended', async () => {
    await change(client)
    await owner.query('create table u (a int)')
    client.ran.length = 0
    const next = await cache.look(client.run, 15, { before: first })
    expect(client.ran).toContain('bothkeys_probe')
    expect(next.state.catalog.relations.size).toBe(first.state.catalog.relations.size + 1)
    await owner.query('drop table u')
  })

  it('looks at the whole catalog when it was asked in a transaction that is not known', async () => {
    await client.client.query('begin; create table v (a int)')
    client.ran.length = 0
    expect((await cache.look(client.run, 15, { before: first })).state).not.toBe(first.state)
  })

  it('knows that its own transaction was undone, also when a later one ended before', async () => {
    await client.client.query('begin; create temp table t (b int)')
    await owner.query('select pg_current_xact_id()')
    const inside = await cache.look(client.run, 15, anew)
    expect(inside.state.catalog.relations.size).toBe(first.state.catalog.relations.size + 1)
    await client.client.query('rollback')
    const next = await cache.look(client.run, 15, { before: inside })
    expect(next.state).toBe(first.state)
  })

  it('looks at the whole catalog when it has not done so for a second', async () => {
    await change(client)
    client.ran.length = 0
    const long = { ...first, provenAtMs: first.provenAtMs - 1_001 }
    await cache.look(client.run, 15, { before: long })
    expect(client.ran).toEqual(['bothkeys_since', 'bothkeys_probe'])
  })
})
