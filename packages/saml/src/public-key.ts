import { createPublicKey, X509Certificate } from 'node:crypto'
import type { BothKeysError } from '@bothkeys/core/verifier'

const onePem = /^\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[A-Za-z0-9+/=\s]+-----END \1-----\s*$/u
const minModulusBits = 2_048

/**
 * The public key of a certificate or a public key in PEM, as PEM. RSA of 2048 bits or more: what a metadata file says of a
 * certificate's dates and names does not matter, its key is trusted because it is listed. Throws what `wrong` makes.
 */
export function publicKeyPem(pem: unknown, wrong: (what: string) => BothKeysError): string {
  const [, kind] = typeof pem === 'string' ? (onePem.exec(pem) ?? []) : []
  if (typeof pem !== 'string' || kind === undefined)
    throw wrong('certificates must be certificates or public keys in PEM, one in each text')
  const key = readable(pem, kind)
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {}
  // With the exponent 1 anybody can write signatures.
  if (key?.asymmetricKeyType !== 'rsa' || modulusLength < minModulusBits || publicExponent < 3n)
    throw wrong(`certificates must hold RSA keys of ${String(minModulusBits)} bits or more`)
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function readable(pem: string, kind: string): ReturnType<typeof createPublicKey> | undefined {
  try {
    return kind === 'CERTIFICATE' ? new X509Certificate(pem).publicKey : createPublicKey(pem)
  } catch {
    return undefined
  }
}
