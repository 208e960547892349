import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'

/** A block of JSON is one value. */
export function readJson(block: Block): readonly Problem[] {
  try {
    JSON.parse(block.text)
    return []
  } catch (error) {
    return [problemAt(block, 1, String(error))]
  }
}
