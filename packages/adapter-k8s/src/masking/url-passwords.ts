import { PasswordsAsTyped } from './passwords-as-typed.js'

/** What URLs with somebody in them have. */
const mayName = /@|%40/

/** Where who asks stands in a URL: behind its scheme, also in a string of JSON, or in a URL that is a parameter of another. */
const begin = /:\\?\/\\?\/|%3a%2f%2f/gi

/** Up to the path, as browsers read it (RFC 3986, section 3.2). A quote that something goes on behind is a part of it. */
const authority = /(?:[^\s/?#"'\\]|["'](?![,:;}\])>\s]|$)|\\(?!["'/]))*/y
const encodedAuthority = /(?:(?!%(?:2f|3f|23|26|20|22))[^\s/?#&"'])*/iy

/** Where a name without a password is one, and no token. */
const namesUsers =
  /(?:ssh|s?ftp|git|svn|rsync|smb|postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|ldaps?|docker|oci)$/i

/** Where a token may be the name, whatever the password is. */
const namesTokens = /https?$/i

/** An image, by its digest. */
const digest = /^sha\d{3}:[\da-f]{32}/

/** Something that is put in later, or was masked already. */
const placeholder = /^(?:\$?\{+[^{}]{0,200}\}+|\$\(\w+\)|\$\w+|%\w+%|<[^<>]{0,200}>|\*+|\[secret(?::[\da-f]{16})?\])$/

/** Where a secret stands in a text. */
interface Place {
  readonly from: number
  readonly to: number
}

/**
 * Masks the passwords in the URLs of a text, and tokens that stand where a name does. In time that grows with the text, whatever is in
 * it.
 */
export function withoutUrlPasswords(text: string, mask: (value: string) => string): string {
  if (!mayName.test(text)) return text
  const typed = new PasswordsAsTyped(text)
  let shown = ''
  let copied = 0
  for (const { 0: sign, index } of text.matchAll(begin)) {
    const start = index + sign.length
    if (start < copied) continue
    const scheme = text.slice(Math.max(0, index - 16), index)
    const place = sign.startsWith('%') ? encodedPlace(text, start, scheme) : plainPlace(text, start, scheme, typed)
    if (place === undefined) continue
    shown += text.slice(copied, place.from) + mask(text.slice(place.from, place.to))
    copied = place.to
  }
  return shown + text.slice(copied)
}

function plainPlace(text: string, start: number, scheme: string, typed: PasswordsAsTyped): Place | undefined {
  const [found = ''] = at(authority, text, start)
  const end = found.lastIndexOf('@')
  if (end >= 0) return secretIn(text, { from: start, to: start + end }, scheme, ':')
  const colon = passwordColon(found, text.slice(start + found.length, start + found.length + 4))
  const to = colon === undefined ? undefined : typed.endOf(start + colon + 1)
  return to === undefined ? undefined : secretIn(text, { from: start, to }, scheme, ':')
}

/** The next URL of a list begins: `a,https://b`. */
const nextUrl = /[,;|][a-z][a-z\d+.-]{0,30}:$/i

/** `8080`, `27017,b:27017`; a closing tag is none of a port. */
const ports = /^\d{1,5}(?:,[\w.-]+:\d{1,5})*<?$/

/**
 * The colon in front of a password in which a path seems to begin. Undefined: there is a host, with or without a port, and perhaps the
 * next URL.
 */
function passwordColon(found: string, behind: string): number | undefined {
  const own = /^\\?\/\\?\//.test(behind) ? found.replace(nextUrl, '') : found
  const colon = own.indexOf(':')
  if (colon < 0 || own.startsWith('[')) return undefined
  const first = own.slice(colon + 1)
  return (colon > 0 && arePorts(first)) || placeholder.test(first) ? undefined : colon
}

function arePorts(text: string): boolean {
  return ports.test(text) && (text.match(/\d+(?=,|<|$)/g) ?? []).every((port) => Number(port) <= 65_535)
}

function encodedPlace(text: string, start: number, scheme: string): Place | undefined {
  const [found = ''] = at(encodedAuthority, text, start)
  const end = Math.max(found.lastIndexOf('@'), found.lastIndexOf('%40'))
  return end < 0 ? undefined : secretIn(text, { from: start, to: start + end }, scheme, /%3a|:/i)
}

/** What of who asks is secret. */
function secretIn(text: string, { from, to }: Place, scheme: string, sign: string | RegExp): Place | undefined {
  const user = text.slice(from, to)
  if (digest.test(text.slice(to + 1, to + 48))) return undefined
  const [name = ''] = user.split(sign, 1)
  if (name === user) return namesUsers.test(scheme) || isNone(user) ? undefined : { from, to }
  const [separator = ':'] = /^(?:%3a|:)/i.exec(user.slice(name.length)) ?? []
  const password = from + name.length + separator.length
  if (placeholder.test(text.slice(password, to))) return undefined
  if (namesTokens.test(scheme) && !isNone(name)) return { from, to }
  return password === to ? undefined : { from: password, to }
}

function isNone(value: string): boolean {
  return value === '' || placeholder.test(value)
}

function at(pattern: RegExp, text: string, start: number): readonly string[] {
  pattern.lastIndex = start
  return pattern.exec(text) ?? []
}
