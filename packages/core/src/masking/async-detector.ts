import { withDeadline } from '../deadline.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import { JointSignal } from '../model/joint-signal.js'
import type { Hints, Match } from './detector.js'
import { defaultThreshold } from './detector.js'
import { type Finding, uncheckedType } from './finding.js'

/** A part of a text that a detector elsewhere found. */
export interface AsyncMatch extends Match {
  /** One of the detector's types. */
  readonly type: string
}

/** Finds sensitive data by asking something else: Presidio, a cloud DLP, a model. */
export interface AsyncDetector {
  /** For errors. */
  readonly name: string
  /** The types that it may answer. Any other is no answer. */
  readonly types: readonly string[]
  /**
   * Finds what is in each of the texts, in their order, in UTF-16 code units. What counts in code points or bytes has to be
   * counted again. `hints` has as many entries. Stops when the signal aborts. May throw.
   */
  find(
    texts: readonly string[],
    hints: readonly Hints[],
    signal: AbortSignal,
  ): Promise<readonly (readonly AsyncMatch[])[]>
}

/** What bounds the asking. */
export interface AsyncScanOptions {
  /** How long the whole may take, in milliseconds: 2,000 unless given. */
  readonly deadlineMs?: number
  /** The longest text that is sent, in UTF-16 code units: 65,536 unless given. A longer one is masked whole. */
  readonly longestText?: number
  /** How many texts are sent at once: 64 unless given. */
  readonly mostTexts?: number
  /** How many code units are sent at once: 262,144 unless given, and at least those of the longest text. */
  readonly mostUnits?: number
  /** Matches below are left. 0.5 unless given. */
  readonly threshold?: number
  /** Ends the asking: what was not answered by then is masked whole. */
  readonly signal?: AbortSignal
}

const optionNames: ReadonlySet<string> = new Set([
  'deadlineMs',
  'longestText',
  'mostTexts',
  'mostUnits',
  'threshold',
  'signal',
])

/**
 * Asks a detector about texts, in batches one after the other. Never rejects but for wrong options (ERR_CONFIG_INVALID):
 * where the detector fails, is late, is stopped, or answers what cannot be (other types, parts outside the text or within a
 * character, another number of answers), one finding of type `unchecked` covers the whole of each text it was asked about.
 */
export async function scanAsync(
  texts: readonly string[],
  detector: AsyncDetector,
  hints: readonly Hints[] = [],
  options: AsyncScanOptions = {},
): Promise<readonly (readonly Finding[])[]> {
  const limits = checkedLimits(options)
  const asked = texts.map((text, index) => ({ index, text, hints: hints[index] ?? {} }))
  const found: (readonly Finding[])[] = texts.map((text) => (text === '' ? [] : wholly(text)))
  const stop = new JointSignal(...(options.signal === undefined ? [] : [options.signal]))
  try {
    const all = askAll(detector, batches(asked, limits), limits.threshold, stop.signal, found)
    await withDeadline(all, `the detector ${detector.name}`, limits.deadlineMs, stop.signal)
  } catch {
    // What is not answered by now is masked whole.
  } finally {
    stop.abort()
  }
  // What comes later changes nothing.
  return [...found]
}

type Limits = Required<Omit<AsyncScanOptions, 'signal'>>
interface Asked {
  readonly index: number
  readonly text: string
  readonly hints: Hints
}

/** The limits with what is not given. Throws ERR_CONFIG_INVALID. */
export function checkedLimits(options: AsyncScanOptions): Limits {
  assertKnownOptions('scanAsync', options, optionNames)
  const {
    deadlineMs = 2_000,
    longestText = 65_536,
    mostTexts = 64,
    mostUnits = 262_144,
    threshold = defaultThreshold,
  } = options
  for (const [name, value] of Object.entries({ deadlineMs, longestText, mostTexts, mostUnits })) {
    if (!(Number.isInteger(value) && value >= 1 && value < 2 ** 31)) {
      throw wrongOption('scanAsync', `${name} is a whole number of at least 1`)
    }
  }
  if (!(threshold >= 0 && threshold <= 1)) throw wrongOption('scanAsync', 'threshold is from 0 to 1')
  return { deadlineMs, longestText, mostTexts, mostUnits: Math.max(mostUnits, longestText), threshold }
}

/** What is asked together. Empty texts need no asking, and those that are too long are not asked about. */
function* batches(asked: readonly Asked[], { longestText, mostTexts, mostUnits }: Limits): Generator<readonly Asked[]> {
  let batch: Asked[] = []
  let units = 0
  for (const each of asked) {
    const { length } = each.text
    if (length === 0 || length > longestText) continue
    if (batch.length === mostTexts || units + length > mostUnits) {
      yield batch
      batch = []
      units = 0
    }
    batch.push(each)
    units += length
  }
  if (batch.length > 0) yield batch
}

/** Asks about one batch after the other, so that the other side is not flooded, and notes what can be relied on. */
async function askAll(
  detector: AsyncDetector,
  rest: Iterable<readonly Asked[]>,
  threshold: number,
  signal: AbortSignal,
  found: (readonly Finding[])[],
): Promise<void> {
  for (const batch of rest) {
    if (signal.aborted) return
    // oxlint-disable-next-line no-await-in-loop -- See above.
    const answers = await ask(detector, batch, signal)
    for (const [position, { index, text }] of batch.entries()) {
      const findings = findingsOf(answers?.[position], text, detector, threshold)
      if (findings !== undefined) found[index] = findings
    }
  }
}

/** The answers, one for each text; undefined when there are none to rely on. */
async function ask(
  detector: AsyncDetector,
  batch: readonly Asked[],
  signal: AbortSignal,
): Promise<readonly unknown[] | undefined> {
  const [texts, hints] = [batch.map(({ text }) => text), batch.map((each) => each.hints)]
  try {
    const answers: unknown = await detector.find(texts, hints, signal)
    return Array.isArray(answers) && answers.length === batch.length ? answers : undefined
  } catch {
    // What it says may hold the texts. They are masked whole.
    return undefined
  }
}

function findingsOf(
  answer: unknown,
  text: string,
  { types }: AsyncDetector,
  threshold: number,
): readonly Finding[] | undefined {
  try {
    if (!Array.isArray(answer) || answer.length > text.length) return undefined
    const findings: Finding[] = []
    for (const given of answer as readonly unknown[]) {
      const { start, end, type, score } = given as Finding
      const isPart = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length
      const isKnown = types.includes(type) && typeof score === 'number' && score >= 0 && score <= 1
      if (!isPart || !isKnown || isWithinCharacter(text, start) || isWithinCharacter(text, end)) return undefined
      if (score >= threshold) findings.push({ start, end, type, score })
    }
    return findings.sort((one, other) => one.start - other.start || other.end - one.end)
  } catch {
    return undefined
  }
}

/** Between the halves of a surrogate pair: whoever says so counted something else. */
function isWithinCharacter(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff
}

function wholly(text: string): readonly Finding[] {
  return [{ start: 0, end: text.length, type: uncheckedType, score: 1 }]
}
