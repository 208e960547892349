import { builtInDetectors, scan, type Detector, type Finding } from '@bothkeys/core/masking'
import { uncheckedType } from '../../../src/masking/finding.js'
import { merged } from '../../../src/masking/scan.js'
import { readingsOf } from '../../../src/masking/views/readings.js'

const detectors: readonly Detector[] = [...builtInDetectors.values()]

/** What a scan finds that looks at everything: with every detector, in every view, whatever the text holds, and however much. */
export function scanWhole(text: string, field?: string): readonly Finding[] {
  const found: Finding[] = []
  const loose: Finding[] = []
  for (const reading of readingsOf(text, () => false, Infinity) ?? []) {
    for (const detector of detectors) {
      for (const match of detector.find(reading.text, field === undefined ? {} : { field })) {
        if (match.score < 0.5 || match.start === match.end || !reading.isWhole(match)) continue
        const list = reading.isLoose ? loose : found
        list.push({ ...reading.origin(match), type: detector.type, score: match.score })
      }
    }
  }
  const beyond = loose.filter(
    ({ type, start, end }) => !found.some((other) => other.type === type && other.start < end && start < other.end),
  )
  return merged([...found, ...beyond])
}

/**
 * What differs between what is found and what a whole scan finds; undefined: nothing. A place that was not checked counts for all
 * that is in it, in a text of which there is too much to read.
 */
export function difference(text: string, field?: string): string | undefined {
  const found = scan(text, detectors, field === undefined ? {} : { hints: { field } })
  const unchecked = readingsOf(text) === undefined ? found.filter(({ type }) => type === uncheckedType) : []
  const isChecked = ({ start, end }: Finding): boolean =>
    !unchecked.some((place) => place.start <= start && end <= place.end)
  const [seen, whole] = [found, scanWhole(text, field)].map((findings) => shown(findings.filter(isChecked)))
  return seen === whole ? undefined : `found ${String(seen)}; a whole scan finds ${String(whole)}`
}

function shown(findings: readonly Finding[]): string {
  return findings
    .map(({ type, start, end, score }) => `${type} ${String(start)}-${String(end)} ${String(score)}`)
    .join(', ')
}
