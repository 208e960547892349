import { isSameForAll } from './json-numbers.js'
import { Strings } from './json-strings.js'
import { refuse, type Refused } from './refused.js'

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openList = 0x5b
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

const numberHere = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

/**
 * Goes once through a text that is known to be JSON, and refuses what readers of JSON disagree about: a key given twice in one object,
 * numbers that not all read alike, and halves of surrogate pairs.
 */
export function oddityIn(text: string): Refused | undefined {
  return new Scan(text).run()
}

class Scan {
  readonly #text: string
  readonly #strings: Strings
  /** The keys of the objects that are open; `undefined` for an open list. */
  readonly #open: (Set<string> | undefined)[] = []
  #at = 0
  #isAtKey = false

  constructor(text: string) {
    this.#text = text
    this.#strings = new Strings(text)
  }

  run(): Refused | undefined {
    while (this.#at < this.#text.length) {
      const oddity = this.#step(this.#text.charCodeAt(this.#at))
      if (oddity !== undefined) return oddity
    }
    return undefined
  }

  #step(code: number): Refused | undefined {
    if (code === quote) return this.#string()
    if (code === minus || (code >= zero && code <= nine)) return this.#number()
    this.#at += 1
    if (code === colon) this.#isAtKey = false
    else if (code === comma) this.#isAtKey = this.#open.at(-1) !== undefined
    else if (code === openObject || code === openList) {
      this.#isAtKey = code === openObject
      this.#open.push(this.#isAtKey ? new Set() : undefined)
    } else if (code === closeObject || code === closeList) this.#open.pop()
    return undefined
  }

  #number(): Refused | undefined {
    numberHere.lastIndex = this.#at
    const token = numberHere.exec(this.#text)?.[0] ?? ''
    // Of a text that is JSON there always is one.
    this.#at += Math.max(token.length, 1)
    return isSameForAll(token) ? undefined : refuse('The body has a number that not every reader reads alike.')
  }

  #string(): Refused | undefined {
    const start = this.#at
    this.#at = this.#strings.endOf(start)
    const isEscaped = this.#strings.escapeFrom(start) < this.#at
    if (!this.#isAtKey && !isEscaped) return undefined
    const string = isEscaped
      ? String(JSON.parse(this.#text.slice(start, this.#at)))
      : this.#text.slice(start + 1, this.#at - 1)
    if (isEscaped && !string.isWellFormed()) return refuse('The body has half of a surrogate pair.')
    return this.#isAtKey ? this.#key(string) : undefined
  }

  #key(key: string): Refused | undefined {
    const keys = this.#open.at(-1)
    if (keys?.has(key) === true) return refuse('The body has an object that gives a key twice.')
    keys?.add(key)
    return undefined
  }
}
