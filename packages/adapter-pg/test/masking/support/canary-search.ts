import { createHash } from 'node:crypto'

/** Finds protected values and what may be made of them in anything that came back. */
export class CanarySearch {
  /** Slices of five letters of the values, in lower case, forwards and backwards. */
  readonly #slices = new Set<string>()
  /** Longer texts that nothing else makes. */
  readonly #forms = new Map<string, Buffer>()

  constructor(canaries: readonly string[]) {
    for (const canary of canaries) {
      if (/^[a-z]+$/i.test(canary)) this.#addLetters(canary)
      else if (/^\d+-\d+-\d+$/.test(canary)) this.#addDay(canary)
      else this.#addNumber(canary)
      this.#addEncoded(canary)
    }
  }

  /** What of the protected values these bytes give away, or undefined. */
  find(bytes: Buffer): string | undefined {
    const text = bytes.toString('latin1').toLowerCase()
    for (let at = 0; at + sliceLength <= text.length; at += 1) {
      const slice = text.slice(at, at + sliceLength)
      if (this.#slices.has(slice)) return `the slice ${slice}`
    }
    for (const [form, searched] of this.#forms) if (bytes.includes(searched)) return `the form ${form}`
    return undefined
  }

  #addLetters(canary: string): void {
    const lower = canary.toLowerCase()
    for (const text of [lower, [...lower].toReversed().join('')]) {
      for (let at = 0; at + sliceLength <= text.length; at += 1) this.#slices.add(text.slice(at, at + sliceLength))
    }
  }

  #addDay(canary: string): void {
    const [year = '', month = '', day = ''] = canary.split('-')
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day))
    const days = Math.round((at - Date.UTC(2000, 0, 1)) / 86_400_000)
    for (const form of [canary, `${day}.${month}.${year}`, `${month}/${day}/${year}`, `${year}${month}${day}`]) this.#add(form)
    this.#add(String(at / 1000))
    const binary = Buffer.alloc(8)
    binary.writeInt32BE(4, 0)
    binary.writeInt32BE(days, 4)
    this.#forms.set(`${canary} as a binary date`, binary)
  } // prettier-ignore

  #addNumber(canary: string): void {
    const [whole = '', fraction = ''] = canary.split('.')
    this.#add(canary)
    this.#add(whole)
    this.#add([...canary].toReversed().join(''))
    const digits = [Number(whole.slice(0, -4)), Number(whole.slice(-4)), Number(fraction.padEnd(4, '0'))]
    if (fraction === '' || whole.length > 8) return
    const binary = Buffer.alloc(6)
    digits.forEach((digit, at) => binary.writeInt16BE(digit, at * 2))
    this.#forms.set(`${canary} as a binary number`, binary)
  }

  #addEncoded(canary: string): void {
    for (const form of [canary, canary.toUpperCase(), canary.toLowerCase()]) {
      const bytes = Buffer.from(form)
      this.#add(bytes.toString('hex').slice(0, 16))
      // Whatever stands before it, a part of it is encoded in one of three ways.
      for (const skipped of [0, 1, 2]) this.#add(bytes.subarray(skipped).toString('base64').slice(0, 8))
      for (const algorithm of ['md5', 'sha256']) this.#add(createHash(algorithm).update(form).digest('hex'))
    }
  }

  #add(form: string): void {
    this.#forms.set(form, Buffer.from(form))
  }
}

const sliceLength = 5
