import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { boundedFetch } from './bounded-fetch.js'
import { loadJose } from './load-jose.js'
import { ownMember } from './own-member.js'

/** What of an issuer's keys is used, and how. */
export type ReadKeys = (keys: readonly unknown[]) => readonly unknown[]

/** The most keys that a set may have. */
export const maxKeys = 100

const timeoutMs = 5_000
/** How long a fetched set is used: a key that the issuer removed works for so long. */
const maxAgeMs = 5 * 60_000
/** How soon a token with an unknown key makes the set be fetched again: a key that the issuer adds works after so long. */
const cooldownMs = 10_000

/**
 * Keys of a set (RFC 7517) that is fetched when the first token needs it, once however many wait for it. It is kept for
 * 5 minutes by a clock that never goes backwards, and no longer when the issuer is down: tokens are refused then. A token with an
 * unknown key makes it be fetched again, at most once in 10 seconds. Rejects with whatever went wrong.
 */
export function remoteKeys(url: URL, nowMs: () => number, read: ReadKeys): JWTVerifyGetKey {
  const fetchBounded = boundedFetch(nowMs)
  let current: { readonly keys: JWTVerifyGetKey; readonly atMs: number } | undefined
  let fetching: Promise<JWTVerifyGetKey> | undefined

  const isOlderThan = (ms: number): boolean => current === undefined || nowMs() - current.atMs >= ms

  async function fetchKeys(): Promise<JWTVerifyGetKey> {
    const response = await fetchBounded(url.href, { signal: AbortSignal.timeout(timeoutMs) })
    const set: unknown = await response.json()
    const keys = ownMember(set, 'keys')
    if (Array.isArray(keys) && keys.length > maxKeys) throw new Error('the set has too many keys')
    const { createLocalJWKSet } = await loadJose()
    // It throws at what is no key set.
    const used = Array.isArray(keys) ? { keys: read(keys) } : set
    current = { keys: createLocalJWKSet(used as JSONWebKeySet), atMs: nowMs() }
    return current.keys
  }

  function refetched(): Promise<JWTVerifyGetKey> {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  return async (header, token) => {
    const keys = current === undefined || isOlderThan(maxAgeMs) ? await refetched() : current.keys
    try {
      return await keys(header, token)
    } catch (error) {
      if (!isUnknownKey(error) || !isOlderThan(cooldownMs)) throw error
      return (await refetched())(header, token)
    }
  }
}

function isUnknownKey(error: unknown): boolean {
  return ownMember(error, 'code') === 'ERR_JWKS_NO_MATCHING_KEY'
}
