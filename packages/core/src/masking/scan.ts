import { defaultThreshold, type Detector, type Hints, type Match } from './detector.js'
import type { Finding } from './finding.js'
import { assertKnownOptions } from '../known-options.js'
import { Prefilter } from './prefilter.js'
import { readingsOf } from './views/readings.js'
import type { Reading } from './views/reading.js'

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

/** Made once for each list of detectors. */
const prefilters = new WeakMap<readonly Detector[], Prefilter>()

/**
 * Finds sensitive data in a text, however it is written: in every view, in the coordinates of the text.
 * Findings are in order and do not overlap: where several do, one finding covers them all and has the type of the highest score.
 * Takes time linear in the text.
 *
 * What a detector throws is thrown. A match that is no part of its view, or whose score is no number, counts as sure: the
 * nearest part that is one is found. Throws ERR_CONFIG_INVALID for unknown options.
 *
 * @example
 * scan('card: 4111-1111-1111-1111', [creditCard]) // [{ start: 6, end: 25, type: 'credit-card', score: 1 }]
 */
export function scan(text: string, detectors: readonly Detector[], given: ScanOptions = {}): Finding[] {
  assertKnownOptions('scan', given, options)
  return scanned(text, detectors, given).findings
}

/** The findings, and the readings they were found in. */
export function scanned(
  text: string,
  detectors: readonly Detector[],
  { hints = noHints, threshold = defaultThreshold, allow }: ScanOptions,
): { findings: Finding[]; readings: readonly Reading[] } {
  const prefilter = prefilterOf(detectors)
  const readings: Reading[] = []
  const findings: Finding[] = []
  const loose: Finding[] = []
  for (const reading of readingsOf(text)) {
    readings.push(reading)
    for (const detector of prefilter.passes(reading.text)) {
      for (const given of detector.find(reading.text, hints)) {
        const match = checked(given, reading.text.length)
        if (match.score < threshold || match.start === match.end || !reading.isWhole(match)) continue
        const { start, end } = reading.origin(match)
        if (
          allow !== undefined &&
          (allow.has(reading.text.slice(match.start, match.end)) || allow.has(text.slice(start, end)))
        )
          continue
        const list = reading.isLoose ? loose : findings
        list.push({ start, end, type: detector.type, score: match.score })
      }
    }
  }
  return { findings: merged([...findings, ...beyond(findings, loose)]), readings }
}

function prefilterOf(detectors: readonly Detector[]): Prefilter {
  let prefilter = prefilters.get(detectors)
  if (prefilter === undefined) {
    prefilter = new Prefilter(detectors)
    prefilters.set(detectors, prefilter)
  }
  return prefilter
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

/** Those that touch in more than a border become one. */
export function merged(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings]
  const result: Finding[] = []
  for (const finding of findings.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = result.at(-1)
    if (last === undefined || finding.start >= last.end) {
      result.push(finding)
      continue
    }
    const surer = finding.score > last.score ? finding : last
    const end = Math.max(last.end, finding.end)
    result[result.length - 1] = { start: last.start, end, type: surer.type, score: surer.score }
  }
  return result
}
