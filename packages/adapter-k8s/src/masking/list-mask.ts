import type { JsonObject, JsonValue } from '../json.js'
import { ItemScan } from './list-scan.js'
import { Unmaskable } from './masking-failure.js'
import { isList, isObject } from './members.js'
import type { ObjectMask } from './object-mask.js'
import type { PlainItems } from './plain-items.js'
import { PlainRun } from './plain-run.js'

/** A list as far as its head says what it is. */
export interface ListHead {
  readonly head: JsonObject
  readonly key: 'items' | 'rows'
  readonly maskItem: (value: JsonValue) => JsonValue
  /** Whether `maskItem` leaves out managed fields of the item itself, whatever they are. */
  readonly dropsManagedFields: boolean
  /** Tells items that `maskItem` leaves as they are. Undefined: nobody can, from their bytes. */
  readonly plain: PlainItems | undefined
}

/** Masks a list behind its head: items as they are complete, then what follows them. */
export class ListMask {
  readonly #head: JsonObject
  readonly #key: string
  readonly #maskItem: (value: JsonValue) => JsonValue
  readonly #mask: ObjectMask
  readonly #scan: ItemScan
  #plain: PlainRun | undefined
  /** Whether an item has begun that is not plain, or may not be. */
  #isInOther = false
  #waiting: Uint8Array[] = []
  #tailLength = 0
  #isInItems = true
  #hasItems = false

  constructor({ dropsManagedFields, head, key, maskItem, plain }: ListHead, mask: ObjectMask) {
    this.#head = head
    this.#key = key
    this.#maskItem = maskItem
    this.#mask = mask
    this.#plain = plain && new PlainRun(plain, mask.masking.limits.item)
    this.#scan = new ItemScan({
      longest: mask.masking.limits.item,
      tooLong: () => new Unmaskable('an item of it is too large'),
      dropsManagedFields,
    })
  }

  *push(bytes: Uint8Array): Generator<string | Buffer, void> {
    let rest = bytes
    while (this.#isInItems && rest.length > 0) {
      if (this.#plain === undefined || this.#isInOther) rest = yield* this.#others(rest)
      else rest = yield* this.#plainOnes(this.#plain, rest)
    }
    if (!this.#isInItems) this.#keepTail(rest)
  }

  /** The members behind the list. None of those before it, as what the items are, may be said again. */
  *end(): Generator<string, void> {
    if (this.#isInItems) throw new Unmaskable('it ended before its list did')
    const text = this.#text().trim()
    if (text === '}') {
      yield ']}'
      return
    }
    if (!/^,\s*"/.test(text)) throw new Unmaskable('what follows its list is no member')
    const tail = JSON.parse(`{${text.slice(1)}`) as JsonValue
    if (!isObject(tail) || Object.keys(tail).some((key) => Object.hasOwn(this.#head, key))) {
      throw new Unmaskable('a member of it is there twice')
    }
    const list = { kind: this.#head['kind'] ?? null, [this.#key]: [] }
    const before = JSON.stringify(this.#mask.document(list)).slice(0, -1)
    const shown = JSON.stringify(this.#mask.document({ ...list, ...tail }))
    if (!shown.startsWith(`${before},`)) throw new Unmaskable('what follows its list cannot be put behind it')
    yield `]${shown.slice(before.length)}`
  }

  /** Copies items that are shown as they are, up to one that is not. Answers what follows them. */
  *#plainOnes(plain: PlainRun, bytes: Uint8Array): Generator<Buffer, Uint8Array> {
    const { output, rest, what } = plain.push(bytes, this.#hasItems)
    if (output !== undefined) {
      this.#hasItems = true
      yield output
    }
    if (what === 'end') this.#isInItems = false
    this.#isInOther = what === 'other'
    if (!plain.isWorthIt) this.#plain = undefined
    return rest
  }

  /** Masks the items that are there whole: all of them, or one where the next may be plain. Answers what follows them. */
  *#others(bytes: Uint8Array): Generator<string, Uint8Array> {
    const { comma, commas, dropped, end } = this.#scan.push(bytes, this.#plain === undefined ? Infinity : 1)
    if (end >= 0) {
      this.#keepBetween(bytes, 0, end, dropped)
      const isEmpty = !this.#hasItems && commas === 0 && this.#text().trim() === ''
      if (!isEmpty) yield this.#items(commas + 1)
      this.#waiting = []
      this.#isInItems = false
      return bytes.subarray(end + 1)
    }
    if (comma < 0) {
      this.#keepBetween(bytes, 0, bytes.length, dropped)
      return bytes.subarray(bytes.length)
    }
    this.#keepBetween(bytes, 0, comma, dropped)
    yield this.#items(commas)
    this.#isInOther = false
    if (this.#plain !== undefined) return bytes.subarray(comma + 1)
    this.#keepBetween(bytes, comma + 1, bytes.length, dropped)
    return bytes.subarray(bytes.length)
  }

  /** Masks as many items as wait. */
  #items(count: number): string {
    const items = JSON.parse(`[${this.#text()}]`) as JsonValue
    this.#waiting = []
    if (!isList(items) || items.length !== count) throw new Unmaskable('its items cannot be told apart')
    const shown = JSON.stringify(items.map(this.#maskItem)).slice(1, -1)
    const output = this.#hasItems ? `,${shown}` : shown
    this.#hasItems = true
    return output
  }

  #text(): string {
    return Buffer.concat(this.#waiting).toString('utf8')
  }

  /** Keeps what is between two places and is not dropped. What is dropped is within one item. */
  #keepBetween(bytes: Uint8Array, from: number, to: number, dropped: readonly number[]): void {
    let at = from
    for (let index = 0; index < dropped.length; index += 2) {
      const start = dropped[index] ?? 0
      if (start < from || start >= to) continue
      this.#keep(bytes.subarray(at, start))
      at = dropped[index + 1] ?? start
    }
    this.#keep(bytes.subarray(at, to))
  }

  #keep(bytes: Uint8Array): void {
    // The bytes are the sender's to use again.
    if (bytes.length > 0) this.#waiting.push(Uint8Array.prototype.slice.call(bytes))
  }

  #keepTail(bytes: Uint8Array): void {
    this.#tailLength += bytes.length
    if (this.#tailLength > this.#mask.masking.limits.item) throw new Unmaskable('what follows its list is too large')
    this.#keep(bytes)
  }
}
