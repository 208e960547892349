import { channel } from 'node:diagnostics_channel'
import { request as httpRequest, type Server } from 'node:http'
import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpServer, serveHttp } from '../src/index.js'
import { connected, type EagerClient } from './support/connect.js'

let stage: ToolStage
let server: HttpServer
let sessions: Session[]
let tools: StubTool[]
beforeEach(async () => {
  stage = await openToolStage()
  sessions = []
  tools = []
  server = await serveHttp({
    mostConnections: 2,
    sessionFor: async ({ token }) => {
      if (!token.startsWith('good-')) throw new Error('password=hunter2')
      const session = await stage.session(token)
      sessions.push(session)
      return session
    },
    toolsFor: (session) => {
      if (session.principal.subject.id === 'good-no-tools') throw new Error('no tools')
      const tool = new StubTool(session, stage.mail)
      tools.push(tool)
      return [tool]
    },
  })
})
afterEach(async () => {
  await server.close()
  await stage.close()
})

const transportOf = (token: string): StreamableHTTPClientTransport =>
  new StreamableHTTPClientTransport(server.url, { requestInit: { headers: { authorization: `Bearer ${token}` } } })
const connect = (token: string): Promise<EagerClient> => connected(transportOf(token) as never)

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}

/** The status of a request with these headers. */
function status(headers: Record<string, string | string[]>, body: object = initialize): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      server.url,
      {
        method: 'POST',
        agent: false,
        headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
      },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    request.once('error', reject)
    request.end(JSON.stringify(body))
  })
}
const good = { authorization: 'Bearer good-1' }

describe('a server over HTTP', () => {
  it('answers each connection in its own session', async () => {
    const [one, other] = [await connect('good-1'), await connect('good-2')]
    expect(await one.say('say', { text: 'one' })).toBe('success: said one')
    expect(await other.say('say', { text: 'other' })).toBe('success: said other')
    expect(tools.map(({ ran, session }) => [session.principal.subject.id, ran])).toEqual([
      ['good-1', ['one']],
      ['good-2', ['other']],
    ])
    await Promise.all([one.close(), other.close()])
  })

  it('wants a bearer token that opens a session', async () => {
    expect(await status({})).toBe(401)
    expect(await status({ authorization: 'Bearer bad' })).toBe(401)
    expect(await status({ authorization: ['Bearer good-1', 'Bearer good-2'] })).toBe(401)
    expect(sessions).toEqual([])
  })

  it('lets nobody into the connection of another token', async () => {
    const transport = transportOf('good-1')
    const one = await connected(transport as never)
    const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'say', arguments: { text: 'x' } } }
    const id = { 'mcp-session-id': transport.sessionId ?? '' }
    expect(await status({ ...id, authorization: 'Bearer good-2' }, call)).toBe(404)
    expect(await status(id, call)).toBe(401)
    expect(tools[0]?.ran).toEqual([])
    expect(await status({ ...id, ...good, 'mcp-protocol-version': '2025-11-25' }, call)).toBe(200)
    await expect.poll(() => tools[0]?.ran).toEqual(['x'])
    await one.close()
  })

  it('refuses other hosts and pages', async () => {
    expect(await status({ ...good, host: 'evil.example' })).toBe(403)
    expect(await status({ ...good, origin: 'https://evil.example' })).toBe(403)
    expect(sessions).toEqual([])
    expect(await status(good)).toBe(200)
  })

  it('takes a call back when its client has gone', async () => {
    const one = await connect('good-1')
    const answer = one.say('say', { text: 'wait' }).catch(() => 'gone')
    await expect.poll(() => tools[0]?.isWaiting).toBe(true)
    await one.close()
    expect(await answer).toBe('gone')
    await expect.poll(() => tools[0]?.isWaiting).toBe(false)
    expect(tools[0]?.ran).toEqual([])
  })

  it('closes the session of a connection that ends, and of a request that began none', async () => {
    const transport = transportOf('good-1')
    const one = await connected(transport as never)
    await transport.terminateSession()
    await expect.poll(() => sessions[0]?.closed).toBe(true)
    await one.close()
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    expect(await status(good, list)).toBe(400)
    await expect.poll(() => sessions[1]?.closed).toBe(true)
    expect(await status({ authorization: 'Bearer good-no-tools' })).toBe(500)
    expect(sessions[2]?.closed).toBe(true)
  })

  it('has no more connections than it may', async () => {
    const clients = [await connect('good-1'), await connect('good-2')]
    expect(await status({ authorization: 'Bearer good-3' })).toBe(503)
    expect(sessions).toHaveLength(2)
    await sessions[0]?.close()
    await expect.poll(() => status({ authorization: 'Bearer good-3' })).toBe(200)
    await Promise.all(clients.map((client) => client.close()))
  })

  it('goes on when connections cannot be taken, again and again', async () => {
    const servers: Server[] = []
    const seen = (message: unknown): void => void servers.push((message as { server: Server }).server)
    channel('http.server.request.start').subscribe(seen)
    expect(await status({})).toBe(401)
    channel('http.server.request.start').unsubscribe(seen)
    // As when the process may open no more files.
    for (let n = 0; n < 3; n++) servers[0]?.emit('error', Object.assign(new Error('accept'), { code: 'EMFILE' }))
    const one = await connect('good-1')
    expect(await one.say('say', { text: 'one' })).toBe('success: said one')
    await one.close()
  })
})
