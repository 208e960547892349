import { isRefused, refuse, type Refused } from './refused.js'

/** A query parameter as it was given, decoded. */
export type Pair = readonly [name: string, value: string]

/** The parts of a request target, each decoded once. */
export interface Target {
  readonly segments: readonly string[]
  readonly pairs: readonly Pair[]
}

const longest = 65_536
const visible = /^[\x21-\x7e]+$/
const segment = /^[A-Za-z0-9._:~@+=,-]{1,253}$/
const brokenEscape = /%(?![0-9A-Fa-f]{2})/

/**
 * Takes a request target apart as the API server does, and refuses every form that anything on the way could take for another one: absolute
 * targets, empty and dot segments, encoded separators, escapes within escapes, trailing slashes, and `;` in the query.
 */
export function parseTarget(target: string): Target | Refused {
  if (target.length > longest) return refuse('The target is too long.')
  if (!visible.test(target)) return refuse('The target has characters that are not visible ASCII.')
  if (!target.startsWith('/')) return refuse('The target is not a path.')
  if (target.includes('#')) return refuse('The target has a fragment.')
  const mark = target.indexOf('?')
  const segments = segmentsOf(mark < 0 ? target : target.slice(0, mark))
  if (isRefused(segments)) return segments
  const pairs = pairsOf(mark < 0 ? '' : target.slice(mark + 1))
  if (isRefused(pairs)) return pairs
  return { segments, pairs }
}

function segmentsOf(path: string): readonly string[] | Refused {
  if (path === '/') return []
  const segments: string[] = []
  for (const raw of path.slice(1).split('/')) {
    const decoded = decode(raw)
    if (decoded === undefined) return refuse('The path has an escape that cannot be read.')
    if (decoded === '.' || decoded === '..') return refuse('The path has a dot segment.')
    if (!segment.test(decoded))
      return refuse('The path has a segment that is empty or has characters that names do not have.')
    segments.push(decoded)
  }
  return segments
}

function pairsOf(query: string): readonly Pair[] | Refused {
  if (query === '') return []
  if (query.includes(';')) return refuse('The query has a semicolon.')
  const pairs: Pair[] = []
  for (const raw of query.split('&')) {
    const equals = raw.indexOf('=')
    const name = decode(spaced(equals < 0 ? raw : raw.slice(0, equals)))
    const value = decode(equals < 0 ? '' : spaced(raw.slice(equals + 1)))
    if (name === undefined || value === undefined) return refuse('The query has an escape that cannot be read.')
    if (name === '') return refuse('The query has a parameter without a name.')
    if (value.includes('\0')) return refuse('The query has a zero byte.')
    pairs.push([name, value])
  }
  return pairs
}

function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

function decode(text: string): string | undefined {
  if (brokenEscape.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The target that says these parts and nothing else. The characters of segments need no escapes. */
export function writeTarget({ segments, pairs }: Target): string {
  return withQuery(`/${segments.join('/')}`, pairs)
}

/** A path that is written already, with these parameters. */
export function withQuery(path: string, pairs: readonly Pair[]): string {
  const query = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return query === '' ? path : `${path}?${query}`
}
