const firstBytes = 64 * 1024
const newline = 0x0a

/** Lines as bytes outside the heap, one behind the other, for as long as they may be needed again. */
export class LineBuffer {
  /** One spare byte stands before the first line. */
  #bytes: Buffer = Buffer.allocUnsafe(firstBytes)
  #end = 1

  /** The lines that are kept. Valid until the next call. */
  get lines(): Uint8Array {
    return this.#bytes.subarray(1, this.#end)
  }

  /** The bytes that `encode` wrote to, and where its line begins in them. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  get end(): number {
    return this.#end
  }

  /** Writes a framed event behind the lines, without its first byte, and answers the length of its line. */
  encode(framed: string): number {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#makeRoom(framed.length * 3)
    // The frame's first byte is not part of the line: it lands on the byte before, which is then put back.
    const length = this.#bytes.write(framed, this.#end - 1) - 1
    this.#bytes[this.#end - 1] = newline
    return length
  }

  /** Keeps the line that was encoded last. */
  keep(length: number): void {
    this.#end += length
  }

  /** Drops the first lines. */
  drop(length: number): void {
    this.#bytes.copyWithin(1, 1 + length, this.#end)
    this.#end -= length
    if (this.#end === 1) this.clear()
  }

  /** Drops all lines. */
  clear(): void {
    this.#end = 1
    if (this.#bytes.length > 16 * firstBytes) this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#end + length))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}
