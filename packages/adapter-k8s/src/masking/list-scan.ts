const quote = 0x22
const backslash = 0x5c

/** Looks through a JSON object for the list of its items, or of its rows, as bytes come. It trusts that the JSON is well-formed. */
export class HeadScan {
  #depth = 0
  #isInText = false
  #isEscaped = false
  /** What of a key was read; undefined: no key is being read. */
  #key: string | undefined
  #isKeyNext = false
  #last: string | undefined

  /** Where the list begins, behind its bracket. Undefined: not in these bytes. */
  push(bytes: Uint8Array): { readonly at: number; readonly key: 'items' | 'rows' } | undefined {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (this.#isInText) {
        this.#passText(byte)
        continue
      }
      if (byte === quote) this.#beginText()
      else if (byte === 0x7b || byte === 0x5b) {
        if (this.#depth === 1 && byte === 0x5b && (this.#last === 'items' || this.#last === 'rows'))
          return { at: at + 1, key: this.#last }
        this.#depth += 1
        this.#isKeyNext = this.#depth === 1 && byte === 0x7b
      } else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1
      else if (byte === 0x2c && this.#depth === 1) {
        this.#isKeyNext = true
        this.#last = undefined
      }
    }
    return undefined
  }

  #beginText(): void {
    this.#isInText = true
    this.#key = this.#isKeyNext ? '' : undefined
  }

  #passText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === backslash) this.#isEscaped = true
    else if (byte === quote) {
      this.#isInText = false
      if (this.#key !== undefined) this.#last = this.#key
      if (this.#key !== undefined) this.#isKeyNext = false
      this.#key = undefined
      return
    }
    if (this.#key !== undefined && this.#key.length < 8) this.#key += String.fromCharCode(byte)
  }
}

/** What is found in bytes of a list. */
export interface Boundaries {
  /** Where the last item ends that is there with the comma behind it; -1: none does. */
  readonly comma: number
  readonly commas: number
  /** Where the bracket is that ends the list; -1: it goes on. */
  readonly end: number
  /** Parts that need not be read, in order: where they begin and where they end, by turns. */
  readonly dropped: readonly number[]
}

/** What items are looked through for. */
export interface ItemScanOptions {
  /** Bytes that one of them may have. */
  readonly longest: number
  /** Made, and thrown, when one has more. */
  readonly tooLong: () => Error
  /** Managed fields of items are left out whatever is in them, so that nobody need read it. */
  readonly dropsManagedFields: boolean
}

const metadata = Buffer.from('"metadata":{')
const managedFields = Buffer.from('"managedFields":[')
const none: readonly number[] = Object.freeze([])

/** Finds where items of a list end, as bytes come. It trusts that the JSON is well-formed. */
export class ItemScan {
  #depth = 0
  #isInText = false
  #isEscaped = false
  #isInMetadata = false
  #isDropping = false
  /** Bytes of the item that has begun, before those that come next. */
  #length = 0
  readonly #options: ItemScanOptions

  constructor(options: ItemScanOptions) {
    this.#options = options
  }

  /** Stops behind so many items. */
  push(bytes: Uint8Array, most = Infinity): Boundaries {
    const { length } = bytes
    let dropped: number[] | undefined = this.#isDropping ? [0] : undefined
    let comma = -1
    let commas = 0
    let start = -this.#length
    let depth = this.#depth
    let isInText = this.#isInText
    let at = this.#isEscaped ? 1 : 0
    for (; at < length; at++) {
      let byte = bytes[at]
      if (isInText) {
        // Most bytes are of texts.
        while (byte !== quote && byte !== backslash && at + 1 < length) byte = bytes[++at]
        if (byte === backslash) at += 1
        else if (byte === quote) isInText = false
      } else if (byte === quote) {
        if (depth < 3 && depth > 0 && this.#dropsFrom(bytes, at, depth))
          (dropped ??= []).push(at + managedFields.length)
        isInText = true
      } else if (byte === 0x7b || byte === 0x5b) depth += 1
      else if (byte === 0x7d || byte === 0x5d) {
        if (depth === 0) {
          this.#assertLength(at - start)
          return { comma, commas, end: at, dropped: dropped ?? none }
        }
        depth -= 1
        if (depth === 2 && this.#isDropping) {
          this.#isDropping = false
          dropped?.push(at)
        }
      } else if (byte === 0x2c && depth === 0) {
        this.#assertLength(at - start)
        comma = at
        commas += 1
        start = at + 1
        if (commas === most) {
          this.#isEscaped = false
          this.#isInText = false
          this.#depth = 0
          this.#length = 0
          return { comma, commas, end: -1, dropped: dropped ?? none }
        }
      }
    }
    if (this.#isDropping) dropped?.push(length)
    this.#isEscaped = at > length
    this.#isInText = isInText
    this.#depth = depth
    this.#length = length - start
    this.#assertLength(this.#length)
    return { comma, commas, end: -1, dropped: dropped ?? none }
  }

  /** Whether managed fields begin with the text at `at`. Those that are cut in two there are read as all else is. */
  #dropsFrom(bytes: Uint8Array, at: number, depth: number): boolean {
    if (!this.#options.dropsManagedFields) return false
    if (depth === 1) {
      this.#isInMetadata = isAt(bytes, at, metadata)
      return false
    }
    this.#isDropping = this.#isInMetadata && isAt(bytes, at, managedFields)
    return this.#isDropping
  }

  #assertLength(length: number): void {
    if (length > this.#options.longest) throw this.#options.tooLong()
  }
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false
  return true
}
