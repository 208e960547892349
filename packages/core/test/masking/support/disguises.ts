const bytes = (value: string): string => Buffer.from(value).toString('hex')
const each = (value: string, write: (letter: string, code: number) => string): string =>
  [...value].map((letter) => write(letter, letter.charCodeAt(0))).join('')
const groups = (value: string, size: number): string[] => value.match(new RegExp(`.{1,${String(size)}}`, 'g')) ?? []
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0')
const fullWidth = (value: string): string => each(value, (_, code) => String.fromCharCode(code + 0xfee0))
const arabic = (value: string): string => value.replaceAll(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))
const middle = (value: string, between: string): string =>
  `${value.slice(0, value.length >> 1)}${between}${value.slice(value.length >> 1)}`
const looks: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  c: 'с',
  p: 'р',
  x: 'х',
  A: 'А',
  E: 'Е',
  S: 'Ѕ',
  B: 'В',
  T: 'Т',
}

/** How one value may be written so that a plain pattern does not see it. */
export const disguises: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  'zero-width spaces': (value) => each(value, (letter) => `${letter}\u200b`),
  'soft hyphens': (value) => groups(value, 3).join('\u00ad'),
  'no-break spaces': (value) => groups(value, 4).join('\u00a0'),
  'en dashes': (value) => (value.includes('-') ? value.replaceAll('-', '–') : groups(value, 4).join('–')),
  'full width': fullWidth,
  'digits of another script': (value) => (/\d/.test(value) ? arabic(value) : fullWidth(value)),
  'look-alikes': (value) =>
    /[aeocpxAESBT]/.test(value) ? each(value, (letter) => looks[letter] ?? letter) : fullWidth(value),
  'combining marks': (value) => each(value, (letter) => `${letter}\u0332`),
  'ANSI colours': (value) => each(value, (letter) => `\u001b[31m${letter}\u001b[0m`),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 twice': (value) => Buffer.from(Buffer.from(value).toString('base64')).toString('base64'),
  hex: bytes,
  'bytea in hex': (value) => `\\x${bytes(value)}`,
  'percent encoding': (value) => each(value, (_, code) => `%${hex(code, 2)}`),
  'JSON escapes': (value) => each(value, (_, code) => `\\u${hex(code, 4)}`),
  'HTML entities': (value) => each(value, (_, code) => `&#${String(code)};`),
  'base64 of percent encoding': (value) => Buffer.from(each(value, (_, code) => `%${hex(code, 2)}`)).toString('base64'),
  'a line break': (value) => middle(value, '\n'),
  'spaced out': (value) => [...value].join(' '),
  'dots every four': (value) => groups(value, 4).join('.'),
  'glued to letters': (value) => `ref${value}ok`,
  reversed: (value) => [...value].toReversed().join(''),
  rot13: (value) =>
    value.replaceAll(/[a-z]/gi, (letter) => {
      const base = letter < 'a' ? 65 : 97
      return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
    }),
}
