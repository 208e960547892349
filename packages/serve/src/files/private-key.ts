import type { JsonWebKey, KeyObject } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { SecretPlace } from '../config/secret-keys.js'
import { readBoundedText } from './bounded-text.js'
import type { Places } from './secret.js'
import { secretPath } from './secret.js'

/** What a key can be for: both names of the last mean the same. */
export type KeyAlgorithm = 'ES256' | 'EdDSA' | 'Ed25519'

/**
 * A private key from its file or from a systemd credential: PEM (PKCS #8 or SEC 1) without a passphrase, or a JWK. Throws
 * ERR_CONFIG_INVALID when others can read it, when it is none, or none for `algorithm`; no error holds any of it.
 */
export function readPrivateKey(place: SecretPlace, algorithm: KeyAlgorithm, what: string, places: Places): KeyObject {
  const path = secretPath(place, what, places)
  const key = privateKey(readBoundedText(path, what))
  if (key !== undefined && isFor(key, algorithm)) return key
  throw new BothKeysError('ERR_CONFIG_INVALID', `${what} ${path} is no private key for ${algorithm}`, {
    hint: 'write it as PEM without a passphrase or as a JWK, of P-256 for ES256, of Ed25519 for the others',
  })
}

function privateKey(text: string): KeyObject | undefined {
  try {
    if (!text.trimStart().startsWith('{')) return createPrivateKey(text)
    return createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' })
  } catch {
    // Whatever these say may quote the file.
    return undefined
  }
}

function isFor(key: KeyObject, algorithm: KeyAlgorithm): boolean {
  if (algorithm !== 'ES256') return key.asymmetricKeyType === 'ed25519'
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}
