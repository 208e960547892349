import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1?\d{1,2})`

/** Dotted quads (RFC 791). Not versions: `v1.2.3.4`, `version 1.2.3.4`, `lib-1.2.3.4`. */
const four = new RegExp(
  String.raw`(?<![\w.+~^-]|version[ :="']{0,3}|release[ :="']{0,3}|[\w"']\s?[<>=~^]=)(?:${octet}\.){3}${octet}(?![\w-]|\.\d)`,
  'gi',
)

/** What may be an address of RFC 4291, which `isAddress` tells. */
const six = /(?<![\w:.])(?=[\da-f]{0,4}:[\da-f]{0,4}:)[\da-f:]{2,39}(?:(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/gi

/** Whether it is an address that may tell of someone: `0.0.0.0`, networks such as `120.0.0.0`, and masks do not. */
function isHost(match: string): boolean {
  return !/\.0\.0$|^0\.|^255\.255\.|^127\.0\.0\.1$/.test(match)
}

/** RFC 4291, section 2.2. Not `::` and `::1`, not times, and not eight pairs of digits, which are an EUI-64 or a fingerprint. */
function isAddress(match: string): boolean {
  const quad = match.includes('.')
  const halves = match.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = quad ? groups.pop() : undefined
  if (last !== undefined && !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(last)) return false
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return false
  const count = groups.length + (quad ? 2 : 0)
  if (halves.length === 1) return count === 8 && !groups.every((group) => group.length === 2)
  // Names in code: `cafe::bad`. An address has a digit, and a prefix of three digits or more.
  return count <= 7 && (quad || (/\d/.test(match) && groups.some((group) => group.length > 2)))
}

/** IP addresses, version 4 and 6, that may tell of a host. */
export const ip: Detector = defineDetector({
  type: 'ip',
  patterns: [
    { pattern: four, validate: isHost },
    { pattern: six, validate: isAddress },
  ],
  hint: /(?:^|[^a-z])ip(?:v[46])?(?:[^a-z]|$)|Ip(?:$|[A-Z])|addr|host/,
  needs: { digits: 1 },
  longest: 45,
  score: { alone: 0.7, hint: 0.95 },
})
