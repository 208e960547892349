import { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import { Agent as Dispatcher } from 'undici'

/** Opens a connection to the door; the other end is the door's. */
export type OpenWire = () => Duplex

/** An agent of Node.js for HTTP whose every connection is one to the door, wherever a request wants to go. */
export class MemoryAgent extends Agent {
  readonly #open: OpenWire

  constructor(open: OpenWire) {
    super({ keepAlive: true })
    this.#open = open
  }

  createConnection(): Duplex {
    return this.#open()
  }

  /** All that there are lead to the door. */
  getName(): string {
    return 'door'
  }
}

/** The same for `fetch` of undici. */
export function memoryDispatcher(open: OpenWire): Dispatcher {
  return new Dispatcher({
    // People may think for longer, and a watch may be quiet for longer, than undici waits otherwise.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Never at once: undici waits for ever when the answer comes before it listens.
    connect: (_options, done) => {
      process.nextTick(() => {
        // undici takes any duplex stream, its types only sockets.
        done(null, open() as never)
      })
    },
  })
}
