import type { Detector } from './detector.js'
import type { Finding } from './finding.js'
import { ansiEnd } from './views/ansi.js'
import type { Tail } from './views/reading.js'

/** Detectors with longer matches find what has begun already, or match nothing with blanks in it. */
const longMatch = 512
/** What detectors may look at behind a match. */
const lookahead = 256

/** What may still change at the end of a text that goes on. */
export class StreamTail {
  /** How many units at the end of every reading are undecided. */
  readonly #undecided: number
  readonly #longest: number
  /** What the long matches have in them, in lower case. */
  readonly #starts: readonly string[]
  readonly #keywords: readonly string[]

  constructor(detectors: readonly Detector[]) {
    const short = detectors.map(({ longest }) => longest).filter((longest) => longest <= longMatch)
    this.#undecided = Math.max(0, ...short) + lookahead
    this.#longest = Math.max(this.#undecided, ...detectors.map(({ longest }) => longest))
    this.#starts = detectors.filter(({ longest }) => longest > longMatch).flatMap(({ needs }) => needs.anyOf ?? [])
    this.#keywords = detectors.flatMap(({ needs }) => needs.anyOf ?? []).filter((word) => word.length >= 3)
  }

  /** Where that begins what further text may make a match of, or may make more of. */
  start(text: string, readings: readonly Tail[], findings: readonly Finding[]): number {
    let start = text.length
    for (const reading of readings) {
      start = Math.min(start, reading.back(this.#undecided) ?? start)
      const token = reading.back(0) === undefined ? '' : lastToken(reading.text, reading.text.length).toLowerCase()
      for (const word of this.#starts) {
        const at = token.indexOf(word)
        if (at >= 0) start = Math.min(start, reading.back(token.length - at) ?? start)
      }
    }
    return beforeFindings(start, findings)
  }

  /** Whether no match can reach from `place` to the end in any reading. */
  isPast(place: number, readings: readonly Tail[]): boolean {
    return readings.every((reading) => (reading.back(this.#longest) ?? Infinity) > place)
  }

  /**
   * The same when nothing has come for a while and somebody waits for what there is: only what looks like the beginning of a
   * value is kept. That is five digits or more at the end, in groups or not; a word with an `@` and no blank behind it, one
   * that holds or begins a keyword of a detector, or one that may be encoded; an unfinished escape; and a finding at the end.
   */
  idleStart(text: string, readings: readonly Tail[], findings: readonly Finding[]): number {
    let start = text.length
    for (const reading of readings) {
      if (reading.back(0) === undefined) continue
      const units = Math.max(digitsAtEnd(reading.text), this.#wordAtEnd(reading.text), escapeAtEnd(reading.text))
      start = Math.min(start, reading.back(units) ?? start)
    }
    const last = findings.at(-1)
    return last !== undefined && last.end === text.length
      ? Math.min(start, last.start)
      : beforeFindings(start, findings)
  }

  #wordAtEnd(text: string): number {
    const word = lastToken(text, longMatch)
    if (/@[\w.-]*$/.test(word) || /[\w+/-]{12}=*$/.test(word) || /(?:\\[ux{\da-f]*|%[\da-f]?|&[#\w]*)$/i.test(word))
      return word.length
    const lower = word.toLowerCase()
    return this.#keywords.some((keyword) => lower.includes(keyword) || endsInStart(lower, keyword)) ? word.length : 0
  }
}

/** Whether the text ends in three or more of the first letters of a word. */
function endsInStart(text: string, word: string): boolean {
  for (let length = 3; length < word.length; length += 1) if (text.endsWith(word.slice(0, length))) return true
  return false
}

/** A finding is given out whole. */
function beforeFindings(start: number, findings: readonly Finding[]): number {
  for (const finding of findings) if (finding.start < start && finding.end > start) return finding.start
  return start
}

/** What follows the last blank. */
function lastToken(text: string, most: number): string {
  let at = text.length
  while (at > 0 && text.length - at < most && text.charCodeAt(at - 1) > 0x20) at -= 1
  return text.slice(at)
}

/** The length of the digits at the end, with what may stand between groups of them; 0 for fewer than five. */
function digitsAtEnd(text: string): number {
  let digits = 0
  let between = 0
  let start = text.length
  for (let at = text.length - 1; at >= 0 && between <= 3 && text.length - at <= 128; at -= 1) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) {
      digits += 1
      between = 0
      start = at
    } else between += 1
  }
  return digits >= 5 ? text.length - start : 0
}

function escapeAtEnd(text: string): number {
  const at = Math.max(text.lastIndexOf('\u001b'), text.lastIndexOf('\u009b'))
  if (at < 0 || text.length - at > 64 || ansiEnd(text, at) < text.length) return 0
  return /[@-~]$/.test(text) && text.length - at > 2 ? 0 : text.length - at
}
