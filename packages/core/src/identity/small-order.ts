/**
 * The y coordinates of the points of Ed25519 whose order divides 8, also where they are written modulo p (RFC 8032
 * section 5.1): for such a public key, one in eight signatures that anybody makes up verifies.
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether 32 bytes are an Ed25519 public key of small order, whatever the sign of its x coordinate. */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = Buffer.from(publicKey)
  y.writeUInt8((y.at(-1) ?? 0) & 0x7f, y.length - 1)
  return smallOrder.has(y.toString('hex'))
}
