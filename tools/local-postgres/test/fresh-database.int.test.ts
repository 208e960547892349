import pg from 'pg'
import { expect, it } from 'vitest'
import { freshDatabase, testServer } from '@bothkeys/local-postgres/vitest'

const database = await freshDatabase()

it('gives a test file an empty database that it owns', async () => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('create table orders (id int)')
  const { rows } = await client.query(`select tableowner from pg_tables where tablename = 'orders'`)
  expect(rows).toEqual([{ tableowner: database.user }])
  await client.end()
})

it('says which version the shared server has', () => {
  expect(testServer().majorVersion).toBeGreaterThanOrEqual(14)
})
