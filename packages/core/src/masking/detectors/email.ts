import type { Detector, Match } from '../detector.js'

/** Letters and digits of the scripts that addresses are written in beside ASCII (RFC 6531), less those without blanks. */
const letters = String.raw`a-z\d\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff`
const otherLetters = String.raw`\u0900-\u1fff\u3040-\ud7ff`

/** Labels, and a top-level label that has a letter first (RFC 1123; RFC 5890 for other scripts). */
const domain = String.raw`(?:[${letters}][${letters}-]{0,62}\.){1,8}(?:xn--[a-z\d-]{1,59}|[a-z\u00c0-\u04ff]{2,24})`

/** An address literal (RFC 5321, section 4.1.3). */
const literal = String.raw`\[(?:\d{1,3}(?:\.\d{1,3}){3}|ipv6:[\da-f:.]{2,45})\]`

/** Other scripts, with a top-level domain of theirs. */
const otherDomain = String.raw`(?:[${otherLetters}\da-z][${otherLetters}\da-z-]{0,62}\.){1,4}[${otherLetters}]{2,24}`

/** The half of an address that tells it from other texts. */
export const domainPattern = new RegExp(`@(?:${domain}|${literal}|(?<other>${otherDomain}))`, 'gi')

const domainHere = new RegExp(domainPattern.source, 'iy')

/** Whether a domain follows the `@` at `at`: there is no address without one. */
export function isBeforeDomain(text: string, at: number): boolean {
  domainHere.lastIndex = at
  return domainHere.test(text)
}

/** Ends that are no top-level domains: names of files, and of units of systemd. */
const otherEnds =
  /\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|jsx?|tsx?|mjs|json|ya?ml|xml|html?|txt|lock|service|socket|timer|slice|scope|mount|target)$/i

/** RFC 5321, section 4.5.3.1. */
const longestLocal = 64

/** E-mail addresses: dot-atoms, quoted local parts, address literals and other scripts. Not names of packages or of units. */
export const email: Detector = Object.freeze({
  type: 'email',
  needs: { anyOf: ['@'] },
  longest: longestLocal + 1 + 255,
  find(text: string): readonly Match[] {
    const found: Match[] = []
    for (const { 0: domainPart, groups, index } of text.matchAll(domainPattern)) {
      const start = startOfLocal(text, index, groups?.['other'] !== undefined)
      // Also how Git writes remotes, and version numbers of packages, `lodash@4.17.21-beta.next`.
      if (start === index || text.slice(start, index) === 'git') continue
      if (otherEnds.test(domainPart) || /^@\d+\.\d+\./.test(domainPart)) continue
      found.push({ start, end: index + domainPart.length, score: 0.9 })
    }
    return found
  },
})

const isLocal = new RegExp(String.raw`[${letters}_.+&~%#!$*^-]`, 'i')
const isOtherLocal = new RegExp(String.raw`[${letters}${otherLetters}_.+-]`, 'i')

/**
 * Where the local part before an @ begins. Less of the signs of RFC 5322's atext than it has: not those that join names to
 * values in texts, such as `email=ada@example.com`.
 */
function startOfLocal(text: string, at: number, other: boolean): number {
  if (text[at - 1] === '"') return startOfQuoted(text, at)
  const sign = other ? isOtherLocal : isLocal
  let start = at
  while (start > 0 && at - start < longestLocal) {
    const [before, char] = [text[start - 2] ?? '', text[start - 1] ?? '']
    // O'Brien, and not 'ada@example.com'.
    const apostrophe = char === "'" && start < at && /[a-z]/i.test(before) && /[a-z]/i.test(text[start] ?? '')
    if (!apostrophe && !sign.test(char)) break
    start--
  }
  return start
}

/** A quoted local part (RFC 5322, section 3.4.1). Its own quotes are the last before it. */
function startOfQuoted(text: string, at: number): number {
  for (let start = at - 2; start >= 0 && at - start <= longestLocal; start--) {
    if (/[\r\n]/.test(text[start] ?? '')) break
    if (text[start] === '"' && text[start - 1] !== '\\') return start
  }
  return at
}
