import type { Hints } from '../detector.js'
import type { Operator } from '../operator.js'
import { parseDecimal, writeDecimal } from '../operators/decimal.js'
import { redactedAs } from '../operators/guarded.js'
import type { JsonMasking } from './masking.js'
import type { PathRule, PathStates } from './path-rule.js'
import { advance, arrived } from './path-rule.js'

const blanks = /[ \t\r\n]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y

/** The JSON is not to be read to its end: it is none, or it is beyond a limit. */
class Refused extends Error {
  readonly why: 'invalid' | 'limit'
  constructor(why: 'invalid' | 'limit') {
    super()
    this.why = why
  }
}

/** Masks the JSON that a string holds; undefined when it holds none. The rules and hints are those of the string. */
export type NestedJson = (text: string, states: PathStates, hints: Hints) => string | undefined

/** One reading of a JSON text, which writes the masked one: what is not masked is copied from the text. */
export class JsonWalk {
  readonly #text: string
  readonly #masking: JsonMasking
  readonly #nested: NestedJson
  #at = 0
  #written = ''
  /** Up to where the text is written. */
  #copied = 0
  /** Within a value that is masked whole, there is nothing to look for. */
  #isHidden = false

  constructor(text: string, masking: JsonMasking, nested: NestedJson) {
    this.#text = text
    this.#masking = masking
    this.#nested = nested
  }

  run(states: PathStates, hints: Hints): string | { readonly refused: 'invalid' | 'limit' } {
    try {
      this.#take(blanks)
      this.#value(states, hints, 0)
      this.#take(blanks)
      if (this.#at < this.#text.length) throw new Refused('invalid')
    } catch (error) {
      // A stack that overflows, for one, is a limit too.
      return { refused: error instanceof Refused ? error.why : 'limit' }
    }
    return this.#written + this.#text.slice(this.#copied)
  }

  #value(states: PathStates, hints: Hints, depth: number): void {
    const rule = this.#isHidden ? undefined : arrived(states)
    if (rule !== undefined) this.#masked(rule, depth)
    else if (this.#next() === '"') this.#string(states, hints)
    else if (!this.#container(states, hints, depth) && this.#take(word) === undefined) this.#number(hints)
  }

  /** Passes a value and writes what its rule makes of it. Null stays: there is no value. */
  #masked(rule: PathRule, depth: number): void {
    const { context, operator } = rule
    const start = this.#at
    this.#isHidden = true
    const text = this.#next() === '"' ? this.#passString() : this.#passOther(depth)
    this.#isHidden = false
    const source = this.#text.slice(start, this.#at)
    if (source === 'null') return
    if (text !== undefined) this.#replace(start, quoted(operator.mask(text, context)))
    else if (isNumber(source)) this.#replace(start, this.#numberFrom(operator.mask(source, context)))
    else this.#replace(start, quoted(wholeMask(operator, rule)))
  }

  #passOther(depth: number): undefined {
    if (!this.#container([], {}, depth) && this.#take(word) === undefined) this.#number({})
  }

  #container(states: PathStates, hints: Hints, depth: number): boolean {
    const open = this.#next()
    if (open !== '{' && open !== '[') return false
    if (depth >= this.#masking.limits.deepest) throw new Refused('limit')
    if (open === '{') this.#members(states, depth + 1)
    else this.#items(states, hints, depth + 1)
    return true
  }

  #members(states: PathStates, depth: number): void {
    const names = new Map<string, number>()
    this.#at++
    if (this.#skip('}')) return
    do {
      this.#take(blanks)
      const start = this.#at
      const key = this.#passString()
      this.#key(start, key, names)
      if (!this.#skip(':')) throw new Refused('invalid')
      this.#take(blanks)
      this.#value(advance(states, key), { field: key }, depth)
    } while (this.#skip(','))
    if (!this.#skip('}')) throw new Refused('invalid')
  }

  #items(states: PathStates, hints: Hints, depth: number): void {
    this.#at++
    if (this.#skip(']')) return
    let index = 0
    do {
      this.#take(blanks)
      this.#value(advance(states, String(index++)), hints, depth)
    } while (this.#skip(','))
    if (!this.#skip(']')) throw new Refused('invalid')
  }

  /** Masks what a key holds. Keys of one object that become the same get a number, so that none hides the other. */
  #key(start: number, key: string, names: Map<string, number>): void {
    if (this.#isHidden) return
    const masked = this.#masking.text(key, {})
    if (masked === key) return
    const name = masked ?? redactedAs('key')
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    this.#replace(start, quoted(count === 1 ? name : `${name}#${String(count)}`))
  }

  #string(states: PathStates, hints: Hints): void {
    const start = this.#at
    const text = this.#passString()
    if (this.#isHidden) return
    const nested = this.#nested(text, states, hints)
    const masked = nested ?? this.#masking.text(text, hints)
    if (masked !== text) this.#replace(start, quoted(masked))
  }

  #number(hints: Hints): void {
    const start = this.#at
    const text = this.#take(number)
    if (text === undefined) throw new Refused('invalid')
    if (this.#isHidden) return
    for (const spelling of new Set([text, plainNumber(text)])) {
      const masked = this.#masking.text(spelling, hints)
      if (masked === spelling) continue
      this.#replace(start, this.#numberFrom(masked))
      return
    }
  }

  /** A number if the mask is one, otherwise what the masking wants. */
  #numberFrom(masked: string | null): string {
    if (masked !== null && isNumber(masked)) return masked
    return this.#masking.numbers === 'null' ? 'null' : quoted(masked)
  }

  #passString(): string {
    const start = this.#at
    if (this.#next() !== '"') throw new Refused('invalid')
    let end = this.#text.indexOf('"', start + 1)
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw new Refused('invalid')
    this.#at = end + 1
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      throw new Refused('invalid')
    }
  }

  /** Whether an odd number of backslashes stands before. */
  #isEscaped(at: number): boolean {
    let before = at
    while (this.#text[before - 1] === '\\') before--
    return (at - before) % 2 === 1
  }

  /** Writes `replacement` for what stands from `start` to here. */
  #replace(start: number, replacement: string): void {
    this.#written += this.#text.slice(this.#copied, start) + replacement
    this.#copied = this.#at
  }

  #next(): string | undefined {
    return this.#text[this.#at]
  }

  /** Whether the sign comes next, behind blanks. It is passed then. */
  #skip(sign: string): boolean {
    this.#take(blanks)
    if (this.#next() !== sign) return false
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

function quoted(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text)
}

function isNumber(text: string): boolean {
  number.lastIndex = 0
  return number.exec(text)?.[0] === text
}

/** The same number without an exponent, so that it looks like what it may be: `4.1e3` is 4100. */
function plainNumber(text: string): string {
  const decimal = /[.eE]/.test(text) ? parseDecimal(text) : undefined
  return decimal === undefined ? text : writeDecimal(decimal)
}

/** What stands for a value that is no text and no number. */
function wholeMask(operator: Operator, { context }: PathRule): string | null {
  const isSame = operator.name === 'redact' || operator.name === 'null'
  return isSame ? operator.mask('', context) : redactedAs(context.type)
}
