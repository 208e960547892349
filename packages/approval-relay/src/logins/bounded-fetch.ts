import { BothKeysError } from '@bothkeys/core'
import { readAtMost, secureUrl } from '@bothkeys/core/relay'

const maxBytes = 1024 * 1024

/** Asks a provider: over https, or http on loopback, without following redirects, and reads no more than a mebibyte. */
export async function boundedFetch(url: string, options: object): Promise<Response> {
  if (!isSecureAddress(url)) throw refused('it points to an address that is not secure')
  const response = await fetch(url, { ...options, redirect: 'manual' })
  const bytes = await readAtMost(response, maxBytes)
  // A body, even an empty one, goes with few statuses alone.
  return new Response(bytes.byteLength === 0 ? null : bytes, { status: response.status, headers: response.headers })
}

/** Whether an address is https, or http on loopback. */
export function isSecureAddress(address: unknown): boolean {
  if (typeof address !== 'string') return false
  try {
    secureUrl(address, 'it', refused)
    return true
  } catch {
    return false
  }
}

function refused(why: string): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', `the identity provider was not asked further: ${why}`)
}
