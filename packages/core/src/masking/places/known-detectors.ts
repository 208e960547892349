import type { Detector } from '../detector.js'
import { defaultThreshold } from '../detector.js'
import { builtInDetectors } from '../detectors/built-in-detectors.js'

const known: ReadonlySet<Detector> = new Set(builtInDetectors.values())
/** Fields are columns and keys, of which there are not many; a flood of them only loses the speed. */
const mostFields = 256

/** Which detectors look at all of a text, since `hotPlaces` does not know what they find. */
export class FarSighted {
  readonly #detectors: readonly Detector[]
  readonly #unknown: readonly Detector[]
  readonly #byField = new Map<string, readonly Detector[]>()

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors
    this.#unknown = detectors.filter((detector) => !known.has(detector))
  }

  /** With a lower threshold, what is near a match matters less, and with the name of a field that says what it is. */
  of(field: string | undefined, threshold: number): readonly Detector[] {
    if (threshold < defaultThreshold) return this.#detectors
    if (field === undefined) return this.#unknown
    const before = this.#byField.get(field)
    if (before !== undefined) return before
    const those = this.#detectors.filter((detector) => !known.has(detector) || detector.isHinted?.(field) === true)
    if (this.#byField.size >= mostFields) this.#byField.clear()
    this.#byField.set(field, those)
    return those
  }
}
