import type { HostileToken } from './hostile-token.js'
import { hostile } from './hostile-token.js'
import { kit } from './jwt-support.js'
import type { TokenKit } from './token-kit.js'

const deep = `"deep":${'['.repeat(70)}${']'.repeat(70)}`

/** The last character of a base64url text with an unused bit set, as lax readers take it. */
function withSpareBit(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1] ?? '')
}

/** A token one of whose parts has spare bits; the claims are made as long as that takes. */
function withSpareBitIn(part: 0 | 1 | 2, { claimsWith, headerWith, signText }: TokenKit): string {
  for (const pad of ['', 'x', 'xx']) {
    const token = signText(claimsWith(`"pad":"${pad}"`), headerWith(`"pad":"${pad}"`))
    const parts = token.split('.')
    if ((parts[part] ?? '').length % 4 !== 0) {
      parts[part] = withSpareBit(parts[part] ?? '')
      return parts.join('.')
    }
  }
  throw new Error('no token has spare bits')
}

const inStandardAlphabet = (token: string): string =>
  token.replace(/[-_]/gu, (letter) => (letter === '-' ? '+' : '/')).replace(/$/u, '+')

/** Tokens that two readers could understand differently. All but the torn ones are signed with the right key. */
export function hostileTextOf(kit: TokenKit): readonly HostileToken[] {
  const { claims, claimsWith, header, headerWith, sign, signText } = kit
  return [
    hostile('nothing', () => '', 'there is no token'),
    hostile('more than 16 KiB', () => sign({ pad: 'x'.repeat(16_384) }), 'longer than 16 KiB'),
    hostile('two parts', () => sign().replace(/\.[^.]+$/u, ''), 'not a signed JWT'),
    hostile('four parts', () => `${sign()}.AAAA`, 'not a signed JWT'),
    hostile('five parts, as if encrypted', () => `${sign()}.AAAA.AAAA`, 'not a signed JWT'),
    hostile('no signature', () => sign().replace(/[^.]+$/u, ''), 'not a signed JWT'),
    hostile('no payload', () => sign().replace(/\.[^.]+\./u, '..'), 'not a signed JWT'),
    hostile('a space at the end', () => `${sign()} `, 'not a signed JWT'),
    hostile('a line end at the end', () => `${sign()}\n`, 'not a signed JWT'),
    hostile('a space inside', () => sign().replace('.', '. '), 'not a signed JWT'),
    hostile('a scheme in front', () => `Bearer ${sign()}`, 'not a signed JWT'),
    hostile('padding', () => `${sign()}=`, 'not a signed JWT'),
    hostile('padding inside', () => sign().replace('.', '=.'), 'not a signed JWT'),
    hostile('the standard alphabet', () => inStandardAlphabet(sign()), 'not a signed JWT'),
    hostile('spare bits in the header', () => withSpareBitIn(0, kit), 'base64url is not canonical'),
    hostile('spare bits in the claims', () => withSpareBitIn(1, kit), 'base64url is not canonical'),
    hostile('spare bits in the signature', () => withSpareBitIn(2, kit), 'base64url is not canonical'),
    hostile('a part of a length that none has', () => `${sign()}AAA`, 'base64url is not canonical'),
    hostile('a claim twice', () => signText(claimsWith('"sub":"root"')), 'its payload has a name twice'),
    hostile('a claim twice, once escaped', () => signText(claimsWith('"s\\u0075b":"root"')), 'has a name twice'),
    hostile(
      'a claim twice, alike',
      () => signText(claimsWith(`"aud":${JSON.stringify(claims.aud)}`)),
      'has a name twice',
    ),
    hostile('a name twice far inside', () => signText(claimsWith('"a":[{"b":1,"c":{},"b":2}]')), 'has a name twice'),
    hostile('a header twice', () => signText(undefined, headerWith('"alg":"none"')), 'its header has a name twice'),
    hostile('kid twice', () => signText(undefined, headerWith('"kid" :"k2"')), 'its header has a name twice'),
    hostile('a byte order mark', () => signText(`\uFEFF${JSON.stringify(claims)}`), 'begins with a byte order mark'),
    hostile(
      'a byte order mark in the header',
      () => signText(undefined, `\uFEFF${JSON.stringify(header)}`),
      'its header begins with a byte order mark',
    ),
    hostile(
      'invalid UTF-8',
      () => signText(Buffer.from(JSON.stringify(claims).replace(claims.sub, '\u00FF'), 'latin1')),
      'its payload is not valid UTF-8',
    ),
    hostile(
      'overlong UTF-8',
      () => signText(Buffer.from(JSON.stringify(claims).replace(claims.sub, '\u00C0\u00AF'), 'latin1')),
      'its payload is not valid UTF-8',
    ),
    hostile('half a surrogate pair', () => signText(claimsWith('"x":"\\ud800"')), 'has a broken character'),
    hostile('a claim name of half a pair', () => signText(claimsWith('"\\udfff":1')), 'has a broken character'),
    hostile('claims that nest too deeply', () => signText(claimsWith(deep)), 'is nested too deeply'),
    hostile('a payload that is a list', () => signText('[]'), 'its payload is not a JSON object'),
    hostile('a payload that is null', () => signText('null'), 'its payload is not a JSON object'),
    hostile('a payload that is a number', () => signText('7'), 'its payload is not a JSON object'),
    hostile('a payload that is no JSON', () => signText('{'), 'its payload is not JSON'),
    hostile('a comment', () => signText(claimsWith('"a":1/**/')), 'its payload is not JSON'),
    hostile('two payloads', () => signText(JSON.stringify(claims).repeat(2)), 'its payload is not JSON'),
    hostile('a NUL behind the payload', () => signText(`${JSON.stringify(claims)}\u0000`), 'its payload is not JSON'),
    hostile('a header that is a list', () => signText(undefined, '["ES256"]'), 'its header is not a JSON object'),
  ]
}

export const hostileText = hostileTextOf(kit)
