import type { CryptoKey, JWK, KeyObject } from 'jose'
import { SignJWT } from 'jose'
import { BothKeysError } from '../errors.js'
import type { ApprovalStatement } from '../model/approval-statement.js'
import type { ApprovalLevel } from '../model/decision.js'
import { randomHex } from '../model/digest.js'
import { approvalTokenType, maxReason } from './approval-token.js'
import { withTimeLimit } from './time-limit.js'
import { untilAborted } from './until-aborted.js'

export type { ApprovalStatement, ApprovalSubject } from '../model/approval-statement.js'
export { statementNonce } from '../model/approval-statement.js'

/** Who decided, and who signs for it. */
export interface ApprovalFacts {
  /** Who signs: what `signedApprover({ issuer })` names. */
  readonly issuer: string
  /** The person who decided, at the identity provider where they authenticated. */
  readonly subject: { readonly issuer: string; readonly id: string }
  /** How the person authenticated, never more. */
  readonly level: Exclude<ApprovalLevel, 'asserted'>
  /** The person's own words, at most 1,000 characters. The record and the error of the agent have the first 256. */
  readonly reason?: string | undefined
  /** What the key is for. */
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  /** The `kid` of the header. Left out: none, so that whoever verifies tries each key. */
  readonly keyId?: string
  /** Seconds until it expires: at most 600 for a yes, and seven days for a no. Default 300. */
  readonly lifetimeS?: number
  /** Unix milliseconds. Default: now. */
  readonly nowMs?: number
}

/** Signed with a key that is at hand. */
export interface ApprovalSignature extends ApprovalFacts {
  /** The private key. */
  readonly key: CryptoKey | KeyObject | JWK
}

/** Signed where the key is, which it never leaves. */
export interface RemoteApprovalSignature extends ApprovalFacts {
  /** Signs the JWS signing input (RFC 7515, section 5.1): 64 bytes (RFC 7518 section 3.4, RFC 8037 section 3.1). */
  readonly sign: (signingInput: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  /** How long `sign` may take, in milliseconds: then its signal aborts, and nothing is signed. Default 10,000, at most 300,000. */
  readonly deadlineMs?: number
}

/**
 * Signs one decision as `typ: bothkeys-approval+jwt`. For what asks people and runs apart from the agents: a relay, a
 * command line, a test. The process of an agent must never hold the key. The statement's subject is what
 * `ApprovalRequest.subject` says, once the approver has seen the view whose digest it holds.
 * Throws ERR_CONFIG_INVALID when the reason is too long or `sign` gives anything but the 64 bytes of a signature, ERR_DEADLINE when
 * it takes too long, and what `sign` throws.
 *
 * @example
 * await signApproval({ ...request.subject, dec: 'allow' }, { issuer, subject: ann, level: 'signed', key, algorithm: 'ES256' })
 */
export async function signApproval(
  statement: ApprovalStatement,
  signature: ApprovalSignature | RemoteApprovalSignature,
): Promise<string> {
  const { algorithm, issuer, keyId, level, lifetimeS = 300, reason, subject } = signature
  const issuedAtS = Math.floor((signature.nowMs ?? Date.now()) / 1000)
  if (reason !== undefined && reason.length > maxReason)
    throw new BothKeysError(
      'ERR_CONFIG_INVALID',
      `signApproval: reason must have at most ${String(maxReason)} characters`,
    )
  const { adh, aud, dec, pol, req, stage, view } = statement
  const claims = {
    req,
    adh,
    pol,
    view,
    dec,
    level,
    // No reader takes half of a character, and a denial must not be lost for one.
    ...(reason === undefined ? {} : { reason: reason.toWellFormed() }),
    idp: subject.issuer,
    ...(stage === undefined ? {} : { stage }),
    iss: issuer,
    aud,
    sub: subject.id,
    jti: randomHex(16),
    iat: issuedAtS,
    exp: issuedAtS + lifetimeS,
  }
  const header = { alg: algorithm, typ: approvalTokenType, ...(keyId === undefined ? {} : { kid: keyId }) }
  if ('key' in signature) return new SignJWT(claims).setProtectedHeader(header).sign(signature.key)
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const bytes = await signedElsewhere(signature, Buffer.from(input))
  if (bytes instanceof Uint8Array && bytes.length === 64) return `${input}.${Buffer.from(bytes).toString('base64url')}`
  throw new BothKeysError('ERR_CONFIG_INVALID', 'signApproval: sign gave no signature of 64 bytes', {
    hint: 'sign ES256 as r and s in 32 bytes each (IEEE P1363), not as DER',
  })
}

/** Whoever signs elsewhere may hang, and nobody waits for them for ever. */
async function signedElsewhere(
  { deadlineMs = 10_000, sign }: RemoteApprovalSignature,
  input: Uint8Array,
): Promise<unknown> {
  if (!(Number.isInteger(deadlineMs) && deadlineMs >= 1 && deadlineMs <= 300_000))
    throw new BothKeysError('ERR_CONFIG_INVALID', 'signApproval: deadlineMs must be a whole number from 1 to 300000')
  return withTimeLimit(deadlineMs, async (signal) => {
    try {
      return await untilAborted(sign(input, signal), signal)
    } catch (error) {
      if (!signal.aborted) throw error
      throw new BothKeysError('ERR_DEADLINE', `signApproval: sign took longer than ${String(deadlineMs)} ms`)
    }
  })
}
