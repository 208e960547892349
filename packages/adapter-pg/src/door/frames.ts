import { BothKeysError } from '@bothkeys/core/adapter'

/** One typed message of the PostgreSQL v3 protocol, header included. `bytes` is owned by the reader's caller. */
export interface Frame {
  /** The message type byte; 0 for the untyped messages before authentication. */
  readonly type: number
  readonly bytes: Buffer
}

/**
 * Cuts a byte stream into protocol messages (PostgreSQL documentation, "Message Flow"). Bytes may arrive in pieces
 * of any size. A message above `maxBytes` is refused before its body is kept.
 */
export class FrameReader {
  #maxBytes: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** How much of the first one was taken. */
  #taken = 0
  #typed: boolean
  readonly #wipes: boolean

  /** With `wipes`, the pieces are the reader's own, and overwritten once a message was put together from them. */
  constructor(maxBytes: number, typed: boolean, wipes = false) {
    this.#maxBytes = maxBytes
    this.#typed = typed
    this.#wipes = wipes
  }

  /** From now on messages carry a type byte and have so many bytes at most: the start-up packet has been read. */
  expectTyped(maxBytes: number): void {
    this.#typed = true
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** The next whole message, or undefined until more bytes arrive. Throws ERR_PROTOCOL_REFUSED on a bad length. */
  next(): Frame | undefined {
    const header = this.#typed ? 5 : 4
    if (this.#pendingBytes < header) return undefined
    const head = this.#first(header)
    const at = this.#taken
    const length = head.readInt32BE(at + header - 4)
    const total = length + header - 4
    if (length < 4 || total > this.#maxBytes) throw badLength(length, this.#maxBytes)
    if (this.#pendingBytes < total) return undefined
    return { type: this.#typed ? head.readUInt8(at) : 0, bytes: this.#take(total) }
  }

  /** Overwrites what no message was made of. */
  wipe(): void {
    this.#overwrite()
    this.#pending = []
    this.#pendingBytes = 0
    this.#taken = 0
  }

  /** Takes whatever bytes are left. */
  rest(): Buffer {
    return this.#take(this.#pendingBytes)
  }

  /** The first piece, which so many bytes are left of. */
  #first(count: number): Buffer {
    const first = this.#pending[0]
    return first !== undefined && first.length - this.#taken >= count ? first : this.#merge()
  }

  #take(count: number): Buffer {
    if (count === 0) return Buffer.alloc(0)
    const first = this.#first(count)
    const end = this.#taken + count
    const taken = first.subarray(this.#taken, end)
    this.#taken = end
    if (end === first.length) {
      this.#pending.shift()
      this.#taken = 0
    }
    this.#pendingBytes -= count
    return taken
  }

  /** What was taken of them belongs to who took it. */
  #overwrite(): void {
    for (const [index, piece] of this.#pending.entries()) piece.fill(0, index === 0 ? this.#taken : 0)
  }

  #merge(): Buffer {
    const merged = Buffer.concat(this.#pending).subarray(this.#taken)
    if (this.#wipes) this.#overwrite()
    this.#pending = [merged]
    this.#taken = 0
    return merged
  }
}

function badLength(length: number, maxBytes: number): BothKeysError {
  const problem = length < 4 ? 'has an impossible length' : `is larger than ${String(maxBytes)} bytes`
  return new BothKeysError('ERR_PROTOCOL_REFUSED', `a protocol message ${problem}`, {
    hint: 'send smaller messages, or raise maxMessageBytes of the target',
  })
}
