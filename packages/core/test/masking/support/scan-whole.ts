import { builtInDetectors, scan, type Detector, type Finding } from '@bothkeys/core/masking'
import { merged } from '../../../src/masking/scan.js'
import { readingsOf } from '../../../src/masking/views/readings.js'

const detectors: readonly Detector[] = [...builtInDetectors.values()]

/** What a scan finds that looks at everything: with every detector, in every view, whatever the text holds. */
export function scanWhole(text: string, field?: string): readonly Finding[] {
  const found: Finding[] = []
  const loose: Finding[] = []
  for (const reading of readingsOf(text)) {
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

/** What differs between what is found and what a whole scan finds; undefined: nothing. */
export function difference(text: string, field?: string): string | undefined {
  const shown = (findings: readonly Finding[]): string =>
    findings.map(({ type, start, end, score }) => `${type} ${String(start)}-${String(end)} ${String(score)}`).join(', ')
  const found = shown(scan(text, detectors, field === undefined ? {} : { hints: { field } }))
  const whole = shown(scanWhole(text, field))
  return found === whole ? undefined : `found ${found}; a whole scan finds ${whole}`
}
