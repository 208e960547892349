import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { HandedAnswer, type WholeAnswer } from './handed-answer.js'
import type { HandedRequest } from './handed-request.js'
import { MemoryAgent, memoryDispatcher } from './memory-agents.js'
import { memoryWire } from './memory-wire.js'
import type { Ways } from './ways.js'

/** What answers requests. */
export interface Handlers {
  readonly request: RequestListener
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Answers what is handed over without a wire. Undefined: nothing is. */
  readonly handed?: (request: HandedRequest, answer: HandedAnswer) => void
}

/** Of one header block: names and values together, in bytes. */
export const maxHeaderSize = 64 * 1024

/** A server for HTTP within the process: it listens nowhere, and is reached by the ways it gives alone. */
export class MemoryDoor {
  readonly ways: Ways
  readonly #ends = new Set<Duplex>()
  readonly #answers = new Set<HandedAnswer>()

  constructor({ handed, request, upgrade }: Handlers) {
    // Somebody may think for as long as a policy lets them before a request is answered.
    const server = createServer({ maxHeaderSize, requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, request)
    server.on('upgrade', upgrade)
    server.on('connect', (_request, socket) => socket.destroy())
    server.on('clientError', (_error, socket) => socket.destroy())
    const open = (): Duplex => {
      const [client, end] = memoryWire()
      // Each request listens, and many may be sent before the first is answered.
      end.setMaxListeners(0)
      this.#ends.add(end)
      end.once('close', () => this.#ends.delete(end))
      server.emit('connection', end)
      return client
    }
    const hand: Ways['hand'] = handed && ((given) => this.#handOver(given, handed))
    this.ways = { agent: new MemoryAgent(open), dispatcher: memoryDispatcher(open), hand }
  }

  /** Ends every connection, and breaks off what was handed over. */
  async close(): Promise<void> {
    for (const end of this.#ends) end.destroy()
    for (const answer of this.#answers) answer.destroy()
    this.ways.agent.destroy()
    await this.ways.dispatcher.destroy()
  }

  #handOver(request: HandedRequest, handed: NonNullable<Handlers['handed']>): Promise<WholeAnswer> {
    const answer = new HandedAnswer()
    this.#answers.add(answer)
    answer.once('close', () => this.#answers.delete(answer))
    handed(request, answer)
    return answer.whole
  }
}
