import type { Session } from '@bothkeys/core'
import type { Database, LocalPostgres } from '@bothkeys/local-postgres'
import { createDatabase, startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ServedDoor } from '../../src/index.js'
import type { Governed } from '../support/governed.js'
import { agent, governed } from '../support/governed.js'
import { isWhole } from '../soak/scale.js'

/** 200 of them in a soak run. */
const crowd = isWhole ? 200 : 60

let server: LocalPostgres
let database: Database
let on: Governed
let door: ServedDoor
const lent = new Map<string, number>()
let most = 0

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: '300' } })
  database = await createDatabase(server.superuserUrl)
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query(`create table t (who text); insert into t values ('one'), ('two')`)
  await owner.end()
  on = await governed({ reach: () => Promise.resolve(database.url) })
})

afterAll(async () => {
  await on.close()
  await server.stop()
})

it(`keeps ${String(crowd)} connections at the same time of two sessions apart`, async () => {
  const sessions: Readonly<Record<string, Session>> = {
    one: await on.session({ ...agent, subject: 'agent-one' }),
    two: await on.session({ ...agent, subject: 'agent-two' }),
  }
  door = await on.target.serve({
    maxConnections: crowd,
    maxConnectionsPerAccount: crowd,
    admit: ({ password }) => {
      const session = sessions[password]
      if (session === undefined) return Promise.reject(new Error('nobody has this key'))
      lent.set(password, (lent.get(password) ?? 0) + 1)
      return Promise.resolve({ session, release: () => void lent.set(password, (lent.get(password) ?? 0) - 1) })
    },
    onConnections: (open) => {
      most = Math.max(most, open)
    },
  })
  const clients = Array.from({ length: crowd }, (_, index) => {
    const name = index % 2 === 0 ? 'one' : 'two'
    const { database: dbname, host, port } = door
    return { name, client: new pg.Client({ database: dbname, host, port, user: 'agent', password: name }) }
  })
  await Promise.all(clients.map(({ client }) => client.connect()))
  expect(door.connections).toBe(crowd)
  const late = new pg.Client({ database: door.database, host: door.host, port: door.port, user: 'a', password: 'one' })
  await expect(late.connect()).rejects.toMatchObject({ code: '53300' })
  const answers = await Promise.all(
    clients.map(({ client, name }) => client.query<{ n: number }>(`select count(*)::int as of_${name} from t`)),
  )
  expect(answers.every(({ fields }, index) => fields[0]?.name === `of_${clients[index]?.name ?? ''}`)).toBe(true)
  await Promise.all(clients.map(({ client }) => client.end()))
  for (const [name, session] of Object.entries(sessions)) {
    const texts = on.intents(session)
    expect(texts).toHaveLength(crowd / 2)
    expect(texts.filter((text) => !text.includes(`of_${name}`))).toEqual([])
  }
  await vi.waitFor(() => expect(door.connections).toBe(0))
  expect(most).toBe(crowd)
  expect(Object.fromEntries(lent)).toEqual({ one: 0, two: 0 })
})
