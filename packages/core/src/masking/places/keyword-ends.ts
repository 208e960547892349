/** A word, and the list that it is of. */
export interface KeywordOf {
  readonly letters: Uint8Array
  readonly list: number
}

/** Three letters as a number: six bits for each, and four for the first, so that what is asked all the time stays near. */
const width = 6
const all = (1 << 16) - 1
const none: readonly KeywordOf[] = Object.freeze([])

/**
 * Looks for many words at once, whatever the case of ASCII letters: by the last three letters, which few places of a text share
 * with a word. No place waits for what the one before it said, as in a machine of states. Words are ASCII and in lists.
 *
 * A text is gone through with `ends = (ends << 6 | codes[unit]) & all`, where a unit that is not ASCII has the code 0.
 */
export class KeywordEnds {
  /** What the letters of words are in six bits, both cases alike. 0: in no word. Of more than 63, some share theirs. */
  readonly codes: Uint8Array
  readonly all: number = all
  /** Whether a word ends in three letters, as bits: these few are near when they are asked for again and again. */
  readonly bits = new Int32Array((all + 1) / 32)
  readonly #places = new Uint16Array(all + 1)
  readonly #words: KeywordOf[][] = [[]]
  /** Which letters are before three that words end in, as two times 32 bits for each list in `#words`. */
  readonly #befores: number[] = [0, 0]

  constructor(lists: readonly (readonly string[])[]) {
    this.codes = codesOf(lists.flat().join(''))
    for (const [list, words] of lists.entries()) for (const word of words) this.#add(word.toLowerCase(), list)
  }

  /** The words that may end with the unit at `at`, by the three letters that do and by the unit before those. */
  wordsOf(ends: number, units: Uint16Array | Uint8Array, at: number): readonly KeywordOf[] {
    const place = this.#places[ends] ?? 0
    const before = at < 3 ? 0 : (units[at - 3] ?? 0)
    const letter = this.codes[before] ?? 0
    const letters = this.#befores[place * 2 + (letter >> 5)] ?? 0
    return ((letters >>> (letter & 31)) & 1) === 0 ? none : (this.#words[place] ?? none)
  }

  #add(word: string, list: number): void {
    if (word === '') return
    const letters = Uint8Array.from(word, (letter) => letter.charCodeAt(0))
    let ends = 0
    for (const letter of letters.subarray(-3)) ends = ((ends << width) | (this.codes[letter] ?? 0)) & all
    // Anything may be before a shorter word.
    const step = letters.length < 3 ? 1 << (letters.length * width) : all + 1
    for (let end = ends; end <= all; end += step) {
      this.bits[end >> 5] = (this.bits[end >> 5] ?? 0) | (1 << (end & 31))
      const place = this.#places[end] ?? 0
      if (place > 0) this.#words[place]?.push({ letters, list })
      else {
        this.#places[end] = this.#words.push([{ letters, list }]) - 1
        this.#befores.push(0, 0)
      }
      this.#addBefore(this.#places[end] ?? 0, letters.at(-4))
    }
  }

  /** Anything may be before a word of three letters. */
  #addBefore(place: number, letter: number | undefined): void {
    const code = letter === undefined ? undefined : this.codes[letter]
    for (const half of [0, 1]) {
      const letters = code === undefined ? -1 : code >> 5 === half ? 1 << (code & 31) : 0
      this.#befores[place * 2 + half] = (this.#befores[place * 2 + half] ?? 0) | letters
    }
  }
}

/** Whether a word in lower case ends with the unit at `at`. */
export function isWordAt(units: Uint16Array | Uint8Array, at: number, { letters }: KeywordOf): boolean {
  const start = at + 1 - letters.length
  for (let index = 0; index < letters.length; index += 1)
    if (lower(units[start + index] ?? 0) !== letters[index]) return false
  return true
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}

function codesOf(letters: string): Uint8Array {
  const codes = new Uint8Array(128)
  let next = 0
  for (const letter of new Set(letters.toLowerCase())) {
    const code = (next % 63) + 1
    next += 1
    codes[letter.charCodeAt(0)] = code
    codes[letter.toUpperCase().charCodeAt(0)] = code
  }
  return codes
}
