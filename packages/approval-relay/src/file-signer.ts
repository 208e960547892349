import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto'
import { open, writeFile } from 'node:fs/promises'
import { BothKeysError } from '@bothkeys/core'
import type { Signer } from './signer.js'

const maxBytes = 16 * 1024

/** How each kind of key signs, and which of its members make its thumbprint (RFC 7638 section 3.2). */
const kinds = {
  'P-256': { algorithm: 'ES256', digest: 'sha256', members: ['crv', 'kty', 'x', 'y'] },
  Ed25519: { algorithm: 'EdDSA', digest: null, members: ['crv', 'kty', 'x'] },
} as const

/**
 * Signs with the key in a file: a JWK, as `createSignerKey` writes it, or PKCS#8 in PEM; P-256 (ES256) or Ed25519 (EdDSA). The
 * key is read once. Rejects with ERR_CONFIG_INVALID when the file is open to group or others, another user's, or holds no such
 * key; the message never holds anything of the file.
 *
 * @example
 * createRelay({ signer: fileSigner('./relay-key.json'), … })
 */
export async function fileSigner(path: string): Promise<Signer> {
  const text = await privateText(path)
  const key = keyOf(text, path)
  // A public key's JWK has no private member.
  const publicKey = createPublicKey(key)
  const jwk = publicKey.export({ format: 'jwk' }) as Readonly<Record<string, string>>
  const kind = jwk['crv'] === 'P-256' || jwk['crv'] === 'Ed25519' ? kinds[jwk['crv']] : undefined
  if (kind === undefined) throw wrong(path, 'holds a key that is neither P-256 nor Ed25519')
  const members = Object.fromEntries(kind.members.map((name) => [name, jwk[name] ?? '']))
  const keyId = hash('sha256', JSON.stringify(members), 'base64url')
  return Object.freeze({
    algorithm: kind.algorithm,
    keyId,
    publicJwk: Object.freeze({ ...members, kid: keyId, alg: kind.algorithm, use: 'sig' }),
    async sign(signingInput: Uint8Array): Promise<Uint8Array> {
      return Promise.resolve(sign(kind.digest, signingInput, { key, dsaEncoding: 'ieee-p1363' }))
    },
  })
}

/**
 * Makes a key for `fileSigner` and writes it as a JWK to a new file that only this user can read (0600). Answers the public JWK.
 * Rejects with ERR_CONFIG_INVALID when the file exists.
 */
export async function createSignerKey(
  path: string,
  { algorithm = 'ES256' }: { readonly algorithm?: 'ES256' | 'EdDSA' } = {},
): Promise<Signer['publicJwk']> {
  const { privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  try {
    await writeFile(path, `${JSON.stringify(privateKey.export({ format: 'jwk' }))}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
  } catch (cause) {
    throw wrong(path, 'could not be made', cause)
  }
  return (await fileSigner(path)).publicJwk
}

/** Whether a signature is the one that the public key of the signer says it is. Never throws. */
export function signatureIsGood(signer: Signer, jws: string): boolean {
  const end = jws.lastIndexOf('.')
  try {
    const key = createPublicKey({ key: { ...signer.publicJwk }, format: 'jwk' })
    const digest = signer.algorithm === 'ES256' ? 'sha256' : null
    const signature = Buffer.from(jws.slice(end + 1), 'base64url')
    return verify(digest, Buffer.from(jws.slice(0, end)), { key, dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}

/** Looked at once it is open, so that what was looked at is what is read. */
async function privateText(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw wrong(path, 'cannot be read', cause)
  })
  try {
    const status = await file.stat()
    const user = process.geteuid?.()
    if (!status.isFile() || status.size > maxBytes) throw wrong(path, 'is no file with one key')
    if (user !== undefined && (status.mode & 0o077) !== 0) throw wrong(path, 'is open to group or others')
    // Secrets are often mounted as root's.
    if (user !== undefined && status.uid !== user && status.uid !== 0) throw wrong(path, 'belongs to another user')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function keyOf(text: string, path: string): KeyObject {
  try {
    if (!text.trimStart().startsWith('{')) return createPrivateKey(text)
    // What is no JWK is refused by what reads it.
    return createPrivateKey({ key: JSON.parse(text) as Record<string, string>, format: 'jwk' })
  } catch {
    // What the parser says could hold some of the key.
    throw wrong(path, 'holds no private key that can be read')
  }
}

function wrong(path: string, what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `the signing key ${path} ${what}`, {
    hint: 'make one with createSignerKey(path), readable by the user of the relay alone (chmod 600)',
    ...(cause === undefined ? {} : { cause }),
  })
}
