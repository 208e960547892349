/** How many bytes the character has that this byte begins; 1 for a byte that begins none. */
export function utf8Length(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (first >= 0xe0 && first <= 0xef) return 3
  if (first >= 0xf0 && first <= 0xf4) return 4
  return 1
}

/** The code point that begins at `at` (RFC 3629); undefined when these bytes are no well-formed UTF-8. */
export function utf8Value(bytes: ArrayLike<number>, at: number): number | undefined {
  const first = bytes[at] ?? 0xff
  if (first < 0x80) return first
  const length = utf8Length(first)
  if (length === 1) return undefined
  let value = first & (0x7f >> length)
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0xff
    if ((byte & 0xc0) !== 0x80) return undefined
    value = (value << 6) | (byte & 0x3f)
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000
  const isSurrogate = value >= 0xd800 && value <= 0xdfff
  return value < least || value > 0x10ffff || isSurrogate ? undefined : value
}
