const firstSize = 16 * 1024
const mostSpare = 1024 * 1024

/** Up to here a loop is faster than leaving the engine. */
const shortBytes = 48

/** Gathers bytes that are handed over together. */
export class ByteWriter {
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0

  /** How many are gathered. */
  get length(): number {
    return this.#end
  }

  /** Makes room for about so many more at once. */
  expect(count: number): void {
    this.#room(count)
  }

  /** Takes back what was written behind the first `length`. */
  truncate(length: number): void {
    this.#end = length
  }

  int16(value: number): void {
    this.#room(2)
    this.#bytes[this.#end] = value >>> 8
    this.#bytes[this.#end + 1] = value
    this.#end += 2
  }

  int32(value: number): void {
    this.#room(4)
    this.#put32(this.#end, value)
    this.#end += 4
  }

  /** Writes an integer where four bytes were left for it. */
  int32At(at: number, value: number): void {
    this.#put32(at, value)
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#end] = value
    this.#end += 1
  }

  copy(from: Buffer, start: number, end: number): void {
    const count = end - start
    this.#room(count)
    if (count > shortBytes) from.copy(this.#bytes, this.#end, start, end)
    else {
      const bytes = this.#bytes
      let to = this.#end
      for (let at = start; at < end; at++) bytes[to++] = from[at] ?? 0
    }
    this.#end += count
  }

  /** Writes a text; answers how many bytes it takes. */
  text(text: string): number {
    const start = this.#end
    // A code unit takes three bytes at most.
    this.#room(text.length > 1024 ? Buffer.byteLength(text) : text.length * 3)
    if (text.length > shortBytes || !this.#ascii(text)) this.#end = start + this.#bytes.write(text, start, 'utf8')
    return this.#end - start
  }

  /** Hands over what was gathered, and begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#end)
    this.#bytes = this.#bytes.subarray(this.#end)
    this.#end = 0
    return taken
  }

  #ascii(text: string): boolean {
    const bytes = this.#bytes
    let to = this.#end
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit > 127) return false
      bytes[to++] = unit
    }
    this.#end = to
    return true
  }

  #put32(at: number, value: number): void {
    const bytes = this.#bytes
    bytes[at] = value >>> 24
    bytes[at + 1] = value >>> 16
    bytes[at + 2] = value >>> 8
    bytes[at + 3] = value
  }

  #room(count: number): void {
    const needed = this.#end + count
    if (needed <= this.#bytes.length) return
    // Its own memory: what was handed over before may still be on its way.
    const larger = Buffer.allocUnsafeSlow(Math.max(firstSize, needed + Math.min(needed, mostSpare)))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}
