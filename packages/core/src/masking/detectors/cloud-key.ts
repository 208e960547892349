import type { Detector, Hints, Match } from '../detector.js'
import type { KeyRow } from './cloud-key-rows.js'
import { cloudRows } from './cloud-key-rows.js'
import { defineDetector, inOrder } from './define-detector.js'
import { looksRandom } from './entropy.js'
import { saasRows } from './saas-key-rows.js'

export const keyRows: readonly KeyRow[] = [...cloudRows, ...saasRows]

const type = 'cloud-key'
const longest = 2048

const vendors = keyRows.map(({ keywords, pattern, score = { alone: 0.95 }, context, random }) =>
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

/** Keys of clouds and services, by the tables of vendors. Only the patterns whose keyword is in the text are tried. */
export const cloudKey: Detector = Object.freeze({
  type,
  needs: { anyOf: keywords },
  longest,
  find(text: string, hints: Hints): readonly Match[] {
    const lower = text.toLowerCase()
    const tried = vendors.filter(({ needs }) => needs.anyOf?.some((keyword) => lower.includes(keyword)) === true)
    return inOrder(tried.flatMap((vendor) => vendor.find(text, hints)))
  },
})
