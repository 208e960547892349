import { createPublicKey, sign } from 'node:crypto'

/** DER (X.690): a tag, a length, the content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content)
  const length =
    bytes.length < 128 ? Buffer.from([bytes.length]) : Buffer.from([0x82, bytes.length >> 8, bytes.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), length, bytes])
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const rsaSha256 = sequence(oid('2a864886f70d01010b'), der(0x05))
const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('idp')))))
const dates = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('200102000000Z')))

/** A certificate that its own key signed (RFC 5280), which has expired long ago, as PEM. */
export function certificate({
  privateKey,
  publicKey,
}: {
  readonly privateKey: string
  readonly publicKey: string
}): string {
  const key = createPublicKey(publicKey).export({ type: 'spki', format: 'der' })
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const content = sequence(version, der(0x02, Buffer.from([1])), rsaSha256, name, dates, name, key)
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const lines =
    sequence(content, rsaSha256, signature)
      .toString('base64')
      .match(/.{1,64}/gu) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
