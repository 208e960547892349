import { KeyObject, createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import type { HostileToken } from './hostile-token.js'
import { hostile } from './hostile-token.js'
import { attacker, attackerJwk, kit, publicJwk, publicPem } from './jwt-support.js'
import type { TokenKit } from './token-kit.js'
import { encode } from './token-kit.js'

const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
const long = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaInput = `${encode(JSON.stringify({ ...kit.header, alg: 'RS256' }))}.${encode(JSON.stringify(kit.claims))}`
const attackerKey = KeyObject.from(attacker.privateKey)

/** The verifier of somebody whose issuer has this RSA key. */
const withRsaKey = (key: object): HostileToken['change'] => ({
  algorithms: ['RS256'],
  jwks: { keys: [{ ...key, kid: 'k1' }] },
})

const shortKey = withRsaKey(short.publicKey.export({ format: 'jwk' }))
const exponentOne = withRsaKey({ ...long.publicKey.export({ format: 'jwk' }), e: 'AQ' })

/** With an exponent of 1 the padded digest is its own signature (RFC 8017 section 8.2.2): no key is needed. */
function unsignedRsa(): string {
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const digest = createHash('sha256').update(rsaInput).digest()
  const fill = Buffer.alloc(256 - 3 - digestInfo.length - digest.length, 0xff)
  return `${rsaInput}.${encode(Buffer.concat([Buffer.from([0, 1]), fill, Buffer.from([0]), digestInfo, digest]))}`
}

/** A good token with something else in the place of its signature. */
function withSignature({ signText }: TokenKit, change: (signature: Buffer, input: Buffer) => Buffer): string {
  const [head = '', body = '', signature = ''] = signText().split('.')
  const input = `${head}.${body}`
  return `${input}.${encode(change(Buffer.from(signature, 'base64url'), Buffer.from(input)))}`
}

/** A signature that is all zeros: r = s = 0. */
const zeros = encode(Buffer.alloc(64))

const sender = ({ headerWith, signText }: TokenKit, name: string, value: unknown): HostileToken =>
  hostile(
    `its own keys or rules: ${name}`,
    () => signText(undefined, headerWith(`"${name}":${JSON.stringify(value)}`)),
    `its header has ${name}`,
  )

/** Tokens that choose how they are checked, or that another key signed. */
export function hostileKeysOf(kit: TokenKit, publicPem: string): readonly HostileToken[] {
  const { forge, forgeHmac, header, key, sign, signText } = kit
  return [
    hostile('alg none', () => forge({ alg: 'none' }), 'its algorithm is not one'),
    hostile('alg none without a signature', () => forge({ alg: 'none' }, ''), 'not a signed JWT'),
    hostile('alg None', () => forge({ alg: 'None' }), 'its algorithm is not one'),
    hostile('alg es256', () => forge({ alg: 'es256' }), 'its algorithm is not one'),
    hostile('no alg', () => forge({ alg: undefined }), 'its algorithm is not one'),
    hostile('alg as a list', () => forge({ alg: ['ES256'] }), 'its algorithm is not one'),
    hostile('an algorithm that is not configured', () => forge({ alg: 'RS256' }), 'its algorithm is not one'),
    hostile('HS256 with the public key as secret', () => forgeHmac(publicPem), 'its algorithm is not one'),
    hostile('HS256 with the key set as secret', () => forgeHmac(JSON.stringify(publicJwk)), 'its algorithm is not one'),
    sender(kit, 'jwk', attackerJwk),
    sender(kit, 'jku', 'https://evil.example/jwks'),
    sender(kit, 'x5u', 'https://evil.example/cert'),
    sender(kit, 'x5c', ['MIIB']),
    sender(kit, 'crit', ['x']),
    sender(kit, 'crit', []),
    sender(kit, 'b64', false),
    sender(kit, 'b64', true),
    sender(kit, 'cty', 'JWT'),
    sender(kit, 'zip', 'DEF'),
    sender(kit, 'enc', 'A128GCM'),
    hostile('another key', () => sign({}, {}, attackerKey), 'its signature is wrong'),
    hostile(
      'another key, embedded as jwk',
      () => sign({}, { kid: undefined, jwk: attackerJwk }, attackerKey),
      'its header has jwk',
    ),
    hostile('an unknown kid', () => sign({}, { kid: 'k2' }), 'no key of the issuer fits'),
    hostile('a kid that is a path', () => sign({}, { kid: '../../../dev/null' }), 'no key of the issuer fits'),
    hostile('a kid that is SQL', () => sign({}, { kid: "x' UNION SELECT 'k" }), 'no key of the issuer fits'),
    hostile('a kid that is a number', () => signText(undefined, JSON.stringify({ ...header, kid: 1 })), 'kid is not a'),
    hostile('a kid that is null', () => signText(undefined, JSON.stringify({ ...header, kid: null })), 'kid is not a'),
    hostile('a kid with a line end', () => sign({}, { kid: 'k1\n' }), 'kid has control'),
    hostile('a signature of zeros', () => forge({}, zeros), 'its signature is wrong'),
    hostile(
      'a signature in DER',
      () => withSignature(kit, (_, input) => signBytes('sha256', input, key)),
      'its signature',
    ),
    hostile(
      'a signature that is cut',
      () => withSignature(kit, (signature) => signature.subarray(0, 63)),
      'its signature',
    ),
    hostile(
      'a signature with a byte behind it',
      () => withSignature(kit, (signature) => Buffer.concat([signature, Buffer.alloc(1)])),
      'its signature is wrong',
    ),
    hostile(
      "another token's signature",
      () => sign().replace(/[^.]+$/u, sign({ jti: 'other' }).split('.')[2] ?? ''),
      'its signature is wrong',
    ),
    hostile(
      'an RSA key of 1024 bits',
      () => `${rsaInput}.${encode(signBytes('sha256', Buffer.from(rsaInput), short.privateKey))}`,
      'RSA key of less than 2048 bits',
      shortKey,
    ),
    hostile('an RSA key with the exponent 1', unsignedRsa, 'whose signatures anybody can write', exponentOne),
    hostile('no kid, when several keys fit', () => sign({}, { kid: undefined }), 'several keys of the issuer fit', {
      jwks: { keys: [publicJwk, { ...publicJwk, kid: 'k2' }] },
    }),
    hostile('typ JWT', () => sign({}, { typ: 'JWT' }), 'its typ is not at+jwt'),
    hostile('typ dpop+jwt', () => sign({}, { typ: 'dpop+jwt' }), 'its typ is not at+jwt'),
    hostile('typ bothkeys-approval+jwt', () => sign({}, { typ: 'bothkeys-approval+jwt' }), 'its typ is not at+jwt'),
    hostile('no typ', () => sign({}, { typ: undefined }), 'its typ is not at+jwt'),
    hostile(
      'typ as a list',
      () => signText(undefined, JSON.stringify({ ...header, typ: ['at+jwt'] })),
      'its typ is not',
    ),
    hostile('typ at+jwt, where JWT is expected', () => sign(), 'its typ is not JWT', { typ: 'JWT' }),
    hostile('typ dpop+jwt, where JWT is expected', () => sign({}, { typ: 'dpop+jwt' }), 'its typ is not JWT', {
      typ: 'JWT',
    }),
  ]
}

export const hostileKeys = hostileKeysOf(kit, publicPem)
