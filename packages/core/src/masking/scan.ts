import { defaultThreshold, type Detector, type Hints, type Match } from './detector.js'
import { type Finding, uncheckedType } from './finding.js'
import { assertKnownOptions } from '../known-options.js'
import { findsIn, hotPlaces, placeKinds } from './places/hot-places.js'
import { FarSighted } from './places/known-detectors.js'
import { SeenThrough } from './places/seen-through.js'
import { windowsOf } from './places/windows.js'
import { Prefilter } from './prefilter.js'
import { rawReading, type Reading, type Tail } from './views/reading.js'
import { readingsOf } from './views/readings.js'

/** What a scan is told beside the text. */
export interface ScanOptions {
  /** What is known of the value, for detectors that need more than its text. */
  readonly hints?: Hints
  /** The lowest score that counts; {@link defaultThreshold} if not given. */
  readonly threshold?: number
  /** Values that are known to be harmless, as written in the text or as a view reads them. */
  readonly allow?: ReadonlySet<string>
}

const options: ReadonlySet<string> = new Set(['hints', 'threshold', 'allow'])
const noHints: Hints = Object.freeze({})
const none: readonly Finding[] = Object.freeze([])

/** Made once for each list of detectors. */
const prepared = new WeakMap<readonly Detector[], Prepared>()

/**
 * Finds sensitive data in a text, however it is written: in every view, in the coordinates of the text.
 * Findings are in order and do not overlap: where several do, one finding covers them all and has the type of the highest score.
 * Takes time linear in the text: where so much is encoded or disguised that the ways to read it hold 24 times the text, all that
 * is around it is one finding of type `unchecked`, and nothing else is looked for in it.
 *
 * What a detector throws is thrown. A match that is no part of its view, or whose score is no number, counts as sure: the
 * nearest part that is one is found. Throws ERR_CONFIG_INVALID for unknown options.
 *
 * @example
 * scan('card: 4111-1111-1111-1111', [creditCard]) // [{ start: 6, end: 25, type: 'credit-card', score: 1 }]
 */
export function scan(text: string, detectors: readonly Detector[], given: ScanOptions = {}): Finding[] {
  assertKnownOptions('scan', given, options)
  return [...findingsIn(text, detectors, given)]
}

/** What a scan gives besides findings: for streams. */
export interface Scanned {
  readonly findings: readonly Finding[]
  /** The text as it is, and the readings that may reach its end. */
  readonly readings: readonly Tail[]
}

/**
 * The findings in a whole text. Only what is around hot places is read in every view; the detectors that `hotPlaces` knows nothing
 * of also look at the text as it is.
 */
export function findingsIn(text: string, detectors: readonly Detector[], options: ScanOptions): readonly Finding[] {
  return lookedAt(text, detectors, options, 0)
}

/** The findings, and what streams ask of the readings. What ends before `from` is not looked at. */
export function scanned(text: string, detectors: readonly Detector[], options: ScanOptions, from: number): Scanned {
  const readings: Tail[] = [rawReading(text)]
  return { findings: lookedAt(text, detectors, options, from, readings), readings }
}

/** With `readings`, the text goes on: those that reach its end are added. */
function lookedAt(
  text: string,
  detectors: readonly Detector[],
  options: ScanOptions,
  from: number,
  readings?: Tail[],
): readonly Finding[] {
  const { prefilter, farSighted } = preparedFor(detectors)
  const far = farSighted.of(options.hints?.field, options.threshold ?? defaultThreshold)
  const finds = far.length === 0 ? findsIn : orFindsIn(far, prefilter, options)
  const { places } = hotPlaces(text, finds)
  if (places.length === 0 && far.length === 0) return none
  const search = new Search(text, options)
  for (const detector of far.length > 0 ? prefilter.passes(text) : [])
    if (far.includes(detector)) search.look(rawReading(text), detector, 0)
  const through = new SeenThrough(text, places)
  for (const window of windowsOf(text, places)) {
    const { start, end } = window
    if (end < from) continue
    const part = text.slice(start, end)
    const mayGoOn = readings !== undefined && end === text.length
    // What nobody knows may be found in any reading, and what has not ended may become a value.
    if (far.length === 0 && !mayGoOn && !through.mayHold(window)) continue
    const known = new Map<Reading, number>()
    const kindsIn = (reading: Reading): number => {
      const those = known.get(reading) ?? hotPlaces(reading.text, finds).kinds
      known.set(reading, those)
      return those
    }
    const inAllWays = readingsOf(part, (each) => (kindsIn(each) & ~placeKinds.find) === 0)
    if (inAllWays === undefined) {
      search.unread(start, end)
      continue
    }
    for (const reading of inAllWays) {
      if (mayGoOn) readings.push(tailOf(reading, start))
      const those = (kindsIn(reading) & placeKinds.find) === 0 ? far : detectors
      for (const detector of those.length === 0 ? [] : prefilter.passes(reading.text))
        if (those === detectors || those.includes(detector)) search.look(reading, detector, start)
    }
  }
  return search.findings()
}

/** Whether something may be found in a text as it is, also by detectors that `hotPlaces` does not know. */
function orFindsIn(
  detectors: readonly Detector[],
  prefilter: Prefilter,
  { hints = noHints }: ScanOptions,
): (text: string) => boolean {
  const finds = (detector: Detector, text: string): boolean => [...detector.find(text, hints)].length > 0
  return (text) =>
    findsIn(text) || prefilter.passes(text).some((detector) => detectors.includes(detector) && finds(detector, text))
}

/** The end of a reading of a part that begins at `start`. */
function tailOf(reading: Reading, start: number): Tail {
  return {
    text: reading.text,
    back(units) {
      const at = reading.back(units)
      if (at === undefined) return undefined
      // What is before the part was not read otherwise.
      return at > 0 ? start + at : Math.max(0, start - units)
    },
  }
}

/** What is found in readings. */
class Search {
  readonly #findings: Finding[] = []
  readonly #loose: Finding[] = []
  readonly #text: string
  readonly #options: ScanOptions

  constructor(text: string, options: ScanOptions) {
    this.#text = text
    this.#options = options
  }

  /** Looks at the reading of a part of a text that begins at `offset`. */
  look(reading: Reading, detector: Detector, offset: number): void {
    const { hints = noHints, threshold = defaultThreshold, allow } = this.#options
    for (const given of detector.find(reading.text, hints)) {
      const match = checked(given, reading.text.length)
      if (match.score < threshold || match.start === match.end || !reading.isWhole(match)) continue
      const { start, end } = reading.origin(match)
      if (allow?.has(reading.text.slice(match.start, match.end)) === true) continue
      if (allow?.has(this.#text.slice(offset + start, offset + end)) === true) continue
      const list = reading.isLoose ? this.#loose : this.#findings
      list.push({ start: offset + start, end: offset + end, type: detector.type, score: match.score })
    }
  }

  /** What was not read may hold anything. */
  unread(start: number, end: number): void {
    this.#findings.push({ start, end, type: uncheckedType, score: 1 })
  }

  findings(): Finding[] {
    return merged([...this.#findings, ...beyond(this.#findings, this.#loose)])
  }
}

interface Prepared {
  readonly prefilter: Prefilter
  readonly farSighted: FarSighted
}

function preparedFor(detectors: readonly Detector[]): Prepared {
  const known = prepared.get(detectors)
  if (known !== undefined) return known
  const made = { prefilter: new Prefilter(detectors), farSighted: new FarSighted(detectors) }
  prepared.set(detectors, made)
  return made
}

/** A detector is somebody else's code: what it says is cut to the text, and what is no number is the worst. */
function checked({ start, end, score }: Match, length: number): Match {
  const from = start >= 0 && start <= length ? Math.floor(start) : 0
  const to = end >= from && end <= length ? Math.ceil(end) : length
  return { start: from, end: to, score: Number.isNaN(score) || typeof score !== 'number' ? 1 : score }
}

/** The loose findings of a type that no other of that type overlaps. */
function beyond(findings: readonly Finding[], loose: readonly Finding[]): readonly Finding[] {
  if (loose.length === 0) return loose
  const byType = new Map<string, Finding[]>()
  for (const finding of findings) {
    const list = byType.get(finding.type)
    if (list === undefined) byType.set(finding.type, [finding])
    else list.push(finding)
  }
  const covered = new Map([...byType].map(([type, list]) => [type, merged(list)] as const))
  return loose.filter(({ start, end, type }) => {
    const list = covered.get(type) ?? []
    let low = 0
    for (let high = list.length; low < high;) {
      const middle = (low + high) >> 1
      if ((list[middle]?.end ?? 0) > start) high = middle
      else low = middle + 1
    }
    return (list[low]?.start ?? Infinity) >= end
  })
}

/**
 * Those that touch in more than a border become one, with the type that is surest. A text that nothing vouches for is that
 * whole.
 */
export function merged(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings]
  const result: Finding[] = []
  for (const finding of findings.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = result.at(-1)
    if (last === undefined || finding.start >= last.end) {
      result.push(finding)
      continue
    }
    const isSurer = finding.type === uncheckedType || (last.type !== uncheckedType && finding.score > last.score)
    const { type, score } = isSurer ? finding : last
    result[result.length - 1] = { start: last.start, end: Math.max(last.end, finding.end), type, score }
  }
  return result
}
