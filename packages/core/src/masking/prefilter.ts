import type { Detector } from './detector.js'

/**
 * Says which detectors a text may hold anything for, in one pass: all keywords are looked for at once (Aho and Corasick, 1975),
 * whatever the case of ASCII letters, and digits are counted.
 */
export class Prefilter {
  readonly #detectors: readonly Detector[]
  readonly #fewestDigits: readonly number[]
  /** Whether a detector needs no keyword. A keyword that is not ASCII is not looked for. */
  readonly #needsNone: readonly boolean[]
  readonly #table: Int32Array
  /** Which detectors a state says yes to. */
  readonly #found: readonly (readonly number[])[]

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors
    this.#fewestDigits = detectors.map(({ needs }) => needs.digits ?? 0)
    this.#needsNone = detectors.map(({ needs }) => needs.anyOf === undefined || !needs.anyOf.every(isKeyword))
    const { table, found } = automaton(detectors.map(({ needs }) => (needs.anyOf ?? []).filter(isKeyword)))
    this.#table = table
    this.#found = found
  }

  /** The detectors that may find something in the text, in their order. */
  passes(text: string): readonly Detector[] {
    const table = this.#table
    const seen = new Set<number>()
    let digits = 0
    let state = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code > 127) {
        state = 0
        continue
      }
      if (code < 58 && code > 47) digits += 1
      const next = table[state + code] ?? 0
      state = next < 0 ? ~next : next
      if (next < 0) for (const index of this.#found[state >> 7] ?? []) seen.add(index)
    }
    return this.#detectors.filter(
      (_, index) => digits >= (this.#fewestDigits[index] ?? 0) && (this.#needsNone[index] === true || seen.has(index)),
    )
  }
}

function isKeyword(word: string): boolean {
  return word !== '' && !/[^ -~]/.test(word)
}

/** States are numbered in steps of 128, so that a state and a character add up to a place in the table. Negative: one that accepts. */
function automaton(words: readonly (readonly string[])[]): {
  table: Int32Array
  found: readonly (readonly number[])[]
} {
  const children: Map<number, number>[] = [new Map<number, number>()]
  const found: number[][] = [[]]
  for (const [index, list] of words.entries()) {
    for (const word of list) {
      let state = 0
      for (const letter of word.toLowerCase()) {
        const code = letter.charCodeAt(0)
        const known = children[state]?.get(code)
        if (known === undefined) {
          children.push(new Map())
          found.push([])
          children[state]?.set(code, children.length - 1)
        }
        state = known ?? children.length - 1
      }
      found[state]?.push(index)
    }
  }
  const table = new Int32Array(children.length * 128)
  const fallback = new Uint32Array(children.length)
  const queue = [0]
  for (const state of queue) {
    const back = fallback[state] ?? 0
    if (state !== 0) found[state]?.push(...(found[back] ?? []))
    for (let code = 0; code < 128; code += 1) {
      const letter = code >= 65 && code <= 90 ? code + 32 : code
      const child = children[state]?.get(letter)
      const other = state === 0 ? 0 : (table[back * 128 + code] ?? 0) / 128
      if (child !== undefined && letter === code) {
        fallback[child] = other
        queue.push(child)
      }
      table[state * 128 + code] = (child ?? other) * 128
    }
  }
  // Upper case is entered before its lower case is known to accept, so acceptance is written last.
  for (const [place, next] of table.entries()) {
    if ((found[next / 128] ?? []).length > 0) table[place] = ~next
  }
  return { table, found }
}
