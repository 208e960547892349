import { scanBytes } from './grammar.js'

/** What is recorded when literals cannot be taken out safely. */
export const unreadableText = '[statement text withheld]'

interface ScanToken {
  readonly start: number
  readonly end: number
  readonly tokenName: string
}

const literalTokens = new Set(['SCONST', 'USCONST', 'BCONST', 'XCONST', 'ICONST', 'FCONST'])
const commentTokens = new Set(['SQL_COMMENT', 'C_COMMENT'])

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
  for (const token of tokens ?? []) {
    if (!commentTokens.has(token.tokenName)) {
      if (text !== '' && token.start > end) text += ' '
      text += literalTokens.has(token.tokenName) ? '?' : bytes.toString('utf8', token.start, token.end)
      end = token.end
    }
  }
  return text
}
