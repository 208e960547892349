import type { RichElement } from './rich-text.js'
import { words } from './rich-text.js'

/** How many characters one text holds at most. Slack says no number for rich text; it takes 3,000 elsewhere. */
const maxText = 2_900

interface Line {
  readonly kind: 'ours' | 'statement'
  readonly indent: 0 | 1
  readonly rows: string[]
}

/**
 * The text of a view as rich text, every character of it in its order but the blanks before our own lines. Each line of ours is an item of a
 * list, so that what a narrow screen breaks stays right of the bullets; each run of lines of the statement is a box of
 * its own. So nothing in them can pose as a line of ours, however wide the screen is.
 */
export function viewElements(text: string): readonly RichElement[] {
  const elements: RichElement[] = []
  let run: Line[] = []
  for (const line of linesOf(text)) {
    const [first] = run
    if (first !== undefined && (first.kind !== line.kind || first.indent !== line.indent)) {
      elements.push(...elementsOf(run))
      run = []
    }
    run.push(line)
  }
  return [...elements, ...elementsOf(run)]
}

/** The rows of a view in lines: a row that goes on with the one before begins with `|>`. */
function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  for (const row of text.split('\n')) {
    const last = lines.at(-1)
    if (row.startsWith('    |> ') && last !== undefined) last.rows.push(last.kind === 'ours' ? row.trimStart() : row)
    else if (row.startsWith('    | ')) lines.push({ kind: 'statement', indent: 0, rows: [row] })
    else lines.push({ kind: 'ours', indent: row.startsWith('    ') ? 1 : 0, rows: [row.trimStart()] })
  }
  return lines
}

function elementsOf(run: readonly Line[]): readonly RichElement[] {
  const [first] = run
  if (first === undefined) return []
  if (first.kind === 'statement') {
    return pieces(run.flatMap(({ rows }) => rows)).map((piece) => ({
      type: 'rich_text_preformatted',
      elements: [words(piece)],
    }))
  }
  const elements = run.map(({ rows }) => ({
    type: 'rich_text_section' as const,
    elements: pieces(rows).map((piece, at) => words(at === 0 ? piece : `\n${piece}`)),
  }))
  return [{ type: 'rich_text_list', style: 'bullet', indent: first.indent, elements }]
}

/** Rows joined to texts that are not too long. No row is longer than a terminal is wide. */
function pieces(rows: readonly string[]): readonly string[] {
  const texts: string[] = []
  for (const row of rows) {
    const last = texts.at(-1)
    if (last === undefined || last.length + 1 + row.length > maxText) texts.push(row)
    else texts[texts.length - 1] = `${last}\n${row}`
  }
  return texts
}
