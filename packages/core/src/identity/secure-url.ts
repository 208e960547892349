import type { BothKeysError } from '../errors.js'

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Reads an address that is trusted: https, or http on this machine, without credentials. Throws what `wrong` makes. */
export function secureUrl(text: string, option: string, wrong: (what: string) => BothKeysError): URL {
  if (!URL.canParse(text)) throw wrong(`${option} is not a URL`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.includes(url.hostname))) {
    throw wrong(`${option} must be an https URL (http is accepted on loopback only)`)
  }
  if (url.username !== '' || url.password !== '') throw wrong(`${option} must not hold credentials`)
  return url
}
