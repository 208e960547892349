import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { atPlace, bits, identifier, integer, moment, octets, sequence, set, text, yes } from './der.js'

/** What a server on 127.0.0.1 proves itself with, and what its clients know it by. */
export interface ServerIdentity {
  /** Of the authority. The only one of these that leaves the process. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const oids = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectAltName: '2.5.29.17',
  nameConstraints: '2.5.29.30',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
} as const

const loopback = [127, 0, 0, 1]

/** No door is open for longer. A clock that is a little behind still takes them. */
const dayMs = 86_400_000
const before = dayMs
const after = 366 * dayMs

/**
 * Makes an authority, and a certificate of it for 127.0.0.1. The key of the authority is forgotten at once: it signs nothing else,
 * for nobody. Nothing is written.
 */
export function serverIdentity(now: Date): ServerIdentity {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issued = { issuer: 'bothkeys loopback authority', now, signer: authority.privateKey }
  return {
    authority: certificate({
      ...issued,
      subject: issued.issuer,
      key: authority.publicKey,
      extensions: [
        extension(oids.basicConstraints, sequence(yes, integer(Uint8Array.of(0)))),
        // keyCertSign alone
        extension(oids.keyUsage, bits(Uint8Array.of(0x04), 2)),
        extension(oids.nameConstraints, sequence(atPlace(0, onlyLoopback, true))),
        informing(oids.subjectKeyIdentifier, octets(nameOf(authority.publicKey))),
      ],
    }),
    certificate: certificate({
      ...issued,
      subject: 'bothkeys loopback door',
      key: server.publicKey,
      extensions: [
        extension(oids.basicConstraints, sequence()),
        // digitalSignature alone
        extension(oids.keyUsage, bits(Uint8Array.of(0x80), 7)),
        extension(oids.extendedKeyUsage, sequence(identifier(oids.serverAuth))),
        extension(oids.subjectAltName, sequence(atPlace(7, Uint8Array.from(loopback)))),
        informing(oids.authorityKeyIdentifier, sequence(atPlace(0, nameOf(authority.publicKey)))),
      ],
    }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** 127.0.0.1 with the mask of one address, and `localhost`: where a kind of name has none, all of that kind are good (RFC 5280, section 4.2.1.10). */
const onlyLoopback = Buffer.concat([
  sequence(atPlace(7, Uint8Array.from([...loopback, 255, 255, 255, 255]))),
  sequence(atPlace(2, Buffer.from('localhost'))),
])

/** What a certificate says, and who signs it. */
export interface Certificate {
  readonly subject: string
  readonly key: KeyObject
  readonly issuer: string
  readonly signer: KeyObject
  readonly now: Date
  readonly extensions: readonly Buffer[]
}

/** A certificate in version 3 (RFC 5280, section 4.1), as PEM. */
export function certificate({ extensions, issuer, key, now, signer, subject }: Certificate): string {
  const algorithm = sequence(identifier(oids.ecdsaWithSha256))
  const named = (name: string): Buffer => sequence(set(sequence(identifier(oids.commonName), text(name))))
  const validity = sequence(moment(new Date(now.getTime() - before)), moment(new Date(now.getTime() + after)))
  const signed = sequence(
    atPlace(0, integer(Uint8Array.of(2)), true),
    integer(randomBytes(16)),
    algorithm,
    named(issuer),
    validity,
    named(subject),
    key.export({ type: 'spki', format: 'der' }),
    atPlace(3, sequence(...extensions), true),
  )
  const whole = sequence(signed, algorithm, bits(sign('sha256', signed, signer)))
  const lines = whole.toString('base64').replaceAll(/.{1,64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`
}

/** What names a key (RFC 5280, section 4.2.1.2). */
function nameOf(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

/** Critical: who does not understand them must not take the certificate. */
function extension(oid: string, value: Buffer): Buffer {
  return sequence(identifier(oid), yes, octets(value))
}

/** For those who look for it. */
function informing(oid: string, value: Buffer): Buffer {
  return sequence(identifier(oid), octets(value))
}
