import { BrokenStream } from './broken-stream.js'
import type { Carried, Sides } from './carried.js'
import { channels, type Frame, written } from './frame.js'
import { Inbox } from './inbox.js'
import { send } from './send.js'

/**
 * Carries a port-forward until either side ends it. Each port has two channels, one for data and one for errors, and the first
 * message of the API server on each is the number of the port. What goes through are bytes of which nobody knows what they mean:
 * they are counted, and neither masked nor recorded. Rejects when a side sends what the protocol does not have.
 */
export async function carryPorts(sides: Sides, ports: readonly number[]): Promise<Carried> {
  const tunnel = new Tunnel(sides, ports)
  const isOver = await Promise.race([tunnel.takeInput(), tunnel.takeOutput()])
  return { outcome: isOver ? 'completed' : 'unknown', result: tunnel.bytes }
}

class Tunnel {
  readonly #sides: Sides
  readonly #ports: readonly number[]
  readonly #fromClient: Inbox
  readonly #fromUpstream: Inbox
  readonly #named = new Set<number>()
  readonly #ended = new Set<number>()
  #in = 0
  #out = 0
  #code = 0

  constructor(sides: Sides, ports: readonly number[]) {
    this.#sides = sides
    this.#ports = ports
    sides.upstream.once('close', (code) => (this.#code = code))
    this.#fromClient = new Inbox(sides.client)
    this.#fromUpstream = new Inbox(sides.upstream)
  }

  get bytes(): string {
    return `in ${String(this.#in)}, out ${String(this.#out)}`
  }

  /** Whether it came to its end: a client says so by going. */
  async takeInput(): Promise<boolean> {
    const { signal, upstream } = this.#sides
    for await (const frame of this.#fromClient) {
      this.#assertInput(frame)
      await send(upstream, written(frame.channel, frame.data), signal)
    }
    return true
  }

  async takeOutput(): Promise<boolean> {
    const { client, signal } = this.#sides
    for await (const { channel, data } of this.#fromUpstream) {
      const port = this.#ports[channel >> 1]
      if (port === undefined) throw new BrokenStream('the API server sent on a channel of no port')
      if (!this.#named.has(channel) && data.length > 0) {
        if (data.length < 2 || data.readUInt16LE(0) !== port)
          throw new BrokenStream('the API server named another port')
        this.#named.add(channel)
      }
      this.#out += data.length
      await send(client, written(channel, data), signal)
    }
    return this.#code === 1000 || this.#code === 1005
  }

  #assertInput({ channel, data }: Frame): void {
    const isEnd = channel === channels.close && this.#sides.upstream.protocol === 'v5.channel.k8s.io'
    const of = isEnd ? data[0] : channel
    const isOwn = of !== undefined && of % 2 === 0 && of >> 1 < this.#ports.length && !this.#ended.has(of)
    if (!isOwn || (isEnd && data.length !== 1))
      throw new BrokenStream('the client sent on a channel that is not its own')
    if (isEnd) this.#ended.add(of)
    else this.#in += data.length
  }
}
