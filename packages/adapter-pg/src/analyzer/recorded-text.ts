import { BareValues } from './bare-values.js'
import { scanBytes } from './grammar.js'

/** What is recorded when literals cannot be taken out safely. */
export const unreadableText = '[statement text withheld]'

interface ScanToken {
  readonly start: number
  readonly end: number
  readonly tokenType: number
}

/** A token of a text, where it stands in bytes. */
export interface ValueToken {
  readonly kind: 'literal' | 'comment' | 'other'
  readonly start: number
  readonly end: number
  readonly written: string
}

/** Token types of the grammar: FCONST, SCONST, USCONST, BCONST, XCONST, ICONST. */
const literalTokens: ReadonlySet<number> = new Set([260, 261, 262, 263, 264, 266])
/** SQL_COMMENT, C_COMMENT. */
const commentTokens: ReadonlySet<number> = new Set([275, 276])

/**
 * The tokens of a text, told by whether they hold a value that the caller chose, bare words of settings among them. Uses the
 * server's own scanner; undefined when that refuses the text.
 */
export function valueTokens(bytes: Buffer): readonly ValueToken[] | undefined {
  if (bytes.length === 0) return []
  const scanned = scanBytes(bytes)
  if (scanned === undefined) return undefined
  // The scanner prints this shape; the version is pinned and tests cover it.
  const { tokens } = JSON.parse(scanned) as { readonly tokens?: readonly ScanToken[] }
  const values = new BareValues()
  return (tokens ?? []).map(({ end, start, tokenType }) => {
    const written = bytes.toString('utf8', start, end)
    if (commentTokens.has(tokenType)) return { kind: 'comment', start, end, written }
    const isValue = values.takes(written) || literalTokens.has(tokenType)
    return { kind: isValue ? 'literal' : 'other', start, end, written }
  })
}

/**
 * The text with `?` for every literal and without comments, its tokens one space apart where there was any gap. Gives
 * `unreadableText` when the server's scanner refuses the text.
 */
export function recordedText(bytes: Buffer): string {
  const tokens = valueTokens(bytes)
  if (tokens === undefined) return unreadableText
  let text = ''
  let last = 0
  for (const { end, kind, start, written } of tokens) {
    if (kind !== 'comment') {
      if (text !== '' && start > last) text += ' '
      text += kind === 'literal' ? '?' : written
      last = end
    }
  }
  return text
}
