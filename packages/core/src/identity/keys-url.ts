import { BothKeysError } from '../errors.js'
import { secureUrl } from './secure-url.js'

/** Reads where keys are fetched from: https, or http on this machine, without credentials. Throws ERR_CONFIG_INVALID. */
export function keysUrl(text: string, option: string): URL {
  return secureUrl(text, option, wrong)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`, {
    hint: "give the issuer's public keys as an https URL or as { keys: [...] }",
  })
}
