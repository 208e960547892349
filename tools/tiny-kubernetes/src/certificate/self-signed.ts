import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { bitString, der, identifier, integer, sequence, tagged, utcTime } from './der.js'

/** A key, and a certificate for 127.0.0.1 that is its own authority. Both as PEM. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'))
const day = 24 * 60 * 60 * 1000

/** Makes one for a few days (RFC 5280), without any program beside this one. */
export function selfSigned(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(identifier('2.5.4.3'), der(0x0c, Buffer.from('tiny-kubernetes')))))
  const now = Date.now()
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(12)])
  const content = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(now - day)), utcTime(new Date(now + 7 * day))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions())),
  )
  const signature = sign('sha256', content, privateKey)
  const certificate = sequence(content, ecdsaWithSha256, bitString(signature))
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines(certificate.toString('base64'))}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** An authority, for a server, on loopback. */
function extensions(): readonly Buffer[] {
  const yes = der(0x01, Buffer.from([0xff]))
  const extension = (type: string, value: Buffer, ...critical: readonly Buffer[]): Buffer =>
    sequence(identifier(type), ...critical, der(0x04, value))
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  return [
    extension('2.5.29.19', sequence(yes), yes),
    extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', names),
  ]
}

function lines(base64: string): string {
  return base64.replaceAll(/.{64}(?=.)/g, '$&\n')
}
