import type { CryptoKey } from 'jose'
import type { JwtAlgorithm } from './algorithms.js'
import { loadJose } from './load-jose.js'
import { proofRefused } from './proof-refused.js'
import type { PublicJwk } from './public-jwk.js'
import { assertStrong } from './strong-key.js'

/** The most keys that are kept ready; the one that was used longest ago goes first. */
const maxKeys = 1_000

/** Makes keys of JWKs, once per key and algorithm. */
export type ProofKeys = (jwk: PublicJwk, algorithm: JwtAlgorithm) => Promise<CryptoKey>

/** Keys that are kept ready by their thumbprint: importing one costs more than checking a signature with it. */
export function proofKeys(): ProofKeys {
  const ready = new Map<string, CryptoKey>()
  return async (jwk, algorithm) => {
    const name = `${algorithm} ${jwk.thumbprint}`
    const key = ready.get(name) ?? (await imported(jwk, algorithm))
    ready.delete(name)
    ready.set(name, key)
    const [oldest] = ready.keys()
    if (ready.size > maxKeys && oldest !== undefined) ready.delete(oldest)
    return key
  }
}

/** Also refuses what only the import notices: a point beside the curve. */
async function imported({ key }: PublicJwk, algorithm: JwtAlgorithm): Promise<CryptoKey> {
  const { importJWK } = await loadJose()
  const made = await importJWK({ ...key }, algorithm).catch(() => undefined)
  if (made === undefined || !('algorithm' in made)) throw proofRefused('its key is no key')
  assertStrong(made.algorithm, proofRefused)
  return made
}
