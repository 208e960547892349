import type { Detector } from '../../../src/masking/detector.js'
import { defaultThreshold } from '../../../src/masking/detector.js'

/** What a detector finds in a text, of the field if one is given, that is sure enough to be masked. */
export function foundBy(detector: Detector): (text: string, field?: string) => readonly string[] {
  return (text, field) =>
    detector
      .find(text, field === undefined ? {} : { field })
      .filter(({ score }) => score >= defaultThreshold)
      .map(({ start, end }) => text.slice(start, end))
}
