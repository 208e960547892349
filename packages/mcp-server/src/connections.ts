import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Session } from '@bothkeys/core'
import type { AgentTool } from '@bothkeys/tools'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { mcpServer, type McpServerOptions } from './mcp-server.js'

/** One connection: a client with its session. */
export interface Connection {
  readonly transport: StreamableHTTPServerTransport
  readonly session: Session
  close(): Promise<void>
}

interface Kept extends Connection {
  readonly token: Buffer
}

/** What makes connections. */
export interface ConnectionsOptions {
  readonly toolsFor: (session: Session) => readonly AgentTool[]
  readonly server: McpServerOptions
}

/** The connections of clients, each of which is of the token that it began with. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #kept = new Map<string, Kept>()
  /** Those that have no name yet, too. */
  readonly #all = new Set<Connection>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** How many there are. Those whose session has ended end now. */
  get size(): number {
    for (const connection of this.#all) if (connection.session.closed) void connection.close()
    return this.#all.size
  }

  /** Undefined: there is none with this name, or it is somebody else's. */
  find(id: string, token: string): Connection | undefined {
    const kept = this.#kept.get(id)
    return kept !== undefined && timingSafeEqual(kept.token, digest(token)) ? kept : undefined
  }

  /** Begins one. It ends with its session, and its session with it. */
  async begin(token: string, session: Session): Promise<Connection> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.#kept.set(id, { ...connection, token: digest(token) })
      },
    })
    const server = mcpServer(session, this.#options.toolsFor(session), this.#options.server)
    const connection: Connection = { transport, session, close: () => server.close() }
    this.#all.add(connection)
    server.server.onclose = () => {
      this.#all.delete(connection)
      if (transport.sessionId !== undefined) this.#kept.delete(transport.sessionId)
      void session.close().catch(() => undefined)
    }
    // Its members are getters and setters whose types say undefined.
    await server.connect(transport as never)
    return connection
  }

  async closeAll(): Promise<void> {
    await Promise.all(Array.from(this.#all, (connection) => connection.close()))
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
