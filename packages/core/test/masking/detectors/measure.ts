import type { Detector, Hints } from '../../../src/masking/detector.js'
import { defaultThreshold } from '../../../src/masking/detector.js'
import { builtInDetectors } from '../../../src/masking/detectors/built-in-detectors.js'
import type { Finding } from '../../../src/masking/finding.js'
import type { LabelledText } from './labelled-texts.js'

const all: readonly Detector[] = [...builtInDetectors.values()]

/** What the built-in detectors find in a text as it is. Where some overlap, the surest counts. */
export function findAll(text: string, hints: Hints = {}): readonly Finding[] {
  const found = all.flatMap((detector) =>
    detector.find(text, hints).map(({ start, end, score }): Finding => ({ type: detector.type, start, end, score })),
  )
  const sure = found.filter(({ score }) => score >= defaultThreshold).toSorted((one, other) => other.score - one.score)
  const kept: Finding[] = []
  for (const finding of sure) {
    if (!kept.some((other) => other.start < finding.end && finding.start < other.end)) kept.push(finding)
  }
  return kept
}

export interface Figures {
  labelled: number
  found: number
  right: number
}

export interface Measured {
  readonly figures: ReadonlyMap<string, Figures>
  /** Some of what went wrong, to look at. */
  readonly mistakes: readonly string[]
}

/** Compares what is found in labelled texts with the labels: right is the same type and at least half of the span. */
export function measureLabelled(texts: readonly LabelledText[]): Measured {
  const figures = new Map<string, Figures>()
  const of = (type: string): Figures => {
    const known = figures.get(type) ?? { labelled: 0, found: 0, right: 0 }
    figures.set(type, known)
    return known
  }
  const mistakes: string[] = []
  for (const { text, field, labels } of texts) {
    const found = findAll(text, field === undefined ? {} : { field })
    const right = new Set<Finding>()
    for (const label of labels) {
      const match = found.find((finding) => finding.type === label.type && overlap(finding, label) >= 0.5)
      of(label.type).labelled++
      if (match === undefined) mistakes.push(`missed ${label.type} ${text.slice(label.start, label.end)} in ${text}`)
      else {
        of(label.type).right++
        right.add(match)
      }
    }
    for (const finding of found) {
      of(finding.type).found++
      if (!right.has(finding))
        mistakes.push(`false ${finding.type} ${text.slice(finding.start, finding.end)} in ${text}`)
    }
  }
  return { figures, mistakes }
}

/** What two spans share of what both cover. */
function overlap(one: Finding, other: { readonly start: number; readonly end: number }): number {
  const shared = Math.min(one.end, other.end) - Math.max(one.start, other.start)
  return Math.max(0, shared) / (Math.max(one.end, other.end) - Math.min(one.start, other.start))
}

/** What is masked in texts that hold nothing sensitive, and how many characters those have. */
export function falseMasks(texts: Iterable<string>): {
  readonly characters: number
  readonly masked: readonly string[]
} {
  const masked: string[] = []
  let characters = 0
  for (const text of texts) {
    characters += text.length
    for (const { type, start, end } of findAll(text)) {
      masked.push(
        `${type} ${JSON.stringify(text.slice(start, end))} in ${JSON.stringify(text.slice(Math.max(0, start - 40), end + 20))}`,
      )
    }
  }
  return { characters, masked }
}

/** A share, for example of what is found that is right. One when there is nothing to divide. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole
}
