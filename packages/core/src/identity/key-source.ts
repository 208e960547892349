import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import { discoverKeys } from './discovery.js'
import { keysUrl } from './keys-url.js'
import type { Jose } from './load-jose.js'
import { loadJose } from './load-jose.js'
import type { ReadKeys } from './remote-keys.js'
import { maxKeys, remoteKeys } from './remote-keys.js'
import { strongKeys } from './strong-key.js'

/** Where the issuer's public keys are: a URL, a JWK set (RFC 7517) or its JSON text. Left out: asked of the issuer. */
export type KeySetOption = string | URL | { readonly keys: readonly object[] } | undefined

/**
 * The keys that a token's signature is checked with. A remote set is fetched over https (http on loopback only),
 * at most 256 KiB, within 5 s, kept for 5 minutes; after a failure nothing is fetched for 5 s and tokens are refused.
 * `read` makes of the set's keys those that are used. Weak keys are refused when a token uses them. Throws ERR_CONFIG_INVALID for anything else than public keys.
 */
export function keySource(
  option: KeySetOption,
  issuer: string,
  clock: Clock,
  read: ReadKeys = (keys) => keys,
): JWTVerifyGetKey {
  // The monotonic clock of a machine that sleeps stands still.
  const time = new ForwardTime(clock)
  return strongKeys(keysOf(option, issuer, () => time.nowMs(), read))
}

function keysOf(option: KeySetOption, issuer: string, nowMs: () => number, read: ReadKeys): JWTVerifyGetKey {
  if (option === undefined) return discoverKeys(keysUrl(issuer, 'issuer'), issuer, nowMs, read)
  if (option instanceof URL) return remoteKeys(keysUrl(option.href, 'jwks'), nowMs, read)
  if (typeof option === 'object') return localKeys(option, read)
  if (option.trimStart().startsWith('{')) return localKeys(parseJson(option), read)
  return remoteKeys(keysUrl(option, 'jwks'), nowMs, read)
}

/** Checks a copy, so that later changes of the set change nothing. */
function localKeys(option: unknown, read: ReadKeys): JWTVerifyGetKey {
  const set = copied(option)
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > maxKeys) {
    throw wrong(`jwks needs "keys" with 1 to ${String(maxKeys)} public keys`)
  }
  for (const key of keys as readonly unknown[]) assertPublic(key)
  if (![set, ...(keys as readonly unknown[])].every(isGroup)) throw wrong('jwks is not a JWK set')
  // It has the shape of one now; jose looks at it once more.
  return onceLoaded(({ createLocalJWKSet }) => createLocalJWKSet({ keys: read(keys) } as JSONWebKeySet))
}

function copied(set: unknown): unknown {
  try {
    return structuredClone(set)
  } catch (cause) {
    throw wrong('jwks is not a JWK set', cause)
  }
}

function isGroup(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** Keys that are made when the first token asks for them. */
function onceLoaded(make: (jose: Jose) => JWTVerifyGetKey): JWTVerifyGetKey {
  let made: JWTVerifyGetKey | undefined
  return async (header, token) => {
    const jose = await loadJose()
    made ??= make(jose)
    return made(header, token)
  }
}

function assertPublic(key: unknown): void {
  if (typeof key !== 'object' || key === null || !('kty' in key)) throw wrong('jwks has a member that is not a key')
  if (key.kty === 'oct') throw wrong('jwks has a symmetric key, with which whoever verifies could also sign')
  if ('d' in key || 'priv' in key) throw wrong('jwks has a private key')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong('jwks is not valid JSON', cause)
  }
}

function wrong(what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`, {
    cause,
    hint: "give the issuer's public keys as an https URL or as { keys: [...] }",
  })
}
