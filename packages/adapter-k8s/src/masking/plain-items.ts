import { JsonReader, ofIdentifiers, ofTimes } from './json-reader.js'
import type { PlainMemory } from './plain-memory.js'
import { isPlainKind, isPlainName, meanings } from './plain-names.js'
import type { NameRule } from './secret-names.js'

/** What items are read for. */
export interface PlainItemsOptions {
  /** The kind of them all. */
  readonly kind: string
  readonly memory: PlainMemory
  /** Whether a text is shown as it is under a field. */
  readonly isHarmless: (text: string, field: string, names: NameRule) => boolean
  /** Whether the name of a member is. */
  readonly isHarmlessKey: (key: string) => boolean
  /** Whether a word of a command says that the next one is a secret. */
  readonly namesSecret: (word: string) => boolean
  /** Whether numbers are shown as they are, however large. */
  readonly areNumbersHarmless: boolean
}

/** There are not enough bytes to tell. */
export const goesOn = -1
/** It has to be parsed, and masked as a value. */
export const isOther = -2

const [quote, comma, colon, minus] = [0x22, 0x2c, 0x3a, 0x2d] as const
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d] as const

/** What an object is: the item, its metadata, annotations, or a part of something. */
const [item, metadata, annotations, part] = [0, 1, 2, 3] as const

/** By what texts are looked at: the field, a chosen name, or the field and the place in a command. */
const [byField, byChosen, byWord] = [0, 1, 2] as const

/** Contexts of what is remembered: names of members, chosen names, and texts by their fields and rules. */
const [ofKeys, ofNames, ofTexts] = [0, 1, 2] as const

/** What an object has had that says what the rest of it means. */
class Had {
  kind = false
  metadata = false
  value = false
  name = false
  /** The number of the name that its value goes by. -1: its own. */
  chosen = -1
}

const deepest = 24
const mostMembers = 64
const longestRemembered = 160

/**
 * Reads items of a list in their bytes, and tells those that a mask would show as they are but for their managed fields. Whatever
 * is not sure to be so is another item: what the mask would change, what is written otherwise than JSON.stringify does or twice
 * in one object, and what means something that only the mask knows.
 */
export class PlainItems {
  /** Where the managed fields of the item are that was read last: from where, and up to where. */
  readonly cut: [from: number, to: number] = [0, 0]
  readonly #options: PlainItemsOptions
  readonly #memory: PlainMemory
  readonly #kind: Buffer
  readonly #from = new JsonReader()
  /** The names of members of the objects that are open, one object behind the other. */
  readonly #members = new Int32Array((deepest + 2) * mostMembers)
  #top = 0

  constructor(options: PlainItemsOptions) {
    this.#options = options
    this.#memory = options.memory
    this.#kind = Buffer.from(options.kind)
  }

  /** Where the item ends that begins at `start`: at the comma behind it, or at the bracket. `goesOn` and `isOther` are negative. */
  read(bytes: Buffer, start: number): number {
    this.#memory.refresh()
    this.#from.bytes = bytes
    this.#from.at = start
    this.#top = 0
    this.cut[0] = this.cut[1] = 0
    let isPlain: boolean
    try {
      isPlain = bytes[start] === openBrace && this.#object(item, 0)
    } catch {
      // What a detector throws ends the answer where the item is masked as a value.
      return isOther
    }
    if (this.#from.at >= bytes.length) return goesOn
    const next = bytes[this.#from.at]
    return isPlain && (next === comma || next === closeBracket) ? this.#from.at : isOther
  }

  /** Each reads what is at its place. False: it is not plain, or goes on. */
  #object(context: number, depth: number): boolean {
    if (depth > deepest) return false
    const bytes = this.#from.bytes
    const base = this.#top
    let had: Had | undefined
    this.#from.at += 1
    if (bytes[this.#from.at] === closeBrace) {
      this.#from.at += 1
      return true
    }
    for (let count = 0; count < mostMembers; count++) {
      const begin = this.#from.at
      const id = this.#key()
      if (id < 0 || this.#isTwice(id, base, count) || bytes[this.#from.at] !== colon) return false
      this.#from.at += 1
      const meaning = this.#memory.meanings[id] ?? 0
      if (context === annotations || meaning === meanings.none) {
        if (!this.#value(id, byField, part, depth)) return false
      } else if (context === metadata) {
        if (!this.#metadataMember(id, meaning, { begin, count, depth })) return false
      } else if (!this.#meaningfulMember(id, meaning, (had ??= new Had()), { context, depth })) return false
      const next = bytes[this.#from.at]
      if (next === closeBrace) {
        this.#from.at += 1
        this.#top = base
        return true
      }
      if (next !== comma) return false
      this.#from.at += 1
    }
    return false
  }

  /** A member of the item or of a part that means something there. */
  #meaningfulMember(
    id: number,
    meaning: number,
    had: Had,
    { context, depth }: { readonly context: number; readonly depth: number },
  ): boolean {
    switch (meaning) {
      case meanings.value:
        had.value = true
        return had.chosen < 0 ? this.#value(id, byField, part, depth) : this.#value(had.chosen, byChosen, part, depth)
      case meanings.name:
      case meanings.key:
        // What it is the name of was looked at by another.
        if (had.value || !this.#isText() || !this.#text(id, byField)) return false
        if (!had.name) had.chosen = this.#chosen()
        had.name ||= meaning === meanings.name
        return had.chosen >= 0
      case meanings.kind:
        had.kind = true
        if (!this.#isText() || !this.#text(id, byField)) return false
        return context === item ? this.#isExpectedKind() : !had.metadata
      case meanings.metadata:
        had.metadata = true
        return !(context === part && had.kind) && this.#value(id, byField, context === item ? metadata : part, depth)
      case meanings.annotations:
        return this.#value(id, byField, annotations, depth)
      case meanings.words:
        return this.#value(id, byWord, part, depth)
      case meanings.items:
        return context === part && this.#value(id, byField, part, depth)
      default:
        return this.#value(id, byField, part, depth)
    }
  }

  /** A member of the item's metadata, which begins at `begin`. */
  #metadataMember(
    id: number,
    meaning: number,
    { begin, count, depth }: { readonly begin: number; readonly count: number; readonly depth: number },
  ): boolean {
    if (meaning === meanings.managedFields) return this.#from.passList() && this.#cutFrom(begin, count)
    if (meaning === meanings.annotations) return this.#value(id, byField, annotations, depth)
    const identifies = meaning === meanings.name || meaning === meanings.identifier
    if (identifies && this.#from.passTextOf(ofIdentifiers, 253)) return true
    if (meaning === meanings.time && this.#from.passTextOf(ofTimes, 40)) return true
    return this.#value(id, byField, part, depth)
  }

  /** Leaves out a member that was read, with a comma beside it. */
  #cutFrom(begin: number, count: number): boolean {
    const isFollowed = this.#from.bytes[this.#from.at] === comma
    this.cut[0] = count === 0 ? begin : begin - 1
    this.cut[1] = count === 0 && isFollowed ? this.#from.at + 1 : this.#from.at
    return true
  }

  #isTwice(id: number, base: number, count: number): boolean {
    const members = this.#members
    for (let index = base; index < base + count; index++) if (members[index] === id) return true
    members[base + count] = id
    this.#top = base + count + 1
    return false
  }

  #value(id: number, rule: number, context: number, depth: number): boolean {
    const first = this.#from.bytes[this.#from.at] ?? 0
    if (first === quote) return this.#text(id, rule)
    if (first === openBrace) return this.#object(context, depth + 1)
    if (first === openBracket) return this.#list(id, rule, depth + 1)
    if (first === minus || (first >= 0x30 && first <= 0x39)) return this.#number(id, rule)
    return this.#from.passWord(first === 0x74 ? yes : first === 0x66 ? no : nothing)
  }

  #list(id: number, rule: number, depth: number): boolean {
    if (depth > deepest) return false
    const bytes = this.#from.bytes
    this.#from.at += 1
    if (bytes[this.#from.at] === closeBracket) {
      this.#from.at += 1
      return true
    }
    for (;;) {
      if (!this.#value(id, rule, part, depth)) return false
      const next = bytes[this.#from.at]
      this.#from.at += 1
      if (next === closeBracket) return true
      if (next !== comma) return false
    }
  }

  /** The number of a member's name. -1: it is not plain. */
  #key(): number {
    if (this.#from.bytes[this.#from.at] !== quote || !this.#from.passText() || this.#from.isOdd) return -1
    const id = this.#known(ofKeys)
    if (id >= 0) return id
    const name = this.#from.decoded() ?? ''
    if (!isPlainName(name) || !this.#options.isHarmlessKey(name)) return -1
    const made = this.#memory.idOf(name)
    if (made >= 0) this.#remember(ofKeys, made)
    return made
  }

  /** The number of the text that was read last, as a name. -1: there is no room for it. */
  #chosen(): number {
    const id = this.#known(ofNames)
    if (id >= 0) return id
    const made = this.#memory.idOf(this.#from.decoded() ?? '')
    if (made >= 0) this.#remember(ofNames, made)
    return made
  }

  #text(id: number, rule: number): boolean {
    if (!this.#from.passText()) return false
    return this.#isHarmless(id, rule)
  }

  /** What larger ones tell, a detector may know. */
  #number(id: number, rule: number): boolean {
    const digits = this.#from.passNumber()
    if (digits === 0) return false
    return digits <= 6 || this.#options.areNumbersHarmless || this.#isHarmless(id, rule)
  }

  /** Whether the text that was read last is shown as it is. */
  #isHarmless(id: number, rule: number): boolean {
    const context = ofTexts + id * 3 + rule
    if (this.#known(context) >= 0) return true
    const text = this.#from.decoded()
    if (text === undefined) return false
    const { isHarmless, namesSecret } = this.#options
    if (this.#memory.meanings[id] === meanings.kind && !isPlainKind(text)) return false
    if (rule === byWord && namesSecret(text)) return false
    if (!isHarmless(text, this.#memory.nameOf(id), rule === byChosen ? 'chosen' : 'field')) return false
    this.#remember(context, 0)
    return true
  }

  #known(context: number): number {
    return this.#memory.known.numberOf(this.#from.bytes, this.#from.start, this.#from.end, this.#from.hash, context)
  }

  #remember(context: number, number: number): void {
    if (this.#from.end - this.#from.start > longestRemembered) return
    this.#memory.known.add(this.#from.bytes, this.#from.start, this.#from.end, this.#from.hash, context, number)
  }

  #isText(): boolean {
    return this.#from.bytes[this.#from.at] === quote
  }

  #isExpectedKind(): boolean {
    return this.#kind.equals(this.#from.bytes.subarray(this.#from.start, this.#from.end))
  }
}

const [yes, no, nothing] = ['true', 'false', 'null'].map((word) => Buffer.from(word)) as [Buffer, Buffer, Buffer]
