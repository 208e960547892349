import { isUtf8 } from 'node:buffer'
import { hashed, hashSeed } from './known-bytes.js'

const [quote, backslash, minus, zero, nine] = [0x22, 0x5c, 0x2d, 0x30, 0x39] as const
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d] as const

/** Bytes of identifiers, and of times. */
export const [ofIdentifiers, ofTimes] = [1, 2] as const
const classes = Uint8Array.from({ length: 256 }, (_, code) => {
  const unit = String.fromCharCode(code)
  return (/[\w./:-]/.test(unit) ? ofIdentifiers : 0) | (/[\d:TZ.+-]/.test(unit) ? ofTimes : 0)
})

/** A place in bytes of JSON, and what was passed last. Where bytes end too early, the place is behind them. */
export class JsonReader {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  /** Where the text that was passed last begins and ends, without its quotes. */
  start = 0
  end = 0
  hash = 0
  /** Whether its bytes are not what it says. */
  isOdd = false

  /** Passes a text, from its quote on. False: it goes on. */
  passText(): boolean {
    const { bytes } = this
    const { length } = bytes
    const start = this.at + 1
    let hash = hashSeed
    let isOdd = false
    let at = start
    for (; at < length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === quote) break
      hash = Math.imul(hash ^ byte, hashed)
      if (byte >= 0x20 && byte < 0x80 && byte !== backslash) continue
      isOdd = true
      if (byte === backslash) at += 1
    }
    this.start = start
    this.end = at
    this.hash = hash
    this.isOdd = isOdd
    this.at = Math.min(at + 1, length)
    return at < length
  }

  /** What the text says that was passed last. Undefined: it is no UTF-8. Throws where it is no JSON. */
  decoded(): string | undefined {
    if (!this.isOdd) return this.bytes.toString('latin1', this.start, this.end)
    const bytes = this.bytes.subarray(this.start - 1, this.end + 1)
    return isUtf8(bytes) ? (JSON.parse(bytes.toString('utf8')) as string) : undefined
  }

  /** Passes a text of bytes of a class. False: there is none, and it stays where it is. */
  passTextOf(which: number, most: number): boolean {
    const { bytes } = this
    if (bytes[this.at] !== quote) return false
    const start = this.at + 1
    let at = start
    while (((classes[bytes[at] ?? 0] ?? 0) & which) !== 0) at += 1
    if (bytes[at] !== quote || at - start > most) return false
    this.at = at + 1
    return true
  }

  /** Passes a whole number that JSON.stringify writes like this, as if it were a text. How many digits it has; 0: it is none. */
  passNumber(): number {
    const { bytes } = this
    const start = this.at
    const first = bytes[start] === minus ? start + 1 : start
    let at = first
    let hash = hashSeed
    for (let byte = bytes[at] ?? 0; byte >= zero && byte <= nine; byte = bytes[at] ?? 0) {
      hash = Math.imul(hash ^ byte, hashed)
      at += 1
    }
    this.at = at
    this.start = start
    this.end = at
    this.hash = hash
    this.isOdd = false
    const digits = at - first
    if (digits > 15 || (bytes[first] === zero && (digits > 1 || first > start))) return 0
    return digits
  }

  passWord(word: Uint8Array): boolean {
    for (let index = 0; index < word.length; index++) {
      if (this.bytes[this.at] !== word[index]) return false
      this.at += 1
    }
    return true
  }

  /** Passes a list whatever is in it. False: there is none, or it goes on. */
  passList(): boolean {
    const { bytes } = this
    const { length } = bytes
    if (bytes[this.at] !== openBracket) return false
    let depth = 0
    for (; this.at < length; this.at++) {
      const byte = bytes[this.at]
      if (byte === quote) {
        if (!this.passText()) return false
        this.at -= 1
      } else if (byte === openBrace || byte === openBracket) depth += 1
      else if (byte === closeBrace || byte === closeBracket) depth -= 1
      if (depth === 0) {
        this.at += 1
        return true
      }
    }
    return false
  }
}
