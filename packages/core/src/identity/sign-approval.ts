import type { CryptoKey, JWK, KeyObject } from 'jose'
import { SignJWT } from 'jose'
import type { ApprovalStatement } from '../model/approval-statement.js'
import type { ApprovalLevel } from '../model/decision.js'
import { randomHex } from '../model/digest.js'
import { approvalTokenType } from './approval-token.js'

export type { ApprovalStatement, ApprovalSubject } from '../model/approval-statement.js'
export { statementNonce } from '../model/approval-statement.js'

/** Who decided, and who signs for it. */
export interface ApprovalSignature {
  /** Who signs: what `signedApprover({ issuer })` names. */
  readonly issuer: string
  /** The person who decided, at the identity provider where they authenticated. */
  readonly subject: { readonly issuer: string; readonly id: string }
  /** How the person authenticated, never more. */
  readonly level: Exclude<ApprovalLevel, 'asserted'>
  readonly key: CryptoKey | KeyObject | JWK
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  readonly keyId?: string
  /** Seconds until it expires, at most 600. Default 300. */
  readonly lifetimeS?: number
  /** Unix milliseconds. Default: now. */
  readonly nowMs?: number
}

/**
 * Signs one decision as `typ: bothkeys-approval+jwt`. For what asks people and runs apart from the agents: a relay, a
 * command line, a test. The process of an agent must never hold the key. The statement's subject is what
 * `ApprovalRequest.subject` says, once the approver has seen the view whose digest it holds.
 *
 * @example
 * await signApproval({ ...request.subject, dec: 'allow' }, { issuer, subject: ann, level: 'signed', key, algorithm: 'ES256' })
 */
export async function signApproval(statement: ApprovalStatement, signature: ApprovalSignature): Promise<string> {
  const { algorithm, issuer, key, keyId, level, lifetimeS = 300, subject } = signature
  const issuedAtS = Math.floor((signature.nowMs ?? Date.now()) / 1000)
  const { adh, aud, dec, pol, req, stage, view } = statement
  const claims = { req, adh, pol, view, dec, level, idp: subject.issuer, ...(stage === undefined ? {} : { stage }) }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: approvalTokenType, ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(issuer)
    .setAudience(aud)
    .setSubject(subject.id)
    .setJti(randomHex(16))
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + lifetimeS)
    .sign(key)
}
