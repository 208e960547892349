import type { Incoming } from '../http/route.js'

/**
 * Whether a form was sent from a page of this relay. Browsers say it in Sec-Fetch-Site to every trustworthy address, which
 * https and loopback are; one that does not, has to say it in Origin. Some say neither for a form of a page that sends no
 * referrer: then nothing is done.
 */
export function isOwnForm({ headers }: Incoming, origin: string): boolean {
  const site = headers['sec-fetch-site']
  const from = headers['origin']
  if (from !== undefined && from !== 'null' && from !== origin) return false
  return site === undefined ? from === origin : site === 'same-origin'
}

/** The fields of a form, each at most once. Undefined when it is none, has others, or has one twice. */
export function formOf(incoming: Incoming, known: readonly string[]): Readonly<Record<string, string>> | undefined {
  const form = sentForm(incoming)
  if (form === undefined) return undefined
  const names = [...form.keys()]
  if (new Set(names).size < names.length || names.some((name) => !known.includes(name))) return undefined
  return Object.fromEntries(form)
}

/** What a form sent. Undefined when it is not of that type, or not UTF-8. */
export function sentForm({ body, headers }: Incoming): URLSearchParams | undefined {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return undefined
  try {
    return new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
