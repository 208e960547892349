import type { Detector, Match } from '../detector.js'
import { base64Text } from './base64-text.js'

/** What compact tokens are made of: base64url and dots. */
export const tokenPattern = /[\w.-]+/g

/** How `{"` begins in base64url. */
const start = 'eyJ'

/**
 * JSON Web Tokens in compact form: signed or not (RFC 7515, three parts), and encrypted (RFC 7516, five), by their header, which
 * is decoded.
 */
export const jwt: Detector = Object.freeze({
  type: 'jwt',
  needs: { anyOf: ['eyj'] },
  longest: 16_384,
  find(text: string): readonly Match[] {
    const found: Match[] = []
    for (const { 0: run, index } of text.matchAll(tokenPattern)) {
      if (!run.includes(start)) continue
      for (const { start: from, end } of tokensIn(run.split('.'))) {
        found.push({ start: index + from, end: index + end, score: 0.95 })
      }
    }
    return found
  },
})

/** The tokens in parts that dots keep apart. What stands before a header, without a dot, does not hide it. */
function* tokensIn(parts: readonly string[]): Generator<{ start: number; end: number }> {
  let at = 0
  for (let index = 0; index < parts.length;) {
    const part = parts[index] ?? ''
    const inPart = part.indexOf(start)
    const count = inPart < 0 ? 0 : partsOf(part.slice(inPart))
    const token = count > 0 && index + count <= parts.length ? parts.slice(index, index + count) : [part]
    const end = at + token.join('.').length
    if (token.length > 1) yield { start: at + inPart, end }
    at = end + 1
    index += token.length
  }
}

/** How many parts a token with this header has. None: it is no header. */
function partsOf(encoded: string): number {
  try {
    const header: unknown = JSON.parse(base64Text(encoded) ?? '')
    if (typeof header !== 'object' || header === null) return 0
    if (Object.hasOwn(header, 'enc')) return 5
    return Object.hasOwn(header, 'alg') || Object.hasOwn(header, 'typ') ? 3 : 0
  } catch {
    return 0
  }
}
