import type { LabelledText } from '../../../packages/core/test/masking/detectors/labelled-texts.js'
import { labelledTexts } from '../../../packages/core/test/masking/detectors/labelled-texts.js'
import type { Figures } from '../../../packages/core/test/masking/detectors/measure.js'
import { falseMasks, measureLabelled, share } from '../../../packages/core/test/masking/detectors/measure.js'
import { negativeTexts } from '../../../packages/core/test/masking/detectors/negative-texts.js'
import type { Benchmark, Row } from '../table.js'

/** Seeds that nothing was looked at with while the detectors were written. */
const heldOut = [90_001, 90_002, 90_003]

/** Types of which more must be right. */
const least: Readonly<Record<string, number>> = { 'credit-card': 0.98, email: 0.98 }

/** How much of what is sensitive the built-in detectors find, and how much else. No times: these figures are always the same. */
export const masking: Benchmark = {
  name: 'masking',
  measure({ rounds }) {
    const [texts, bytes] = rounds === 1 ? [220, 50_000] : [11_000, 5_000_000]
    const labelled = heldOut.flatMap((seed): readonly LabelledText[] => labelledTexts(seed, texts / heldOut.length))
    const { figures } = measureLabelled(labelled)
    const { characters, masked } = falseMasks(negativeTexts(heldOut[0] ?? 0, bytes))
    return Promise.resolve({
      title: 'Detectors',
      method: `The built-in detectors on ${String(labelled.length)} labelled texts (sentences, CSV, JSON, logs, SQL, chat, values of columns) and on ${(characters / 1e6).toFixed(1)} MB that hold nothing sensitive (ids, digests, times, versions, numbers, code, logs), both made with seeds that were not looked at before. Right is the same type and at least half of the span.`,
      rows: [...[...figures].flatMap(([type, of]) => rowsOf(type, of)), falseRow(masked.length, characters)],
    })
  },
}

function rowsOf(type: string, { labelled, found, right }: Figures): readonly Row[] {
  const goal = least[type]
  const row = (figure: string, value: number, of: number): Row => ({
    figure: `${type}, ${figure}`,
    goal: goal === undefined ? '' : `≥ ${String(goal)}`,
    accepted: '',
    measured: `${value.toFixed(4)} of ${String(of)}`,
    verdict: goal === undefined ? '' : value >= goal ? 'goal' : 'missed',
  })
  return [row('precision', share(right, found), found), row('recall', share(right, labelled), labelled)]
}

function falseRow(masks: number, characters: number): Row {
  const perMegabyte = (masks * 1e6) / characters
  return {
    figure: 'false masks per MB',
    goal: '≤ 1',
    accepted: '',
    measured: `${perMegabyte.toFixed(2)} (${String(masks)} in all)`,
    verdict: perMegabyte <= 1 ? 'goal' : 'missed',
  }
}
