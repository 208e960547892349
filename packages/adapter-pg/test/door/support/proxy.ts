import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { FrameReader } from '../../../src/door/frames.js'

const maxBytes = 1024 * 1024 * 1024

/** One connection of the door to its server, seen from between. */
export interface ProxiedConnection {
  /** The messages of the door after its login, in order. */
  readonly sent: readonly { readonly type: string; readonly bytes: Buffer }[]
  /** Gives the door bytes that the server never sent. */
  inject(bytes: Buffer): void
  /** Cuts both sides without a word. */
  kill(): void
  /** Stops passing what the server sends, or goes on. */
  hold(holding: boolean): void
}

export interface ProxyOptions {
  /** How the server's bytes reach the door, one piece in each turn of the event loop. Default: as they come. */
  readonly split?: (chunk: Buffer) => readonly Buffer[]
  /** The door is not told what becomes of this text, once it was told to run, until `hold(false)`. */
  readonly holdFrom?: string
  /** Cancel requests wait for this. */
  readonly cancelsPass?: Promise<void>
}

/** Stands between a door and its server, sees every byte and can misbehave for either. */
export interface Proxy {
  readonly connections: readonly ProxiedConnection[]
  readonly cancels: number
  /** The address to give to the door instead of the server's. */
  reach(url: string): Promise<string>
  options: ProxyOptions
  close(): Promise<void>
}

export function proxy(options: ProxyOptions = {}): Proxy {
  const connections: Relay[] = []
  let address = { host: '', port: 0 }
  const state = { options, cancels: 0 }
  const server = createServer((client) => {
    const relay = new Relay(client, connect(address.port, address.host), state)
    connections.push(relay)
  })
  return {
    connections,
    get cancels() {
      return state.cancels
    },
    get options() {
      return state.options
    },
    set options(value) {
      state.options = value
    },
    reach: async (url) => {
      const parts = new URL(url)
      address = { host: parts.hostname, port: Number(parts.port) }
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      parts.hostname = '127.0.0.1'
      // A listening TCP server has an address with a port.
      parts.port = String((server.address() as AddressInfo).port)
      return parts.href
    },
    close: () => {
      for (const connection of connections) connection.kill()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

class Relay implements ProxiedConnection {
  readonly sent: { type: string; bytes: Buffer }[] = []
  readonly #client: Socket
  readonly #server: Socket
  readonly #reader = new FrameReader(maxBytes, false)
  #started = false
  #pieces = 0
  #holding = false
  #turn: Promise<void> = Promise.resolve()

  constructor(client: Socket, server: Socket, state: { readonly options: ProxyOptions; cancels: number }) {
    this.#client = client
    this.#server = server
    client.setNoDelay(true)
    server.setNoDelay(true)
    client.on('error', () => undefined)
    server.on('error', () => undefined)
    client.on('close', () => server.destroy())
    server.on('close', () => client.end())
    client.on('data', (chunk: Buffer) => {
      const cancel = !this.#started && isCancel(chunk)
      this.#note(chunk)
      if (cancel) {
        state.cancels += 1
        void Promise.resolve(state.options.cancelsPass).then(() => server.write(chunk))
        return
      }
      const { holdFrom } = state.options
      if (holdFrom !== undefined && isToldToRun(this, holdFrom)) this.hold(true)
      server.write(chunk)
    })
    server.on('data', (chunk: Buffer) => {
      const { split } = state.options
      if (split === undefined && this.#pieces === 0) {
        if (client.write(chunk)) return
        // A slow reader is felt at the server, as without a proxy.
        server.pause()
        client.once('drain', () => {
          if (!this.#holding) server.resume()
        })
      } else for (const piece of split?.(chunk) ?? [chunk]) this.#later(piece)
    })
  }

  inject(bytes: Buffer): void {
    this.#client.write(bytes)
  }

  kill(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  hold(holding: boolean): void {
    this.#holding = holding
    if (holding) this.#server.pause()
    else this.#server.resume()
  }

  #later(piece: Buffer): void {
    this.#pieces += 1
    this.#turn = this.#turn.then(async () => {
      this.#client.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
      this.#pieces -= 1
    })
  }

  #note(chunk: Buffer): void {
    this.#reader.push(Buffer.from(chunk))
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      if (!this.#started) {
        this.#started = true
        this.#reader.expectTyped(maxBytes)
      } else if (frame.type !== 'p'.charCodeAt(0)) {
        this.sent.push({ type: String.fromCharCode(frame.type), bytes: frame.bytes })
      }
    }
  }
}

function isCancel(chunk: Buffer): boolean {
  return chunk.length === 16 && chunk.readInt32BE(4) === 80877102
}

/** Whether a door told the server to run a text: as a simple query, or by the portal without a name. */
export function isToldToRun({ sent }: ProxiedConnection, text: string): boolean {
  const given = sent.findIndex(({ bytes, type }) => /[QP]/.test(type) && bytes.toString('utf8', 5).includes(text))
  if (given < 0) return false
  return sent[given]?.type === 'Q' || sent.slice(given).some(({ bytes, type }) => type === 'E' && bytes[5] === 0)
}

/** The texts that a door sent for the client: queries and parses, without the door's own statements. */
export function textsSent(connection: ProxiedConnection): string[] {
  return connection.sent
    .filter(({ type }) => type === 'Q' || type === 'P')
    .map(({ type, bytes }) => {
      const [first = '', second = ''] = bytes.toString('utf8', 5).split('\0')
      return type === 'Q' ? first : `${first}\0${second}`
    })
    .filter((text) => !text.startsWith('bothkeys_'))
    .map((text) => text.slice(text.indexOf('\0') + 1))
}

/** The texts among them that the server was asked to run, not only to parse. */
export function textsRun(connection: ProxiedConnection): string[] {
  const parsed = new Map<string, string>()
  const run: string[] = []
  for (const { type, bytes } of connection.sent) {
    const [first = '', second = ''] = bytes.toString('utf8', 5).split('\0')
    if (type === 'P') parsed.set(first, second)
    else if (type === 'Q') run.push(first)
    else if (type === 'B' && !second.startsWith('bothkeys_')) run.push(parsed.get(second) ?? '?')
  }
  return run.filter((text) => !text.startsWith('bothkeys_'))
}
