import { refuse, type Refused } from './refused.js'

/** Headers as Node.js gives them. */
export type HeadersGiven = Readonly<Record<string, string | readonly string[] | undefined>>

/** Headers by their names in small letters, each with one value. */
export type Headers = ReadonlyMap<string, string>

/** Headers that say something of who asks. They never go on: the door has an identity of its own. */
const ofIdentity = /^(?:authorization|proxy-authorization|cookie|impersonate-.*|x-remote-.*|x-forwarded-.*|forwarded)$/

const plain = /^[\t\x20-\x7e]*$/

/** Reads headers; a header that is given twice, or in two ways of writing, is refused when it would matter. */
export function readHeaders(given: HeadersGiven): Headers | Refused {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const key = name.toLowerCase()
    const values = typeof value === 'string' ? [value] : value
    const isGivenTwice = headers.has(key) || values.length > 1
    if (isGivenTwice && mattering.has(key)) return refuse(`The header ${key} is given twice.`)
    const [first = ''] = values
    if (mattering.has(key) && !plain.test(first)) return refuse(`The header ${key} has characters that are not ASCII.`)
    headers.set(key, first)
  }
  return refusedHeader(headers) ?? headers
}

const mattering = new Set([
  'accept',
  'connection',
  'content-encoding',
  'content-type',
  'origin',
  'sec-websocket-protocol',
  'upgrade',
])

function refusedHeader(headers: Headers): Refused | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity') return refuse('The body is encoded.')
  return headers.has('origin') ? refuse('The request comes from a page.') : undefined
}

/** The headers about identity that were given, which do not go on. */
export function identityHeadersIn(headers: Headers): readonly string[] {
  return Array.from(headers.keys())
    .filter((name) => ofIdentity.test(name))
    .toSorted()
}
