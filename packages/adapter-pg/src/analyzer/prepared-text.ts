import type { Parsed } from './parse-bytes.js'
import { scanBytes } from './grammar.js'

interface Token {
  readonly start: number
  readonly end: number
  readonly tokenType: number
  readonly keywordKind: number
}

/** Stands for a text that could not be cut out. Its NUL makes every parse of it a refusal. */
export const lostText = '\0'

/** The text of the statement inside the PREPARE at this place of a text: everything after its AS. */
export function preparedText(parsed: Parsed, index: number): string {
  const bytes = Buffer.from(parsed.text, 'utf8')
  const span = parsed.spans[index]
  const statement = span === undefined ? bytes : bytes.subarray(span.start, span.end)
  const scanned = scanBytes(statement)
  if (scanned === undefined) return lostText
  // The scanner prints this shape; the version is pinned and tests cover it.
  const { tokens } = JSON.parse(scanned) as { readonly tokens?: readonly Token[] }
  let depth = 0
  for (const { start, end, tokenType, keywordKind } of tokens ?? []) {
    if (tokenType === openParenthesis) depth += 1
    else if (tokenType === closeParenthesis) depth -= 1
    const isKeyword = keywordKind !== 0 && depth === 0
    if (isKeyword && statement.toString('latin1', start, end).toLowerCase() === 'as') {
      return withoutBlanks(statement.toString('utf8', end)) || lostText
    }
  }
  return lostText
}

const openParenthesis = 40
const closeParenthesis = 41

/** The server's blanks alone: any other one is part of a name (PostgreSQL source, scan.l). */
function withoutBlanks(text: string): string {
  return text.replaceAll(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, '')
}
