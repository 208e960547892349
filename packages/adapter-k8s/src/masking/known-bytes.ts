/** So many entries, and so many bytes of them, are remembered; then all is forgotten. */
const mostEntries = 16_384
const mostBytes = 1_048_576
/** So far an entry may be from its place. Whoever makes texts that fall on the same place makes them be looked at anew, no more. */
const farthest = 8

/** What hashes begin with. */
export const hashSeed = 0x811c_9dc5 | 0
/** By what they are multiplied for each byte. */
export const hashed = 0x0100_0193

/** Texts in bytes, each in a context, with a number. It compares all bytes: hashes only say where. */
export class KnownBytes {
  #slots = 0
  #hashes = new Int32Array(0)
  #contexts = new Int32Array(0)
  #starts = new Int32Array(0)
  #lengths = new Int32Array(0)
  #numbers = new Int32Array(0)
  #kept = new Uint8Array(0)
  #count = 0
  #used = 0
  #isFull = false

  /** Whether it takes no more. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** The number of the bytes from `start` to `end` in a context; -1: they are not known. */
  numberOf(bytes: Uint8Array, start: number, end: number, hash: number, context: number): number {
    const length = end - start
    const slots = this.#slots
    for (let step = 0, slot = placeOf(hash, context, slots); step < farthest && slots > 0; step++) {
      const number = this.#numbers[slot] ?? 0
      if (number === 0) return -1
      if (this.#hashes[slot] === hash && this.#contexts[slot] === context && this.#lengths[slot] === length) {
        const kept = this.#kept
        let from = this.#starts[slot] ?? 0
        let at = start
        while (at < end && bytes[at] === kept[from]) {
          at += 1
          from += 1
        }
        if (at === end) return number - 1
      }
      slot = (slot + 1) & (slots - 1)
    }
    return -1
  }

  /** Remembers bytes that are not known. False: there is no room for them. */
  add(bytes: Uint8Array, start: number, end: number, hash: number, context: number, number: number): boolean {
    const length = end - start
    if (this.#count >= mostEntries || this.#used + length > mostBytes) this.#isFull = true
    if (this.#isFull) return false
    if (this.#count * 2 >= this.#slots) this.#grow()
    this.#reserve(this.#used + length)
    this.#kept.set(bytes.subarray(start, end), this.#used)
    if (!this.#put(hash, context, this.#used, length, number + 1)) return false
    this.#used += length
    this.#count += 1
    return true
  }

  clear(): void {
    this.#numbers.fill(0)
    this.#count = 0
    this.#used = 0
    this.#isFull = false
  }

  #put(hash: number, context: number, start: number, length: number, number: number): boolean {
    for (let step = 0, slot = placeOf(hash, context, this.#slots); step < farthest; step++) {
      if (this.#numbers[slot] === 0) {
        this.#hashes[slot] = hash
        this.#contexts[slot] = context
        this.#starts[slot] = start
        this.#lengths[slot] = length
        this.#numbers[slot] = number
        return true
      }
      slot = (slot + 1) & (this.#slots - 1)
    }
    return false
  }

  #grow(): void {
    const [hashes, contexts, starts, lengths, numbers] = [
      this.#hashes,
      this.#contexts,
      this.#starts,
      this.#lengths,
      this.#numbers,
    ]
    const before = this.#slots
    this.#slots = Math.max(256, before * 2)
    this.#hashes = new Int32Array(this.#slots)
    this.#contexts = new Int32Array(this.#slots)
    this.#starts = new Int32Array(this.#slots)
    this.#lengths = new Int32Array(this.#slots)
    this.#numbers = new Int32Array(this.#slots)
    for (let slot = 0; slot < before; slot++) {
      const number = numbers[slot] ?? 0
      if (number > 0) this.#put(hashes[slot] ?? 0, contexts[slot] ?? 0, starts[slot] ?? 0, lengths[slot] ?? 0, number)
    }
  }

  #reserve(length: number): void {
    if (length <= this.#kept.length) return
    const kept = new Uint8Array(Math.min(mostBytes, Math.max(8192, length, this.#kept.length * 2)))
    kept.set(this.#kept.subarray(0, this.#used))
    this.#kept = kept
  }
}

function placeOf(hash: number, context: number, slots: number): number {
  const mixed = Math.imul(hash ^ Math.imul(context, 0x9e37_79b1), 0x85eb_ca6b)
  return (mixed ^ (mixed >>> 15)) & (slots - 1)
}
