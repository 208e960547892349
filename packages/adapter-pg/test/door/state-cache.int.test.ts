import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunInternal } from '../../src/door/state-cache.js'
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
    const looks = await Promise.all(all.map(({ run }) => cache.look(run, 15, undefined)))
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
    const failing = cache.look(one.run, 15, undefined).catch(String)
    await vi.waitFor(() => {
      expect(one.ran).toContain('bothkeys_builtins')
    })
    await cache.look(other.run, 15, undefined)
    expect(await failing).toContain('the connection is gone')
    expect(other.ran).toContain('bothkeys_catalog')
  })
})
