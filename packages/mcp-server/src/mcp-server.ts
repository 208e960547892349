import { randomUUID } from 'node:crypto'
import type { Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { type AgentTool, AnsweredCalls, shownSchema, type ToolCallsOptions } from '@bothkeys/tools'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { callEnding } from './call-ending.js'
import { type Asking, Progress } from './progress.js'

/** Options of `mcpServer`. */
export interface McpServerOptions extends ToolCallsOptions {
  /** What clients are told of the server. Default: `bothkeys`. */
  readonly name?: string
  /** What clients are told of its version. Default: `0.0.0`. */
  readonly version?: string
  /** How often a client hears of a call that waits for people, in milliseconds. Default: 10,000. */
  readonly progressMs?: number
}

/**
 * A server for one connection, whose tools act for one session. Each call is decided by itself and keeps its request open while people
 * think, with progress; a refusal is an answer that the model can act on. The server never asks the client to approve anything: whoever
 * sits there belongs to whoever calls. Throws ERR_CONFIG_INVALID on a wrong option, and ERR_DELEGATION_REFUSED for a tool of another
 * session.
 *
 * @example
 * await mcpServer(session, sqlTools(session, orders)).connect(new StdioServerTransport())
 */
export function mcpServer(
  session: Session,
  tools: readonly AgentTool[],
  { name = 'bothkeys', progressMs = 10_000, version = '0.0.0', ...options }: McpServerOptions = {},
): McpServer {
  if (!Number.isSafeInteger(progressMs) || progressMs < 1) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'progressMs must be a whole number from 1', {
      hint: 'see McpServerOptions',
    })
  }
  assertOwn(session, tools)
  // Requests are numbered within a connection, which has this server alone.
  const calls = new AnsweredCalls({ ...options, thread: randomUUID() })
  const server = new McpServer({ name, version })
  for (const tool of tools) {
    const { description } = tool
    // Arguments are read when the call is answered: what the SDK refuses by itself is on no record.
    server.registerTool(tool.name, { description, inputSchema: shownSchema(tool) as never }, (async (
      args: unknown,
      asking: Asking,
    ) => {
      const progress = new Progress(asking, progressMs)
      try {
        const { isRefused, text } = await calls.answer(tool, {
          callId: `${typeof asking.requestId}:${String(asking.requestId)}`,
          args,
          signal: callEnding(asking.signal),
          onHeld: (notice) => {
            progress.waits(tool.name, notice)
          },
        })
        return { content: [{ type: 'text', text }], isError: isRefused }
      } finally {
        progress.stop()
      }
    }) as never)
  }
  return server
}

function assertOwn(session: Session, tools: readonly AgentTool[]): void {
  const foreign = tools.find((tool) => tool.session !== session)
  if (foreign === undefined) return
  throw new BothKeysError('ERR_DELEGATION_REFUSED', `the tool ${foreign.name} acts for another session`, {
    hint: 'make the tools of a connection with its own session',
  })
}
