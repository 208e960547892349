import type { JWTVerifyGetKey } from 'jose'
import { boundedFetch } from './bounded-fetch.js'
import { keysUrl } from './keys-url.js'
import type { ReadKeys } from './remote-keys.js'
import { remoteKeys } from './remote-keys.js'

const timeoutMs = 5_000

/**
 * Finds an issuer's keys through its own metadata (OpenID Connect Discovery 1.0, section 4), on the first token.
 * The metadata must name exactly this issuer; a failure is not kept.
 */
export function discoverKeys(base: URL, issuer: string, nowMs: () => number, read: ReadKeys): JWTVerifyGetKey {
  const fetchMetadata = boundedFetch(nowMs)
  const location = `${base.href.replace(/\/$/u, '')}/.well-known/openid-configuration`
  let found: Promise<JWTVerifyGetKey> | undefined
  return async (header, token) => {
    found ??= find().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return (await found)(header, token)
  }

  async function find(): Promise<JWTVerifyGetKey> {
    const response = await fetchMetadata(location, { signal: AbortSignal.timeout(timeoutMs) })
    const metadata: unknown = await response.json()
    if (typeof metadata !== 'object' || metadata === null) throw new Error('the metadata is not an object')
    if (!('issuer' in metadata) || metadata.issuer !== issuer) throw new Error('the metadata names another issuer')
    if (!('jwks_uri' in metadata) || typeof metadata.jwks_uri !== 'string')
      throw new Error('the metadata names no keys')
    return remoteKeys(trusted(metadata.jwks_uri), nowMs, read)
  }
}

/** A bad address in the metadata is the issuer's fault, not the configuration's: it refuses the token. */
function trusted(address: string): URL {
  try {
    return keysUrl(address, 'jwks_uri')
  } catch (cause) {
    throw new Error('the metadata names keys at an address that is not trusted', { cause })
  }
}
