import type { Detector } from '../detector.js'
import { base64Text } from './base64-text.js'
import { defineDetector } from './define-detector.js'

/** A header that is a JSON object, `eyJ` in base64url, and two parts (JWS, RFC 7515) or four (JWE, RFC 7516) behind it. */
const compact = /(?<![\w-])eyJ[\w-]+\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?(?![\w-])/g

/** Whether the header says how the token is signed or encrypted. */
function hasHeader(match: string): boolean {
  const text = base64Text(match.slice(0, match.indexOf('.')))
  try {
    const header: unknown = JSON.parse(text ?? '')
    return (
      typeof header === 'object' && header !== null && (Object.hasOwn(header, 'alg') || Object.hasOwn(header, 'typ'))
    )
  } catch {
    return false
  }
}

/** JSON Web Tokens in compact form, by their decoded header. */
export const jwt: Detector = defineDetector({
  type: 'jwt',
  patterns: [compact],
  validate: hasHeader,
  needs: { anyOf: ['eyj'] },
  longest: 16_384,
  score: { alone: 0.95 },
})
