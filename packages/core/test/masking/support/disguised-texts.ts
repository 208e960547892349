import { fc } from '../../properties.js'
import { disguises } from './disguises.js'
import { examples } from './examples.js'

const base64 = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('base64')
const hex = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('hex')

/** In full width. */
export const wide = (value: string): string =>
  value.replaceAll(/[!-~]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0))

const bytes = fc.uint8Array({ maxLength: 12 })
const value = fc.constantFrom(
  ...examples.map(([, example]) => example),
  '4111',
  '1111 1111',
  '@example.com',
  'ssn',
  'card',
)
const write = fc.constantFrom(...Object.values(disguises), wide)
/** A value among bytes that are no text. */
const amid = fc
  .tuple(bytes, value, bytes)
  .map(([before, text, behind]) => Buffer.concat([before, Buffer.from(text), behind]))
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(value, fc.array(write, { maxLength: 2 }))
      .map(([text, writes]) => writes.reduce((one, each) => each(one), text)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        amid,
        fc.constantFrom(hex, base64, (of: Uint8Array) => Buffer.from(of).toString('base64url')),
      )
      .map(([of, encode]) => encode(of)),
  },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 9, maxLength: 32 }).map(hex) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 9, maxLength: 32 }).map(base64) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'José',
      '東京',
      'Łódź',
      '\u0007',
      '\u001b[1m',
      '\r\n',
      '\ufffd',
      '４',
      '%40',
      '\\n',
      '&#64;',
      '@',
      '::',
      'call',
      'born',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[\d .-]{1,24}$/) },
)
const between = fc.constantFrom('', ' ', ' ', '\n', ', ', '-', '/', '=', ': ', '"')
/** Values in disguises and in encodings, beside bytes that are no text, accents and controls. */
export const disguisedTexts: fc.Arbitrary<string> = fc
  .array(fc.tuple(piece, between), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([text, behind]) => text + behind).join(''))
