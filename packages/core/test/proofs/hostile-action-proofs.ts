import { createHmac } from 'node:crypto'
import type { ProvableAction } from '../../src/model/provable-action.js'
import { actionDigest, provableText } from '../../src/model/provable-action.js'
import { encode } from '../identity/jwt-support.js'
import { ath, prove } from '../identity/proof-support.js'
import { ann, bob, claimsFor, headerFor, nowS, proofOf, proofOfText } from './support.js'

type Make = (action: ProvableAction) => unknown

/** A proof of an action that must be refused: what it is called, how it is made, what the refusal says. */
type HostileProof = readonly [name: string, make: Make, reason: string]

const text = (action: ProvableAction): string => JSON.stringify(claimsFor(action))
const forged = (action: ProvableAction, header: object, signature = 'AAAA'): string =>
  `${encode(JSON.stringify({ ...headerFor(), ...header }))}.${encode(text(action))}.${signature}`
const digestWith = (action: ProvableAction, change: Partial<ProvableAction>): string =>
  actionDigest(provableText({ ...action, ...change }))
const claim =
  (claims: Record<string, unknown>): Make =>
  (action) =>
    proofOf(action, claims)
const header =
  (change: Record<string, unknown>): Make =>
  (action) =>
    proofOf(action, {}, change)
/** Signed by the right key for an action that differs in one thing. */
const about =
  (change: (action: ProvableAction) => Partial<ProvableAction>): Make =>
  (action) =>
    proofOf(action, { adh: digestWith(action, change(action)) })

function hmac(action: ProvableAction): string {
  const input = `${encode(JSON.stringify({ ...headerFor(), alg: 'HS256' }))}.${encode(text(action))}`
  return `${input}.${createHmac('sha256', String(ann.jwk.x)).update(input).digest('base64url')}`
}

const form: readonly HostileProof[] = [
  ['no JWT', () => 'proof', 'compact form'],
  ['two proofs in a text', async (action) => `${await proofOf(action)}, ${await proofOf(action)}`, 'compact form'],
  ['padding', async (action) => `${await proofOf(action)}=`, 'compact form'],
  ['an empty signature', async (action) => (await proofOf(action)).replace(/[^.]*$/u, ''), 'compact form'],
  ['more than 8 KiB', claim({ jti: 'x'.repeat(8_192) }), 'longer than 8 KiB'],
  ['a claim twice', (action) => proofOfText(text(action).replace('{', '{"sid":"other",')), 'a name twice'],
  ['claims that are a list', () => proofOfText('[]'), 'its payload is not a JSON object'],
  ['claims with a byte order mark', (action) => proofOfText(`\uFEFF${text(action)}`), 'byte order mark'],
  ['exp that reads as infinite', (action) => proofOfText(text(action).replace(/"exp":\d+/u, '"exp":1e400')), 'payload'],
]

const headers: readonly HostileProof[] = [
  ['the proof that opened the session', () => prove(), 'its typ is not bothkeys-action+jwt'],
  ['the access token', () => ann.token, 'its typ is not bothkeys-action+jwt'],
  ['the type of an approval', header({ typ: 'bothkeys-approval+jwt' }), 'its typ is not'],
  ['no type', header({ typ: undefined }), 'its typ is not'],
  ['alg none', (action) => forged(action, { alg: 'none' }), 'its algorithm is not one'],
  ['an HMAC with the public key', hmac, 'its algorithm is not one'],
  ['an algorithm that takes long', (action) => forged(action, { alg: 'ES384' }), 'its algorithm is not one'],
  ['another algorithm than its key', (action) => forged(action, { alg: 'EdDSA' }), 'does not fit its algorithm'],
  ['keys somewhere else', header({ jku: 'https://evil.example' }), 'its header has jku'],
  ['something critical', (action) => forged(action, { crit: ['x'], x: 1 }), 'its header has crit'],
]

const keys: readonly HostileProof[] = [
  ['no key', header({ jwk: undefined }), 'its key is not a JWK'],
  ['a kid alone', header({ jwk: undefined, kid: ann.jkt }), 'its key is not a JWK'],
  ['another key', (action) => proofOf(action, {}, { jwk: bob.jwk }, bob), 'its key is not the one'],
  ['the right key, signed with another', (action) => proofOf(action, {}, {}, bob), 'its signature is wrong'],
  ['a private key', header({ jwk: { ...ann.jwk, d: 'AAAA' } }), 'members that no public key has'],
  ['a signature of zeros', (action) => forged(action, {}, encode(Buffer.alloc(64))), 'its signature is wrong'],
  ['the signature of another proof', swapped, 'its signature is wrong'],
]

async function swapped(action: ProvableAction): Promise<string> {
  const [head, body] = (await proofOf(action)).split('.')
  return `${String(head)}.${String(body)}.${String((await proofOf(action, { jti: 'j-2' })).split('.')[2])}`
}

const purposes: readonly HostileProof[] = [
  ['another engine', claim({ aud: 'other' }), 'its aud is not this engine'],
  ['two engines', claim({ aud: ['orders', 'other'] }), 'its aud is not this engine'],
  ['no engine', claim({ aud: undefined }), 'its aud is not this engine'],
  ['another session', claim({ sid: 'f'.repeat(32) }), 'its sid is not this session'],
  ['no session', claim({ sid: undefined }), 'its sid is not this session'],
  ['another token of the same key', claim({ ath: ath('other') }), 'its ath is not'],
  ['no token', claim({ ath: undefined }), 'its ath is not'],
  ['no action', claim({ adh: undefined }), 'its adh is not'],
  ['another text', about(({ text: sent }) => ({ text: `${sent} ` })), 'its adh is not'],
  ['the text in another case', about(({ text: sent }) => ({ text: sent.toUpperCase() })), 'its adh is not'],
  ['other parameters', about(() => ({ parameters: [{ $bigint: '8' }, 'x'] })), 'its adh is not'],
  ['a number for a bigint', about(() => ({ parameters: [7, 'x'] })), 'its adh is not'],
  ['parameters in another order', about(() => ({ parameters: ['x', { $bigint: '7' }] })), 'its adh is not'],
  ['one parameter more', about(({ parameters }) => ({ parameters: [...parameters, null] })), 'its adh is not'],
  ['another operation', about(() => ({ operation: 'copy' })), 'its adh is not'],
  ['another target', about((action) => ({ target: { ...action.target, name: 'db2' } })), 'its adh is not'],
  [
    'the target of that name somewhere else',
    about((action) => ({ target: { ...action.target, identity: { host: 'there' } } })),
    'its adh is not',
  ],
  ['settings that it does not have', about(() => ({ settings: { DateStyle: 'ISO, DMY' } })), 'its adh is not'],
  ['another state of the target', about(() => ({ state: 'e2' })), 'its adh is not'],
  ['another run', about(() => ({ run: 'other' })), 'its adh is not'],
  ['the digest in hex', about64, 'its adh is not'],
]

function about64(action: ProvableAction): unknown {
  return proofOf(action, { adh: Buffer.from(digestWith(action, {}), 'base64url').toString('hex') })
}

const times: readonly HostileProof[] = [
  ['no jti', claim({ jti: undefined }), 'jti is not a string'],
  ['jti as a number', claim({ jti: 7 }), 'jti is not a string'],
  ['jti of 257 characters', claim({ jti: 'x'.repeat(257) }), 'jti is longer than 256'],
  ['jti with NUL', claim({ jti: 'a\u0000' }), 'jti has control'],
  ['no iat', claim({ iat: undefined }), 'iat or exp is not a number'],
  ['no exp', claim({ exp: undefined }), 'iat or exp is not a number'],
  ['exp as a string', claim({ exp: String(nowS + 10) }), 'iat or exp is not a number'],
  ['iat in milliseconds', claim({ iat: nowS * 1000, exp: nowS * 1000 + 5 }), 'iat lies in the future'],
  ['iat a bit in the future', claim({ iat: nowS + 6, exp: nowS + 9 }), 'iat lies in the future'],
  ['an end that has come', claim({ iat: nowS - 10, exp: nowS }), 'it has expired'],
  ['a long life', claim({ exp: nowS + 31 }), 'it does not live between'],
  ['a long life that is nearly over', claim({ iat: nowS - 30, exp: nowS + 1 }), 'it does not live between'],
  ['an end before its beginning', claim({ iat: nowS + 5, exp: nowS + 4 }), 'it does not live between'],
  ['a time before which it does not hold', claim({ nbf: nowS }), 'a claim that no proof of an action has'],
  ['a subject', claim({ sub: 'etl-7' }), 'a claim that no proof of an action has'],
]

export const hostileActionProofs: readonly HostileProof[] = [...form, ...headers, ...keys, ...purposes, ...times]
