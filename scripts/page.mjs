// The fenced blocks of a page in Markdown.

/**
 * Reads a page into its blocks, from above: `{ language, name, text, line }`. A word behind the language is the name of the file that
 * the block is; `line` is where its fence stands, from 1. Throws on a fence that is not closed.
 */
export function readPage(page) {
  const blocks = []
  let open
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^(`{3,})\s*(\S*)\s*(\S*)\s*$/.exec(line)
    if (open === undefined && fence !== null) {
      const [, ticks, language, name] = fence
      open = { ticks, language, name: name === '' ? undefined : name, line: index + 1, lines: [] }
    } else if (open !== undefined && line.trimEnd() === open.ticks) {
      const { language, line: from, lines, name } = open
      blocks.push({ language, name, line: from, text: [...lines, ''].join('\n') })
      open = undefined
    } else open?.lines.push(line)
  }
  if (open !== undefined) throw new Error(`a block is not closed (line ${String(open.line)})`)
  return blocks
}
