import { hash } from 'node:crypto'

const hashBytes = 32

/** The hashes of a segment's lines by their index, and one digest over any number of them from the first. */
export class LeafList {
  #bytes: Buffer = Buffer.alloc(64 * hashBytes)

  /** Sets the hash of one line. `hex`: 64 hex digits. */
  set(index: number, hex: string): void {
    const offset = index * hashBytes
    if (offset >= this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], Math.max(2 * this.#bytes.length, 2 * offset))
    this.#bytes.write(hex, offset, 'hex')
  }

  get(index: number): string {
    return this.#bytes.toString('hex', index * hashBytes, (index + 1) * hashBytes)
  }

  /** SHA-256 over the first `count` hashes. Each of them must have been set. */
  digest(count: number): string {
    return hash('sha256', this.#bytes.subarray(0, count * hashBytes), 'hex')
  }
}
