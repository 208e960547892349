import { emptyObject, keyProblem } from './plain-object.js'

/** In characters and in levels: well within what the reader of YAML takes. */
const longest = 190_000
const deepest = 20

const blanks = /(?: |\r?\n)*/y
/** Without the characters that end a line for some readers, or that some drop. */
const quoted = /"(?:[^"\\\p{Cc}\p{Zl}\p{Zp}\uFEFF]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/uy
const wholeNumber = /0|-?[1-9][0-9]{0,14}/y
const words: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])
const word = /true|false|null/y

/**
 * Reads a text that is an object in JSON, when there is nothing to say against it: it says the same in YAML, where it is
 * read many times slower. Answers undefined for every other text, which is then for the reader of YAML to judge: for what
 * is no JSON, for a key that is there twice or that no policy may have, and for spellings that are rare in a policy.
 */
export function readJsonText(text: string): Readonly<Record<string, unknown>> | undefined {
  return text.length > longest || !text.isWellFormed() ? undefined : new JsonReader(text).read()
}

/** Every step answers undefined when it does not find what it looks for. */
class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Readonly<Record<string, unknown>> | undefined {
    const value = this.#skip('{') ? this.#members(1) : undefined
    this.#take(blanks)
    return this.#at === this.#text.length ? value : undefined
  }

  #value(depth: number): unknown {
    if (depth > deepest) return undefined
    if (this.#skip('{')) return this.#members(depth + 1)
    if (this.#skip('[')) return this.#items(depth + 1)
    const digits = this.#take(wholeNumber)
    if (digits !== undefined) return Number(digits)
    const found = this.#take(word)
    return found === undefined ? this.#string() : words.get(found)
  }

  #members(depth: number): Readonly<Record<string, unknown>> | undefined {
    const members = emptyObject()
    if (this.#skip('}')) return members
    do {
      const key = this.#key()
      if (key === undefined || Object.hasOwn(members, key) || !this.#skip(':')) return undefined
      this.#take(blanks)
      const value = this.#value(depth)
      if (value === undefined) return undefined
      members[key] = value
    } while (this.#skip(','))
    return this.#skip('}') ? members : undefined
  }

  #items(depth: number): readonly unknown[] | undefined {
    const items: unknown[] = []
    if (this.#skip(']')) return items
    do {
      this.#take(blanks)
      const value = this.#value(depth)
      if (value === undefined) return undefined
      items.push(value)
    } while (this.#skip(','))
    return this.#skip(']') ? items : undefined
  }

  #key(): string | undefined {
    this.#take(blanks)
    const key = this.#string()
    return key === undefined || key === '<<' || keyProblem(key) !== undefined ? undefined : key
  }

  #string(): string | undefined {
    const found = this.#take(quoted)
    if (found === undefined) return undefined
    if (!found.includes('\\')) return found.slice(1, -1)
    // The pattern leaves nothing that JSON would not read as a string.
    const text = JSON.parse(found) as string
    return text.isWellFormed() ? text : undefined
  }

  /** Whether the sign comes next, behind blanks. It is passed then. */
  #skip(sign: string): boolean {
    this.#take(blanks)
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}
