import { goesOn, type PlainItems } from './plain-items.js'

/** So many bytes of an item that goes on are read anew with what follows, so often. Beyond, it is another. */
const mostAnew = 65_536
const oftenestAnew = 8

/** What an item that is plain counts for, and one that is not. Where others are many, reading in bytes only costs. */
const [best, begun, lost] = [64, 16, 2] as const

/** What bytes of a list begin with. */
export interface Run {
  /** The plain items, as they go out. */
  readonly output: Buffer | undefined
  /** Nothing is left and the list goes on, another item begins, or the list is over. */
  readonly what: 'more' | 'other' | 'end'
  readonly rest: Uint8Array
}

/** Copies the plain items that a list begins with, without their managed fields. */
export class PlainRun {
  readonly #items: PlainItems
  readonly #longest: number
  #waiting: Buffer = empty
  #read = 0
  #score: number = begun

  /** Items may have `longest` bytes. */
  constructor(items: PlainItems, longest: number) {
    this.#items = items
    this.#longest = longest
  }

  /** Whether so many items are plain that it is quicker to read them in bytes. */
  get isWorthIt(): boolean {
    return this.#score > 0
  }

  push(bytes: Uint8Array, hasItems: boolean): Run {
    // The bytes are the sender's to use again.
    const all = Buffer.concat([this.#waiting, bytes])
    this.#waiting = empty
    const copy = new Copy(all, hasItems)
    for (let at = 0; ;) {
      const end = this.#items.read(all, at)
      if (end < 0 || end - at > this.#longest) return this.#stopped(all.subarray(at), end, copy)
      this.#read = 0
      this.#score = Math.min(best, this.#score + 1)
      const [from, to] = this.#items.cut
      copy.add(at, end, from, to)
      at = end + 1
      if (all[end] === closeBracket) return { output: copy.output(), what: 'end', rest: all.subarray(at) }
    }
  }

  #stopped(rest: Buffer, end: number, copy: Copy): Run {
    const output = copy.output()
    if (rest.length === 0) return { output, what: 'more', rest }
    if (end === goesOn && rest.length <= Math.min(mostAnew, this.#longest) && this.#read < oftenestAnew) {
      this.#read += 1
      this.#waiting = rest
      return { output, what: 'more', rest: empty }
    }
    this.#read = 0
    this.#score -= lost
    return { output, what: 'other', rest }
  }
}

const empty = Buffer.alloc(0)
const closeBracket = 0x5d
const comma = 0x2c

/** Copies parts of bytes that follow each other, in as few pieces as there are. */
class Copy {
  readonly #bytes: Buffer
  readonly #hasItems: boolean
  #to: Buffer | undefined
  #length = 0
  /** What is to be copied next. */
  #from = 0
  #end = 0

  constructor(bytes: Buffer, hasItems: boolean) {
    this.#bytes = bytes
    this.#hasItems = hasItems
  }

  /** An item but for the bytes from `from` to `to`. The comma between it and the one before is copied with it. */
  add(start: number, end: number, from: number, to: number): void {
    if (this.#to === undefined) {
      this.#to = Buffer.allocUnsafe(this.#bytes.length + 1)
      if (this.#hasItems) this.#length = this.#to.writeUInt8(comma, 0)
      this.#from = start
    }
    this.#end = end
    if (to === 0) return
    this.#copy(from)
    this.#from = to
  }

  output(): Buffer | undefined {
    this.#copy(this.#end)
    return this.#to?.subarray(0, this.#length)
  }

  #copy(end: number): void {
    if (this.#to !== undefined) this.#length += this.#bytes.copy(this.#to, this.#length, this.#from, end)
  }
}
