import type { Detector, Match } from '@bothkeys/core/masking'

/** Small detectors: what is tried here is how texts are read, and not what the patterns know. */
function detector(
  type: string,
  longest: number,
  needs: Detector['needs'],
  pattern: RegExp,
  isOne: (text: string) => boolean = () => true,
): Detector {
  return {
    type,
    longest,
    needs,
    find: (text) =>
      [...text.matchAll(pattern)].flatMap(({ 0: value, index }): Match[] =>
        isOne(value) ? [{ start: index, end: index + value.length, score: 0.9 }] : [],
      ),
  }
}

export const card = detector(
  'card',
  23,
  { digits: 13 },
  /(?<![\w.]|\d[ -])\d(?:[ -]?\d){12,18}(?![\w]|[ -]?\d)/g,
  (text) => {
    const digits = [...text.replaceAll(/\D/g, '')].map(Number).toReversed()
    return (
      digits.reduce((sum, digit, at) => sum + (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) %
        10 ===
      0
    )
  },
)
export const iban = detector(
  'iban',
  42,
  { digits: 8 },
  /(?<!\w)[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?(?!\w)/gi,
  (text) => {
    const plain = text.replaceAll(' ', '').toUpperCase()
    const digits = [...(plain.slice(4) + plain.slice(0, 4))].map((letter) => Number.parseInt(letter, 36)).join('')
    return BigInt(digits) % 97n === 1n
  },
)
export const email = detector(
  'email',
  320,
  { anyOf: ['@'] },
  /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi,
)
export const ssn = detector('ssn', 11, { digits: 9 }, /(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])/g)
export const key = detector('key', 64, { anyOf: ['sk_live_'] }, /sk_live_[\da-z]{16,40}/gi)
export const token = detector(
  'token',
  4096,
  { anyOf: ['eyj'] },
  /(?<![\w-])eyJ[\w-]{10,1000}\.[\w-]{10,2000}\.[\w-]{10,900}/g,
)
export const pem = detector(
  'pem',
  8192,
  { anyOf: ['private key'] },
  /-----BEGIN PRIVATE KEY-----[\w+/=\s]*(?:-----END PRIVATE KEY-----)?/g,
)

export const detectors: readonly Detector[] = Object.freeze([card, iban, email, ssn, key, token, pem])

export const values = {
  card: '4111111111111111',
  iban: 'GB82WEST12345698765432',
  email: 'jane.doe@example.com',
  ssn: '123-45-6789',
} as const
