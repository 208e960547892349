import type { Detector, Hints, Match } from '../detector.js'
import { cloudRows } from './cloud-key-rows.js'
import { codeRows } from './code-key-rows.js'
import { defineDetector, inOrder } from './define-detector.js'
import { looksRandom } from './entropy.js'
import { hostingRows } from './hosting-key-rows.js'
import type { KeyRow } from './key-row.js'
import { modelRows } from './model-key-rows.js'
import { monitoringRows } from './monitoring-key-rows.js'
import { saasRows } from './saas-key-rows.js'

export const keyRows: readonly KeyRow[] = [
  ...cloudRows,
  ...hostingRows,
  ...codeRows,
  ...modelRows,
  ...saasRows,
  ...monitoringRows,
]

const type = 'cloud-key'
const longest = 2048

/** One detector for each row, in their order. */
export const vendors = keyRows.map(({ keywords, pattern, score = { alone: 0.95 }, context, random }) =>
  defineDetector({
    type,
    patterns: [pattern],
    ...(random === true && { validate: looksRandom }),
    ...(context !== undefined && { context }),
    needs: { anyOf: keywords },
    longest,
    score,
  }),
)

const keywords = [...new Set(keyRows.flatMap((row) => row.keywords))]

/** Those that begin with no other: where one of them is, those that begin with it may be too. */
const shortest = keywords.filter((keyword) => !keywords.some((other) => other !== keyword && keyword.startsWith(other)))

const vendorsBy: ReadonlyMap<string, readonly Detector[]> = new Map(
  shortest.map((keyword) => [
    keyword,
    vendors.filter(({ needs }) => needs.anyOf?.some((each) => each.startsWith(keyword)) === true),
  ]),
)

/** All at once, which is ten times as fast as one after the other. */
export const keywordPattern = new RegExp(
  shortest.map((keyword) => keyword.replaceAll(/[./+$]/g, String.raw`\$&`)).join('|'),
  'g',
)

/** Keys of clouds and services, by the tables of vendors. Only the patterns whose keyword is in the text are tried. */
export const cloudKey: Detector = Object.freeze({
  type,
  needs: { anyOf: keywords },
  longest,
  find(text: string, hints: Hints): readonly Match[] {
    return inOrder([...vendorsIn(text.toLowerCase())].flatMap((vendor) => vendor.find(text, hints)))
  },
})

/** Keywords may overlap: `cf-` and `-us` do in `…cf-us4`. */
function vendorsIn(lower: string): ReadonlySet<Detector> {
  const hits = new Set<string>()
  keywordPattern.lastIndex = 0
  for (let match = keywordPattern.exec(lower); match !== null; match = keywordPattern.exec(lower)) {
    hits.add(match[0])
    keywordPattern.lastIndex = match.index + 1
  }
  return new Set([...hits].flatMap((keyword) => vendorsBy.get(keyword) ?? []))
}
