import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { freePort } from '@bothkeys/local-postgres/processes'
import type { LogRecord, LogsData } from './log-records.js'

/** Stands for a collector of OpenTelemetry: keeps what is posted to `/v1/logs`, and can be away for a while. */
export class Collector {
  /** Who sends has to show it. */
  readonly key = 'a key of the story'
  /** Every record that came, in its order; one that came twice is here twice. */
  readonly records: LogRecord[] = []
  /** The next batch is kept, and its answer lost on the way. */
  losesNextAnswer = false
  #server: Server | undefined
  #port = 0

  get endpoint(): string {
    return `http://127.0.0.1:${String(this.#port)}`
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      // A request that the stop cut off has no body.
      this.#answer(request, response).catch(() => response.destroy())
    })
    if (this.#port === 0) this.#port = await freePort()
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if (request.method !== 'POST' || request.url !== '/v1/logs') return void response.writeHead(404).end()
    if (request.headers['api-key'] !== this.key) return void response.writeHead(401).end()
    if (request.headers['content-type'] !== 'application/json') return void response.writeHead(415).end()
    this.#keep(JSON.parse(body) as LogsData) // what the example itself sends
    if (!this.losesNextAnswer) return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    this.losesNextAnswer = false
    response.destroy()
  }

  #keep({ resourceLogs }: LogsData): void {
    for (const { scopeLogs } of resourceLogs) for (const { logRecords } of scopeLogs) this.records.push(...logRecords)
  }
}
