import { BareValues } from './bare-values.js'
import { scanBytes } from './grammar.js'

/** What is recorded when literals cannot be taken out safely. */
export const unreadableText = '[statement text withheld]'

interface ScanToken {
  readonly start: number
  readonly end: number
  readonly tokenType: number
}

/** Token types of the grammar: FCONST, SCONST, USCONST, BCONST, XCONST, ICONST. */
const literalTokens: ReadonlySet<number> = new Set([260, 261, 262, 263, 264, 266])
/** SQL_COMMENT, C_COMMENT. */
const commentTokens: ReadonlySet<number> = new Set([275, 276])

/**
 * The text with `?` for every literal and without comments, its tokens one space apart where there was any gap. Uses the
 * server's own scanner; gives `unreadableText` when that refuses the text.
 */
export function recordedText(bytes: Buffer): string {
  if (bytes.length === 0) return ''
  const scanned = scanBytes(bytes)
  if (scanned === undefined) return unreadableText
  // The scanner prints this shape; the version is pinned and tests cover it.
  const { tokens } = JSON.parse(scanned) as { readonly tokens?: readonly ScanToken[] }
  let text = ''
  let end = 0
  const values = new BareValues()
  for (const token of tokens ?? []) {
    if (!commentTokens.has(token.tokenType)) {
      if (text !== '' && token.start > end) text += ' '
      const written = bytes.toString('utf8', token.start, token.end)
      text += values.takes(written) || literalTokens.has(token.tokenType) ? '?' : written
      end = token.end
    }
  }
  return text
}
