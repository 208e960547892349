import type { IncomingMessage } from 'node:http'

/** Bytes of bodies that are being read, over all connections. */
export class BodyBudget {
  readonly #most: number
  #used = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Reads a body of exactly so many bytes. Undefined: there is no room for it now. Rejects when the client goes. */
  async read(message: IncomingMessage, length: number): Promise<Uint8Array | undefined> {
    if (this.#used + length > this.#most) return undefined
    this.#used += length
    try {
      const parts: Uint8Array[] = []
      for await (const part of message) parts.push(part as Uint8Array)
      return Buffer.concat(parts)
    } finally {
      this.#used -= length
    }
  }
}
