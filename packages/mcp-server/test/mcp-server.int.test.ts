import { openStage, type Stage } from '@bothkeys/agent-stage'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HttpServer, serveHttp, sqlTools } from '../src/index.js'
import { connected, type EagerClient } from './support/connect.js'

let stage: Stage
let server: HttpServer
let client: EagerClient
beforeEach(async () => {
  stage = await openStage()
  server = await serveHttp({
    sessionFor: ({ token }) => stage.session(token),
    toolsFor: (session) => sqlTools(session, stage.orders),
  })
  const requestInit = { headers: { authorization: 'Bearer agent-1' } }
  client = await connected(new StreamableHTTPClientTransport(server.url, { requestInit }) as never)
})
afterEach(async () => {
  await client.close()
  await server.close()
  await stage.close()
})

it('a client over HTTP reads masked rows and deletes one once people agree, whatever it accepts', async () => {
  const rows = await client.say('query', { sql: 'SELECT id, email FROM users' })
  expect(rows).toContain('"id":1')
  expect(rows).not.toContain('ada@')
  expect(await client.say('query', { sql: 'DROP TABLE users' })).toContain('error: Not done (ERR_DENIED)')
  const deletion = client.say('query', { sql: 'DELETE FROM orders WHERE id = 7' })
  await expect.poll(() => stage.people.requests.length).toBe(1)
  expect(await stage.orders_()).toHaveLength(100)
  await stage.people.say('allow', stage.people.requests[0])
  expect(await deletion).toBe('success: DELETE: 1 rows')
  expect(await stage.orders_()).toHaveLength(99)
  expect(client.accepted).toBe(0)
})
