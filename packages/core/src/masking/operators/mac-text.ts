import type { MaskKey } from '../operator.js'

const encoder = new TextEncoder()

/**
 * The MAC of a purpose and some texts. The message is the purpose, and of each text a byte that says how it is encoded, its
 * length in bytes (32 bits, big endian) and its bytes, so that no two lists of texts make the same message. Throws what the
 * key throws, and when it answers anything but 32 bytes.
 */
export function macOf(key: MaskKey, purpose: string, texts: readonly string[]): Uint8Array {
  const parts = [purpose, ...texts].map(framed)
  const message = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    message.set(part, at)
    at += part.length
  }
  const mac: unknown = key.mac(message)
  if (!(mac instanceof Uint8Array) || mac.length !== 32) throw new TypeError('a MAC has 32 bytes')
  return mac
}

function framed(text: string): Uint8Array {
  const isUtf8 = text.isWellFormed()
  const bytes = isUtf8 ? encoder.encode(text) : codeUnits(text)
  const frame = new Uint8Array(bytes.length + 5)
  const view = new DataView(frame.buffer)
  view.setUint8(0, isUtf8 ? 0 : 1)
  view.setUint32(1, bytes.length)
  frame.set(bytes, 5)
  return frame
}

/** UTF-8 has no bytes for half a character, and would make one text of several. */
function codeUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index))
  return bytes
}
