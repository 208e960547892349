import type { Block } from '../block.js'

/** What a block has to print: lines, in their order, with others between them. */
export interface Script {
  readonly commands: string
  readonly prints: readonly { readonly text: string; readonly line: number }[]
}

/**
 * The commands of a block. In a `console` block those are the lines that begin with `$ `, and what stands below them is printed; a line
 * `…` stands for more of that.
 */
export function scriptOf({ language, text }: Pick<Block, 'language' | 'text'>): Script {
  if (language !== 'console') return { commands: text, prints: [] }
  const lines = text.split('\n')
  // Other lines stay empty, so that what fails is found by its number.
  const commands = lines.map((line) => (line.startsWith('$ ') ? line.slice(2) : '')).join('\n')
  const prints = lines.flatMap((line, index) => {
    const shown = line.trim()
    return shown === '' || shown === '…' || line.startsWith('$ ') ? [] : [{ text: shown, line: index + 1 }]
  })
  return { commands, prints }
}

/** The first line that was to be printed and was not, or not in its order. */
export function missingFrom(printed: string, { prints }: Script): Script['prints'][number] | undefined {
  const lines = printed.split('\n').map((line) => line.trim())
  let from = 0
  return prints.find(({ text }) => {
    const at = lines.indexOf(text, from)
    if (at !== -1) from = at + 1
    return at === -1
  })
}
