import type { Block } from '../block.js'
import type { Names } from './names.js'
import { namesOf } from './names.js'

/** A block as a module that is compiled. */
export interface Module {
  readonly block: Block
  readonly file: string
  /** The block, with one line before it. */
  readonly text: string
}

/**
 * Makes a module of each block. What it mentions and does not declare comes from the last block above it on its page that
 * declares it.
 */
export function modulesOf(folder: string, blocks: readonly Block[]): readonly Module[] {
  const above = new Map<string, { readonly file: string; readonly names: Names }[]>()
  return blocks.map((block) => {
    const earlier = above.get(block.page) ?? []
    const name = `${block.page.replaceAll('/', '.')}.${String(block.line)}`
    const file = `${folder}/${name}.${block.language}`
    const names = namesOf(file, block.text)
    const imports = [...names.mentioned].flatMap((each) => {
      const from = names.declared.has(each) ? undefined : earlier.findLast((one) => one.names.declared.has(each))
      if (from === undefined) return []
      const kind = from.names.declared.get(each) === 'type' ? 'import type' : 'import'
      return [`${kind} { ${each} } from './${from.file}'`]
    })
    above.set(block.page, [...earlier, { file: `${name}.js`, names }])
    return { block, file, text: `${imports.join('; ')}\n${block.text}\n${exportsOf(names)}\n` }
  })
}

/** Makes a module even of a block that has nothing to export. */
function exportsOf({ declared, exported }: Names): string {
  const own = [...declared].filter(([name]) => !exported.has(name))
  const named = (wanted: string): string => own.flatMap(([name, kind]) => (kind === wanted ? [name] : [])).join(', ')
  const types = named('type')
  // JavaScript has none, and knows no statement for them.
  return `export { ${named('value')} }${types === '' ? '' : `; export type { ${types} }`}`
}
