import { generateKeyPairSync } from 'node:crypto'
import type { DpopOptions } from '../../src/identity/dpop-options.js'
import { encode, nowS, sign } from './jwt-support.js'
import { ann, ath, bob, claimText, proofClaims, proofHeader, prove, proveText } from './proof-support.js'

/** A proof that must be refused: what it is called, how it is made, what the refusal says. */
interface HostileProof {
  readonly name: string
  readonly make: () => unknown
  readonly reason: string
  readonly dpop?: Partial<DpopOptions>
}

function hostile(
  name: string,
  make: HostileProof['make'],
  reason: string,
  dpop: Partial<DpopOptions> = {},
): HostileProof {
  return { name, make, reason, dpop }
}

const without = (name: string): string => JSON.stringify({ ...proofClaims(), [name]: undefined })
const withText = (members: string): string => claimText().replace(/\}$/u, `,${members}}`)
const headerWith = (members: string): string => JSON.stringify(proofHeader()).replace(/\}$/u, `,${members}}`)
const withJwk = (change: Record<string, unknown>): Promise<string> => prove({}, { jwk: { ...ann.jwk, ...change } })
const [x, y] = [String(ann.jwk.x), String(ann.jwk.y)]
const rsa = { dpop: { algorithms: ['RS256'] } } as const
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
const forged = (jwk: object, alg: string): string =>
  `${encode(JSON.stringify({ typ: 'dpop+jwt', alg, jwk }))}.${encode(claimText())}.AAAA`

/** The last character of a part with a bit that stands for nothing. */
function withSpareBit(proof: string, part: number): string {
  const parts = proof.split('.')
  const text = parts[part] ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  parts[part] = `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1] ?? ''}`
  return parts.join('.')
}

const form: readonly HostileProof[] = [
  hostile('an empty text', () => '', 'there is none'),
  hostile('a number', () => 7, 'there is none'),
  hostile('two proofs in a list', async () => [await prove(), await prove()], 'there is none'),
  hostile(
    'two proofs in a text, as two headers become one',
    async () => `${await prove()}, ${await prove()}`,
    'compact form',
  ),
  hostile('no JWT', () => 'proof', 'compact form'),
  hostile('an encrypted JWT', () => 'a.b.c.d.e', 'compact form'),
  hostile('an empty signature', async () => (await prove()).replace(/[^.]*$/u, ''), 'compact form'),
  hostile('padding', async () => `${await prove()}==`, 'compact form'),
  hostile('a space behind it', async () => `${await prove()} `, 'compact form'),
  hostile('spare bits in its signature', async () => withSpareBit(await prove(), 2), 'base64url is not canonical'),
  hostile('more than 8 KiB', () => prove({ pad: 'x'.repeat(8_192) }), 'longer than 8 KiB'),
  hostile('claims that are a list', () => proveText('[]'), 'its payload is not a JSON object'),
  hostile('claims with a byte order mark', () => proveText(`\uFEFF${claimText()}`), 'byte order mark'),
  hostile('claims that are no UTF-8', () => proveText(Buffer.from([0x7b, 0xff, 0x7d])), 'not valid UTF-8'),
  hostile('htu twice', () => proveText(withText('"htu":"bothkeys://orders/session"')), 'a name twice'),
  hostile('jti twice, once escaped', () => proveText(withText(String.raw`"\u006ati":"p-2"`)), 'a name twice'),
  hostile('jwk twice', () => proveText(claimText(), headerWith(`"jwk":${JSON.stringify(bob.jwk)}`)), 'a name twice'),
  hostile('iat 1e400', () => proveText(without('iat').replace(/\}$/u, ',"iat":1e400}')), 'a number that is too large'),
]

const headers: readonly HostileProof[] = [
  hostile('no typ', () => prove({}, { typ: undefined }), 'its typ is not dpop+jwt'),
  hostile('typ JWT', () => prove({}, { typ: 'JWT' }), 'its typ is not dpop+jwt'),
  hostile('typ of an access token', () => prove({}, { typ: 'at+jwt' }), 'its typ is not dpop+jwt'),
  hostile('typ of a proof of an action', () => prove({}, { typ: 'bothkeys-action+jwt' }), 'its typ is not dpop+jwt'),
  hostile('typ in capitals', () => prove({}, { typ: 'DPoP+JWT' }), 'its typ is not dpop+jwt'),
  hostile('the access token itself', () => ann.token, 'its typ is not dpop+jwt'),
  hostile('alg none', () => forged(ann.jwk, 'none'), 'its algorithm is not one'),
  hostile('alg HS256 with the public key', () => forged(ann.jwk, 'HS256'), 'its algorithm is not one'),
  hostile('an algorithm that is not in the list', () => forged(ann.jwk, 'ES384'), 'its algorithm is not one'),
  hostile(
    'an algorithm in a list',
    () => proveText(claimText(), headerWith('"alg2":1').replace('"ES256"', '["ES256"]')),
    'its algorithm',
  ),
  hostile('crit', () => proveText(claimText(), headerWith('"crit":["exp"]')), 'its header has crit'),
  hostile('jku', () => prove({}, { jku: 'https://evil.example/keys' }), 'its header has jku'),
  hostile('x5c', () => prove({}, { x5c: ['AAAA'] }), 'its header has x5c'),
  hostile('b64', () => proveText(claimText(), headerWith('"b64":true')), 'its header has b64'),
]

const keys: readonly HostileProof[] = [
  hostile('no key', () => prove({}, { jwk: undefined }), 'its key is not a JWK'),
  hostile('a key as a text', () => prove({}, { jwk: JSON.stringify(ann.jwk) }), 'its key is not a JWK'),
  hostile('a key of its own choice', () => prove({ ath: ath(ann.token) }, {}, bob), 'its key is not the one'),
  hostile(
    'the key of the token over the signature of another',
    () => prove({ ath: ath(ann.token) }, { jwk: ann.jwk }, bob),
    'its signature is wrong',
  ),
  hostile('a private key', () => withJwk({ d: 'AAAA' }), 'members that no public key has'),
  hostile('a private key of another kind beside it', () => withJwk({ p: 'AAAA' }), 'members that no public key has'),
  hostile('a certificate beside the key', () => withJwk({ x5c: ['AAAA'] }), 'members that no public key has'),
  hostile('a symmetric key', () => prove({}, { jwk: { kty: 'oct', k: 'AAAA' } }), 'of a kind that is not accepted'),
  hostile('a kind that an object inherits', () => withJwk({ kty: 'toString' }), 'of a kind that is not accepted'),
  hostile('a key without y', () => withJwk({ y: undefined }), 'its key lacks a member'),
  hostile('a key whose x is a number', () => withJwk({ x: 7 }), 'its key lacks a member'),
  hostile(
    'x with a zero in front',
    () => withJwk({ x: encode(Buffer.concat([Buffer.alloc(1), Buffer.from(x, 'base64url')])) }),
    'wrong length',
  ),
  hostile('x with padding', () => withJwk({ x: `${x}=` }), 'the base64url of its key'),
  hostile('x in the standard alphabet', () => withJwk({ x: `+${x.slice(1)}` }), 'the base64url of its key'),
  hostile('y with a spare bit', () => withJwk({ y: withSpareBit(y, 0) }), 'the base64url of its key'),
  hostile('another curve', () => withJwk({ crv: 'P-384' }), 'does not fit its algorithm'),
  hostile(
    'another kind for the algorithm',
    () => prove({}, { jwk: { kty: 'OKP', crv: 'Ed25519', x } }),
    'does not fit its algorithm',
  ),
  hostile('a key for another algorithm', () => withJwk({ alg: 'ES384' }), 'its key is for another algorithm'),
  hostile('a key for encryption', () => withJwk({ use: 'enc' }), 'its key is not for signatures'),
  hostile('an RSA key of 1024 bits', () => forged(weak, 'RS256'), 'too short or too long', rsa.dpop),
  hostile(
    'an RSA key of 9000 bits',
    () => forged({ kty: 'RSA', e: 'AQAB', n: encode(Buffer.alloc(1_125, 0xff)) }, 'RS256'),
    'too short or too long',
    rsa.dpop,
  ),
  hostile(
    'an RSA key with zeros in front',
    () =>
      forged({ kty: 'RSA', e: 'AQAB', n: encode(Buffer.concat([Buffer.alloc(1), Buffer.alloc(256, 0xff)])) }, 'RS256'),
    'zeros in front',
    rsa.dpop,
  ),
  hostile('an elliptic key for RSA', () => forged(ann.jwk, 'RS256'), 'does not fit its algorithm', rsa.dpop),
  hostile(
    'an Ed25519 key that is the neutral point',
    () => forged({ kty: 'OKP', crv: 'Ed25519', x: encode(Buffer.from([1, ...Buffer.alloc(31)])) }, 'EdDSA'),
    'anybody can sign',
  ),
]

const claims: readonly HostileProof[] = [
  hostile('no jti', () => prove({ jti: undefined }), 'jti is not a string'),
  hostile('jti as a number', () => prove({ jti: 7 }), 'jti is not a string'),
  hostile('jti empty', () => prove({ jti: '' }), 'jti is empty'),
  hostile('jti of 257 characters', () => prove({ jti: 'x'.repeat(257) }), 'jti is longer than 256'),
  hostile('jti with NUL', () => prove({ jti: 'a\u0000' }), 'jti has control'),
  hostile('no htm', () => prove({ htm: undefined }), 'its htm is not POST'),
  hostile('htm GET', () => prove({ htm: 'GET' }), 'its htm is not POST'),
  hostile('htm in small letters', () => prove({ htm: 'post' }), 'its htm is not POST'),
  hostile('no htu', () => prove({ htu: undefined }), 'its htu is not'),
  hostile('htu of another engine', () => prove({ htu: 'bothkeys://other/session' }), 'its htu is not'),
  hostile(
    'htu of an engine that only begins with ours',
    () => prove({ htu: 'bothkeys://orders.evil/session' }),
    'its htu is not',
  ),
  hostile('htu of a server', () => prove({ htu: 'https://orders/session' }), 'its htu is not'),
  hostile('htu with a query', () => prove({ htu: 'bothkeys://orders/session?x' }), 'its htu is not'),
  hostile('htu in a list', () => prove({ htu: ['bothkeys://orders/session'] }), 'its htu is not'),
  hostile('no ath', () => prove({ ath: undefined }), 'its ath is not the hash'),
  hostile(
    'ath of another token of the same key',
    async () => prove({ ath: ath(await sign({ jti: 'jti-2', cnf: { jkt: ann.jkt } })) }),
    'its ath is not the hash',
  ),
  hostile('ath with padding', () => prove({ ath: `${ath(ann.token)}=` }), 'its ath is not the hash'),
  hostile('no iat', () => prove({ iat: undefined }), 'iat is not a number'),
  hostile('iat as a string', () => prove({ iat: String(nowS) }), 'iat is not a number'),
  hostile('iat of two minutes ago', () => prove({ iat: nowS - 120 }), 'it is too old'),
  hostile('iat of a second too long ago', () => prove({ iat: nowS - 61 }), 'it is too old'),
  hostile('iat in milliseconds', () => prove({ iat: nowS * 1000 }), 'iat lies in the future'),
  hostile('iat a bit in the future', () => prove({ iat: nowS + 6 }), 'iat lies in the future'),
  hostile('exp that has passed', () => prove({ exp: nowS }), 'it has expired'),
  hostile('exp as a string', () => prove({ exp: '9e9' }), 'it has expired'),
  hostile('nbf that has not come', () => prove({ nbf: nowS + 6 }), 'it is not valid yet'),
]

export const hostileProofs: readonly HostileProof[] = [...form, ...headers, ...keys, ...claims]
