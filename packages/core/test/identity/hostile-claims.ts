import type { HostileToken } from './hostile-token.js'
import { hostile } from './hostile-token.js'
import { kit, nowS } from './jwt-support.js'
import type { TokenKit } from './token-kit.js'

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `r${String(index)}`)
const ofPeople = { kind: 'human' } as const
const plain = { typ: 'JWT' } as const
const proven = { dpop: { engine: 'orders' } } as const
const jkt = 'A'.repeat(43)
function without(claimsWith: TokenKit['claimsWith'], form: RegExp): (members: string) => string {
  return (members) => claimsWith(members).replace(form, '')
}

const timesOf = ({ claimsWith, sign, signText }: TokenKit): readonly HostileToken[] => {
  const withoutTimes = without(claimsWith, /"iat":\d+,"exp":\d+,/u)
  return [
    hostile('no exp', () => sign({ exp: undefined }), 'its exp is missing'),
    hostile('exp as a string', () => signText(withoutTimes('"iat":1,"exp":"9e9"')), 'its exp is'),
    hostile(
      'exp 1e400',
      () => signText(withoutTimes(`"iat":${String(nowS)},"exp":1e400`)),
      'a number that is too large',
    ),
    hostile('exp 1e15', () => sign({ exp: 1e15 }), 'it lives longer than 3600 seconds'),
    hostile('a life of a second too much', () => sign({ exp: nowS + 3_601 }), 'it lives longer than 3600 seconds'),
    hostile('an old iat and a late exp', () => sign({ iat: nowS - 3_500 }), 'it lives longer than 3600 seconds'),
    hostile('iat long before time began', () => sign({ iat: -1e15 }), 'it lives longer than 3600 seconds'),
    hostile('an expiry in the past', () => sign({ exp: nowS - 6 }), 'it has expired'),
    hostile('an expiry before its issue', () => sign({ iat: nowS + 3, exp: nowS + 2 }), 'expired before it was issued'),
    hostile('no iat', () => sign({ iat: undefined }), 'its iat is missing'),
    hostile('no iat, where JWT is expected', () => sign({ iat: undefined }, plain), 'its iat is missing', plain),
    hostile('iat a bit in the future', () => sign({ iat: nowS + 6 }), 'iat lies in the future'),
    hostile('iat far in the future', () => sign({ iat: nowS + 1e6, exp: nowS + 1e6 + 10 }), 'iat lies in the future'),
    hostile(
      'iat 1e400',
      () => signText(withoutTimes(`"iat":1e400,"exp":${String(nowS + 9)}`)),
      'number that is too large',
    ),
    hostile('iat as a string', () => signText(withoutTimes(`"iat":"now","exp":${String(nowS + 9)}`)), 'its iat is'),
    hostile('nbf in the future', () => sign({ nbf: nowS + 60 }), 'its nbf is'),
    hostile('nbf as a string', () => sign({ nbf: 'now' }), 'its nbf is'),
    hostile('nbf -1e400', () => signText(claimsWith('"nbf":-1e400')), 'a number that is too large'),
  ]
}

const partiesOf = ({ claims, claimsWith, sign, signText }: TokenKit): readonly HostileToken[] => {
  const issuer = String(claims['iss'])
  const audience = String(claims.aud)
  const withoutSub = without(claimsWith, /"sub":"[^"]*",/u)
  return [
    hostile('no iss', () => sign({ iss: undefined }), 'its iss is missing'),
    hostile('another issuer', () => sign({ iss: 'https://evil.example' }), 'its iss is'),
    hostile('the issuer with a slash', () => sign({ iss: `${issuer}/` }), 'its iss is'),
    hostile('the issuer in capitals', () => sign({ iss: issuer.toUpperCase() }), 'its iss is'),
    hostile('the issuer in a list', () => sign({ iss: [issuer] }), 'its iss is'),
    hostile('no aud', () => sign({ aud: undefined }), 'its aud is missing'),
    hostile('another audience', () => sign({ aud: 'other' }), 'its aud is'),
    hostile('an audience that only begins with ours', () => sign({ aud: `${audience}-test` }), 'its aud is'),
    hostile('a wildcard audience', () => sign({ aud: '*' }), 'its aud is'),
    hostile('an empty list of audiences', () => sign({ aud: [] }), 'its aud is'),
    hostile('a list of lists of audiences', () => sign({ aud: [[audience]] }), 'its aud is'),
    hostile('an object as audience', () => sign({ aud: { 0: audience } }), 'its aud is'),
    hostile('our audience beside a number', () => sign({ aud: [audience, 7] }), 'aud is not a string'),
    hostile('our audience beside an empty one', () => sign({ aud: [audience, ''] }), 'aud is empty'),
    hostile('no sub', () => sign({ sub: undefined }), 'its sub is missing'),
    hostile('sub as a number', () => signText(withoutSub('"sub":7')), 'sub is not a string'),
    hostile('sub null', () => signText(withoutSub('"sub":null')), 'sub is not a string'),
    hostile('sub as a list', () => signText(withoutSub('"sub":["etl-7"]')), 'sub is not a string'),
    hostile('sub empty', () => sign({ sub: '' }), 'sub is empty'),
    hostile('sub with NUL', () => sign({ sub: 'etl\u0000-7' }), 'sub has control'),
    hostile('sub with a line end', () => sign({ sub: 'etl-7\n' }), 'sub has control'),
    hostile('sub with a bidi override', () => sign({ sub: 'etl\u202E-7' }), 'sub has control'),
    hostile('sub with a zero-width space', () => sign({ sub: 'etl\u200B-7' }), 'sub has control'),
    hostile('sub with a space in front', () => sign({ sub: ' etl-7' }), 'sub has spaces'),
    hostile('sub of two thousand characters', () => sign({ sub: 'x'.repeat(2_000) }), 'sub is longer'),
    hostile('no client_id', () => sign({ client_id: undefined }), 'its client_id is missing'),
    hostile('another client_id', () => sign({ client_id: 'other' }), 'its sub is not its client_id'),
    hostile('client_id null, for a person', () => sign({ client_id: null }), 'client_id is not a string', ofPeople),
    hostile('client_id as a list', () => sign({ client_id: ['etl-7'] }), 'client_id is not a string'),
    hostile('client_id and azp that differ', () => sign({ azp: 'other' }), 'name different clients'),
    hostile(
      'azp of another client, where both must be one',
      () => sign({ client_id: undefined, azp: 'other' }, plain),
      'its sub is not its client_id',
      { ...plain, subjectIsClient: true },
    ),
    hostile(
      'no client, where both must be one',
      () => sign({ client_id: undefined }, plain),
      'sub is not its client_id',
      {
        ...plain,
        subjectIsClient: true,
      },
    ),
    hostile("a client's own token, for a person", () => sign(), "client's own token", ofPeople),
    hostile('no jti', () => sign({ jti: undefined }), 'its jti is missing'),
    hostile('jti as a number', () => sign({ jti: 7 as unknown as string }), 'jti is not a string'),
    hostile('jti empty', () => sign({ jti: '' }), 'jti is empty'),
    hostile('at_hash, as an ID token has it', () => sign({ at_hash: 'x' }, plain), 'it is an ID token', plain),
    hostile('c_hash, as an ID token has it', () => sign({ c_hash: 'x' }), 'it is an ID token'),
    hostile('cnf, where no proof is checked', () => sign({ cnf: { jkt: 'x'.repeat(43) } }), 'cnf.jkt is no thumbprint'),
    hostile('cnf of a key, where no proof is checked', () => sign({ cnf: { jkt } }), 'this verifier checks no proofs'),
    hostile('cnf of a certificate', () => sign({ cnf: { 'x5t#S256': jkt } }), 'cannot be checked', proven),
    hostile(
      'cnf of a key and a certificate',
      () => sign({ cnf: { jkt, 'x5t#S256': jkt } }),
      'cannot be checked',
      proven,
    ),
    hostile(
      'cnf of a key set elsewhere',
      () => sign({ cnf: { jku: 'https://x.example', kid: 'k' } }),
      'cannot be',
      proven,
    ),
    hostile('cnf of a whole key', () => sign({ cnf: { jwk: {} } }), 'cannot be checked', proven),
    hostile('cnf empty', () => sign({ cnf: {} }), 'cannot be checked', proven),
    hostile('cnf null', () => sign({ cnf: null }), 'cannot be checked', proven),
    hostile('cnf a list', () => sign({ cnf: [jkt] }), 'cannot be checked', proven),
    hostile('cnf.jkt a number', () => sign({ cnf: { jkt: 7 } }), 'cnf.jkt is no thumbprint', proven),
    hostile('cnf.jkt cut', () => sign({ cnf: { jkt: jkt.slice(1) } }), 'cnf.jkt is no thumbprint', proven),
    hostile(
      'cnf.jkt with a spare bit',
      () => sign({ cnf: { jkt: `${jkt.slice(0, -1)}B` } }),
      'is no thumbprint',
      proven,
    ),
    hostile('no cnf, where every token must be bound', () => sign(), 'it is not bound to a key', proven),
    hostile('act as a text', () => sign({ act: 'bot' }), 'its act is not an object'),
    hostile('act null', () => sign({ act: null }), 'its act is not an object'),
    hostile('act as a list', () => sign({ act: [{ sub: 'bot' }] }), 'its act is not an object'),
    hostile('act without sub', () => sign({ act: { client_id: 'bot' } }), 'sub of an actor is not a string'),
    hostile('act whose sub is empty', () => sign({ act: { sub: '' } }), 'sub of an actor is empty'),
    hostile(
      'act within act without sub',
      () => sign({ act: { sub: 'bot', act: {} } }),
      'sub of an actor is not a string',
    ),
    hostile(
      'act of an issuer that is a number',
      () => sign({ act: { sub: 'b', iss: 7 } }),
      'iss of an actor is not a string',
    ),
    hostile('act of an issuer with a fragment', () => sign({ act: { sub: 'b', iss: 'i#x' } }), 'issuer has a fragment'),
  ]
}

const groups = { roles: '/groups' } as const
const agentClass = { claim: '/class', values: { 'cls-etl': 'etl' } }

const mappedOf = ({ sign }: TokenKit): readonly HostileToken[] => [
  hostile('roles as a string', () => sign({ realm_access: { roles: 'ingest dba' } }), 'not an array of strings'),
  hostile('roles with a number', () => sign({ realm_access: { roles: ['ingest', 7] } }), 'not an array of strings'),
  hostile('roles as an object', () => sign({ realm_access: { roles: { 0: 'dba', length: 1 } } }), 'not an array'),
  hostile('roles within roles', () => sign({ realm_access: { roles: [['dba']] } }), 'not an array of strings'),
  hostile('an empty role', () => sign({ realm_access: { roles: [''] } }), 'role is empty'),
  hostile('a role with a bidi override', () => sign({ realm_access: { roles: ['d\u202Eba'] } }), 'role has control'),
  hostile('257 roles', () => sign({ realm_access: { roles: many(257) } }), 'more than 256 roles'),
  hostile('257 roles of which one is known', () => sign({ realm_access: { roles: many(257) } }), 'more than 256', {
    roleMap: { r1: 'reader' },
  }),
  hostile('a class that is not in the table', () => sign({ class: 'root' }), 'the class claim', { agentClass }),
  hostile('no class', () => sign(), 'the class claim', { agentClass }),
  hostile('a class that every object has', () => sign({ class: 'constructor' }), 'the class claim', { agentClass }),
  hostile('two classes', () => sign({ class: ['cls-etl'] }), 'the class claim', { agentClass }),
  hostile('groups elsewhere', () => sign({ _claim_names: { groups: 'src1' } }), 'is not in the token', groups),
  hostile(
    'groups here and elsewhere',
    () => sign({ groups: ['a'], _claim_names: { groups: 's' } }),
    'not in the token',
    groups,
  ),
  hostile('hasgroups', () => sign({ hasgroups: true }), 'is not in the token', groups),
  hostile('hasgroups false', () => sign({ hasgroups: false }), 'is not in the token', groups),
  hostile('the owner elsewhere', () => sign({ _claim_names: { owner: 's' } }), 'not in the token', {
    owners: '/owner',
  }),
  hostile('_claim_names as a list', () => sign({ _claim_names: ['groups'] }), '_claim_names is not an object'),
]

/** Tokens of the right key, whose claims must not be believed. */
export function hostileClaimsOf(kit: TokenKit): readonly HostileToken[] {
  return [...timesOf(kit), ...partiesOf(kit), ...mappedOf(kit)]
}

export const hostileClaims = hostileClaimsOf(kit)
