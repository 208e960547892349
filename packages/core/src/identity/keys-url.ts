import { BothKeysError } from '../errors.js'

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Reads where keys are fetched from: https, or http on this machine, without credentials. Throws ERR_CONFIG_INVALID. */
export function keysUrl(text: string, option: string): URL {
  if (!URL.canParse(text)) throw wrong(`${option} is not a URL`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.includes(url.hostname))) {
    throw wrong(`${option} must be an https URL (http is accepted on loopback only)`)
  }
  if (url.username !== '' || url.password !== '') throw wrong(`${option} must not hold credentials`)
  return url
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`, {
    hint: "give the issuer's public keys as an https URL or as { keys: [...] }",
  })
}
