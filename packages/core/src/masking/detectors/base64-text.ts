const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The UTF-8 text of unpadded base64url (RFC 4648, section 5). Undefined: it is none. */
export function base64Text(encoded: string): string | undefined {
  const bytes: number[] = []
  let [bits, value] = [0, 0]
  for (const char of encoded) {
    const digit = alphabet.indexOf(char)
    if (digit < 0) return undefined
    value = ((value << 6) | digit) & 0xff_ff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >> bits) & 0xff)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
