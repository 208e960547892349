import type { IncomingMessage } from 'node:http'

/** A body that is being read. */
interface Reading {
  bytes: number
  readonly cut: () => void
}

/**
 * Bytes of bodies that are being read, over all connections. What has arrived counts, not what was announced, and when there is
 * no room whoever has been sending for longest is cut off: no sender keeps others from sending by being slow.
 */
export class BodyBudget {
  readonly #most: number
  /** The oldest first. */
  readonly #reading = new Set<Reading>()
  #used = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Reads a body to its end. Undefined: it was cut off for others. Rejects when the client goes. */
  read(message: IncomingMessage): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      const parts: Uint8Array[] = []
      const over = (): void => {
        message.off('data', add).off('end', end).off('error', fail).off('close', gone)
        this.#used -= reading.bytes
        this.#reading.delete(reading)
      }
      const reading: Reading = {
        bytes: 0,
        cut: () => {
          over()
          message.pause()
          resolve(undefined)
        },
      }
      const add = (part: Uint8Array): void => {
        parts.push(part)
        reading.bytes += part.byteLength
        this.#used += part.byteLength
        this.#makeRoom()
      }
      const end = (): void => {
        over()
        resolve(Buffer.concat(parts))
      }
      const fail = (cause: Error): void => {
        over()
        reject(cause)
      }
      const gone = (): void => {
        fail(new Error('the client went away'))
      }
      this.#reading.add(reading)
      message.on('data', add).on('end', end).on('error', fail).on('close', gone)
    })
  }

  #makeRoom(): void {
    for (const oldest of this.#reading) {
      if (this.#used <= this.#most) return
      oldest.cut()
    }
  }
}
