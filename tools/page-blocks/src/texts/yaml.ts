import { parseAllDocuments } from 'yaml'
import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'
import type { Mapping } from './yaml-kinds.js'
import { kinds } from './yaml-kinds.js'

/** Reads blocks of YAML as what they are, in the order of the pages. Resolves to what is wrong. */
export async function readYaml(blocks: readonly Block[]): Promise<readonly Problem[]> {
  const found: Problem[] = []
  for (const block of blocks) {
    const above = blocks.slice(0, blocks.indexOf(block)).filter(({ page }) => page === block.page)
    try {
      // oxlint-disable-next-line no-await-in-loop -- In the order of the pages.
      for (const value of valuesOf(block)) await read(block, value, above.flatMap(valuesOf))
    } catch (error) {
      found.push(problemAt(block, 1, error instanceof Error ? error.message : String(error)))
    }
  }
  return found
}

async function read(block: Block, value: Mapping, above: readonly Mapping[]): Promise<void> {
  const kind = kinds.find(({ isIt }) => isIt(value))
  if (kind === undefined) {
    const known = kinds.map(({ name }) => name).join(', ')
    throw new Error(`this YAML is none of what is known here (${known}): tell src/texts/yaml-kinds.ts how it is read`)
  }
  await kind.read?.(block, value, above)
}

/** The documents of a block. Throws on one that is no mapping or holds a key twice. */
export function valuesOf({ text }: Block): readonly Mapping[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const value: unknown = document.toJS()
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('this is no mapping')
    return value as Mapping // an object whose members nobody knows yet
  })
}
