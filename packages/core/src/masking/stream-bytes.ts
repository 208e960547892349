import { maskText, type MaskStream, type MaskStreamOptions } from './stream.js'
import { utf8Length, utf8Value } from './views/utf8.js'

/**
 * Masks bytes of UTF-8 that come in parts, as {@link maskText} does text. Bytes that are no UTF-8 come out as they are, unless
 * they are inside of a finding; a character that is split waits for its rest.
 */
export function maskBytes(options: MaskStreamOptions): MaskStream<Uint8Array> {
  const text = maskText(options)
  let waiting = new Uint8Array(0)
  return {
    push(chunk) {
      const bytes = waiting.length === 0 ? chunk : joined(waiting, chunk)
      const whole = wholeLength(bytes)
      // The caller may use its buffer again.
      waiting = bytes.slice(whole)
      return encoded(text.push(decoded(bytes.subarray(0, whole))))
    },
    flush: () => encoded(text.flush()),
    end() {
      const last = text.push(decoded(waiting))
      waiting = new Uint8Array(0)
      return encoded(last + text.end())
    },
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** Where bytes that are no UTF-8 stand: low surrogates, one for each byte, which no text in UTF-8 has alone. */
const escape = 0xdc00

function decoded(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return decodedWithBytes(bytes)
  }
}

function decodedWithBytes(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length;) {
    const value = utf8Value(bytes, at)
    pieces.push(value === undefined ? String.fromCharCode(escape + (bytes[at] ?? 0)) : String.fromCodePoint(value))
    at += value === undefined ? 1 : utf8Length(bytes[at] ?? 0)
  }
  return pieces.join('')
}

function encoded(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text)
  const parts: Uint8Array[] = []
  let from = 0
  for (const { 0: unit, index } of text.matchAll(/(?<![\ud800-\udbff])[\udc80-\udcff]/g)) {
    parts.push(encoder.encode(text.slice(from, index)), Uint8Array.of(unit.charCodeAt(0) - escape))
    from = index + 1
  }
  parts.push(encoder.encode(text.slice(from)))
  return joined(...parts)
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Without a character at the end that may have more bytes to come. */
function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return utf8Length(byte) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
