import { guards } from './k8s-masking-guards.mjs'

/** Passwords in URLs are masked wherever a text is, and URLs without one are shown. */
export const k8sMaskingUrlGuards = [
  ...guards(
    'string-mask',
    ['url-passwords'],
    [
      [
        'URLs are looked at without any rule',
        'withoutUrlPasswords(assigned, (value) => marker.of(value))',
        'texts === undefined ? assigned : withoutUrlPasswords(assigned, (value) => marker.of(value))',
      ],
    ],
  ),
  ...guards(
    'url-passwords',
    ['url-passwords'],
    [
      ['URLs in strings of JSON are URLs', String.raw`/:\\?\/\\?\/|`, String.raw`/:\/\/|`],
      ['URLs that are encoded are URLs', '|%3a%2f%2f/gi', '/gi'],
      ['URLs are encoded in any case', '|%3a%2f%2f/gi', '|%3a%2f%2f/g'],
      ['signs may stand in passwords as they are', "found.lastIndexOf('@')\n", "found.indexOf('@')\n"],
      [
        'a path may seem to begin in a password',
        "  return to === undefined ? undefined : secretIn(text, { from: start, to }, scheme, ':')\n}\n\n/** The next",
        '  return undefined\n}\n\n/** The next',
      ],
      ['a port is no password', '(colon > 0 && arePorts(first)) || placeholder', 'placeholder'],
      ['a port that is put in later is no password', ' || placeholder.test(first) ?', ' ?'],
      ['an address is no name', " || own.startsWith('[')", ''],
      ['the next URL is no password', "? found.replace(nextUrl, '') : found", '? found : found'],
      ['a number is no port that is too large', 'Number(port) <= 65_535', 'Number(port) >= 0'],
      [
        'a name alone may be a token',
        '  if (name === user) return namesUsers',
        '  if (name === user) return true || namesUsers',
      ],
      [
        'names where no token can be are shown',
        'return namesUsers.test(scheme) || isNone(user)',
        'return isNone(user)',
      ],
      ['a name beside a password may be a token', 'namesTokens.test(scheme) && !isNone(name)', 'false'],
      [
        'passwords that are put in later are shown',
        '  if (placeholder.test(text.slice(password, to))) return undefined\n',
      ],
      ['no password is none', 'password === to ? undefined : {', 'password < 0 ? undefined : {'],
      [
        'an image by its digest is no URL of somebody',
        '  if (digest.test(text.slice(to + 1, to + 48))) return undefined\n',
      ],
      ['what is encoded ends before what follows it', '%(?:2f|3f|23|26|20|22)', '%(?:3f)'],
    ],
  ),
  ...guards(
    'passwords-as-typed',
    ['url-passwords'],
    [
      ['a password as it is typed is bounded', 'start + longest', 'Infinity'],
      ['a password as it is typed ends with its text', ', this.#runEndOf(start))', ')'],
      ['a text is gone through once', '    if (start > this.#runEnd) {\n', '    {\n'],
    ],
  ),
]
