import type { Session } from '@bothkeys/core'
import type { AgentTool } from '@bothkeys/tools'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { mcpServer, type McpServerOptions } from './mcp-server.js'

/** A server on standard input and output. */
export interface StdioServer {
  /** Resolves once the client has gone: what waited for it is withdrawn then. */
  readonly closed: Promise<void>
  /** Ends it. What waits for people is withdrawn. */
  close(): Promise<void>
}

/**
 * Serves tools to the process that started this one, over standard input and output. Nothing else may write to standard output.
 * Throws as `mcpServer` does.
 *
 * @example
 * const server = await serveStdio(session, sqlTools(session, orders))
 * await server.closed
 * await guard.close()
 */
export async function serveStdio(
  session: Session,
  tools: readonly AgentTool[],
  options: McpServerOptions = {},
): Promise<StdioServer> {
  const server = mcpServer(session, tools, options)
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve
  })
  await server.connect(new StdioServerTransport())
  const close = (): Promise<void> => server.close()
  // The transport does not see that its client has gone.
  for (const event of ['end', 'close']) process.stdin.once(event, () => void close())
  return { closed, close }
}
