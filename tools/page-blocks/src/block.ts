/** A fenced block of a page. */
export interface Block {
  /** The page's path below the repository, for example `docs/policy.md`. */
  readonly page: string
  /** The line that the text begins on, counted from 1. */
  readonly line: number
  /** The first word behind the fence. Empty: the fence names no language. */
  readonly language: string
  /** The second word: the file that the block is. */
  readonly file?: string | undefined
  readonly text: string
}

/** What is wrong with a block, and where. */
export interface Problem {
  readonly page: string
  readonly line: number
  readonly message: string
}

const fence = /^(?<indent>[ \t>*+-]*)(?<marks>`{3,}|~{3,})[ \t]*(?<info>[^`]*)$/u

/** The fenced blocks of a page, also those in lists and quotations. A block that does not end is one up to the end of the page. */
export function blocksOf(page: string, markdown: string): readonly Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const { indent = '', info = '', marks = '' } = fence.exec(lines[at] ?? '')?.groups ?? {}
    if (marks === '') continue
    const line = at + 2
    const text: string[] = []
    for (at += 1; at < lines.length && !ends(lines[at] ?? '', marks); at += 1)
      text.push(withoutIndent(lines[at] ?? '', indent))
    const [language = '', file] = info.trim().split(/\s+/u)
    blocks.push({ page, line, language, file, text: `${text.join('\n')}\n` })
  }
  return blocks
}

function ends(line: string, marks: string): boolean {
  const end = line.replace(/^[ \t>]*/u, '').trimEnd()
  return end.length >= marks.length && end === (marks[0] ?? '').repeat(end.length)
}

/** A block of a list is indented as its item. */
function withoutIndent(line: string, indent: string): string {
  return line.slice(0, indent.length).trim().replaceAll('>', '') === '' ? line.slice(indent.length) : line
}

/** The line of the page that a line of a block is, counted from 1. */
export function problemAt({ line, page }: Block, lineOfBlock: number, message: string): Problem {
  return { page, line: line + lineOfBlock - 1, message }
}
