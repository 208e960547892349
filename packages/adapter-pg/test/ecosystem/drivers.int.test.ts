import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Workshop } from './support.js'
import { openWorkshop, startLoggingServer } from './support.js'

const seed =
  'create table items (id int primary key, name text); insert into items select i, $$n$$ || i from generate_series(1, 500) i'

describe('what builds on pg', () => {
  let server: LocalPostgres
  let shop: Workshop

  beforeAll(async () => {
    server = await startLoggingServer()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    shop = await openWorkshop(server, seed)
  })
  afterEach(() => shop.close())

  it('pg-cursor reads in portions', async () => {
    const client = shop.target.client(shop.session)
    await client.connect()
    const cursor = client.query(new Cursor<{ id: number }>('select id from items where id > $1 order by id', [100]))
    const portions: number[] = []
    for (let rows = await cursor.read(150); rows.length > 0; rows = await cursor.read(150)) portions.push(rows.length)
    await cursor.close()
    expect(portions).toEqual([150, 150, 100])
    expect((await client.query('select count(*)::int as n from items')).rows).toEqual([{ n: 500 }])
    await client.end()
    await shop.expectEverythingRecorded(2)
  })

  it('pg-query-stream streams', async () => {
    const client = shop.target.client(shop.session)
    await client.connect()
    let rows = 0
    const stream = client.query(new QueryStream('select * from items order by id'))
    for await (const row of stream) if ((row as { readonly id: number }).id > 0) rows += 1
    expect(rows).toBe(500)
    await client.end()
    await shop.expectEverythingRecorded(1)
  })

  it('pg-copy-streams copies both ways', async () => {
    const client = shop.target.client(shop.session)
    await client.connect()
    const chunks: Buffer[] = []
    await pipeline(
      client.query(copyTo('copy items to stdout')),
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk)
          done()
        },
      }),
    )
    expect(Buffer.concat(chunks).toString().split('\n')).toHaveLength(501)
    await shop.owner.query('create table copied (like items)')
    const into = client.query(copyFrom('copy copied from stdin'))
    await pipeline(Readable.from(chunks), into)
    expect((await shop.owner.query('select count(*)::int as n from copied')).rows).toEqual([{ n: 500 }])
    await client.end()
    await shop.expectEverythingRecorded(2)
  })
})
