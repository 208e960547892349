import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'
import { looksRandom } from './entropy.js'

const names = String.raw`(?:api|access|auth|client|private|signing|encryption|master|service)[_-]?(?:key|secret|token)|secret(?:[_-]?key)?|token|passwo?r?d|passphrase|credentials?`

/** A name that says that its value is secret, and a value without blanks. */
const assigned = new RegExp(
  String.raw`(?<![a-z])(?:${names})\\?["']?\s{0,3}(?::=|=>|[:=])\s{0,3}\\?["']?(?<secret>[\w./+=~!$%^*-]{16,256})(?![\w(])`,
  'gi',
)

/** `Authorization: Bearer …` (RFC 6750) and `Basic …` (RFC 7617). */
const authorization =
  /(?<=authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?)(?:bearer|basic|token)\s{1,3}(?<secret>[\w./+=~-]{16,2048})/gi

/** The whole value of a field whose name says so. */
const whole = /^[\w./+=~!$%^*-]{16,256}$/g

/** Letters and digits mixed, as random tokens have them: not words, dates, numbers or paths. */
function isToken(secret: string): boolean {
  return (
    /\d/.test(secret) && /[a-z]/i.test(secret) && !/^[./~$%]|\/\/|^\d{4}-\d\d-\d\d/.test(secret) && looksRandom(secret)
  )
}

/** Secrets without a form of their own, by the name that they are given and by how random they look. */
export const secret: Detector = defineDetector({
  type: 'secret',
  patterns: [assigned, authorization, { pattern: whole, score: { alone: 0, hint: 0.7 } }],
  validate: isToken,
  hint: /secret|passw|passphrase|credential|(?:api|access|auth|private|signing)_?key|(?:^|_)token(?:$|_)/i,
  needs: { digits: 1 },
  longest: 2048,
  score: { alone: 0.6 },
})
