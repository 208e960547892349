import { staleButtons } from '@bothkeys/agent-stage/stale-buttons'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { serveHttp, sqlTools } from '../src/index.js'
import { connected } from './support/connect.js'

staleButtons({
  name: 'the Model Context Protocol',
  // A client numbers each of its requests.
  repeats: false,
  open: async (stage) => {
    const server = await serveHttp({
      sessionFor: ({ token }) => stage.session(token),
      toolsFor: (session) => sqlTools(session, stage.orders),
    })
    const requestInit = { headers: { authorization: 'Bearer agent-1' } }
    const client = await connected(new StreamableHTTPClientTransport(server.url, { requestInit }) as never)
    return {
      call: (calls, signal) =>
        Promise.all(calls.map(({ sql }) => client.said('query', { sql }, signal === undefined ? {} : { signal }))),
      close: async () => {
        await client.close()
        await server.close()
      },
    }
  },
})
