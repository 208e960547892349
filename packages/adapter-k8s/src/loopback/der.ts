/** Writes values in the Distinguished Encoding Rules of ASN.1 (X.690, section 10): what a certificate is made of, and no more. */

/** One value: what it is, how long it is, and what it says. */
function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  const significant = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.from([0x80 | significant.length]), significant])
}

export const sequence = (...values: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(values))
export const set = (...values: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(values))
export const yes: Buffer = tagged(0x01, Buffer.from([0xff]))
export const octets = (content: Uint8Array): Buffer => tagged(0x04, content)
export const text = (content: string): Buffer => tagged(0x0c, Buffer.from(content, 'utf8'))

/** A number that is not negative, its bytes from the highest on. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const significant = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first))
  const isSigned = (significant[0] ?? 0) >= 0x80
  return tagged(0x02, isSigned ? Buffer.concat([Buffer.from([0]), significant]) : significant)
}

/** `unused`: how many of the last bits say nothing. */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unused]), content]))
}

/** An object identifier, as `2.5.29.17`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(sevenBits)]))
}

function sevenBits(arc: number): number[] {
  const digits = [arc & 0x7f]
  for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}

/** A moment, to the second: in the form that its year asks for (RFC 5280, section 4.1.2.5). */
export function moment(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}

/** A value that its place says the type of: bytes, or where it holds others, these. */
export function atPlace(place: number, content: Uint8Array, isConstructed = false): Buffer {
  return tagged((isConstructed ? 0xa0 : 0x80) | place, content)
}
