import { BothKeysError } from '@bothkeys/core'

const maxBytes = 1024 * 1024

/** Asks a provider: over https, or http on loopback, without following redirects, and reads no more than a mebibyte. */
export async function boundedFetch(url: string, options: object): Promise<Response> {
  if (!isSecureAddress(url)) throw refused('it points to an address that is not secure')
  const response = await fetch(url, { ...options, redirect: 'manual' })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > maxBytes) throw refused('it answers with more than a mebibyte')
    chunks.push(chunk)
  }
  // A body, even an empty one, goes with few statuses alone.
  const body = length === 0 ? null : Buffer.concat(chunks)
  return new Response(body, { status: response.status, headers: response.headers })
}

/** Whether an address is https, or http on loopback. */
export function isSecureAddress(address: unknown): boolean {
  if (typeof address !== 'string' || !URL.canParse(address)) return false
  const { hostname, password, protocol, username } = new URL(address)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && /^(?:127\.0\.0\.1|\[::1\]|localhost)$/u.test(hostname))
}

function refused(why: string): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', `the identity provider was not asked further: ${why}`)
}
