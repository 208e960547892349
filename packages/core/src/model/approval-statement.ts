import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/** What one approval is about. Whoever signs it signs every member; the names are those of the claims. */
export interface ApprovalSubject {
  /** The guard that asks: its `engine`. */
  readonly aud: string
  /** The request's id. */
  readonly req: string
  /** The digest of the exact action. */
  readonly adh: string
  /** The digest of the policy in force. */
  readonly pol: string
  /** The digest of what the approver was shown. */
  readonly view: string
}

/** One decision about one request. `stage`: the one that the vote may fill; left out, any. */
export interface ApprovalStatement extends ApprovalSubject {
  /** What was decided. */
  readonly dec: 'allow' | 'deny'
  /** The stage that the vote may fill. Undefined: any that its approver can. */
  readonly stage?: string | undefined
}

/** The members of an approval's subject, in the order in which they are compared. */
export const subjectNames: readonly (keyof ApprovalSubject)[] = Object.freeze(['aud', 'req', 'adh', 'pol', 'view'])

/**
 * The `nonce` with which an ID token (OpenID Connect Core 1.0, section 2) speaks for a statement: the base64url
 * SHA-256 of its canonical JSON. Whoever gets a token with it has had the issuer sign the decision.
 */
export function statementNonce({ adh, aud, dec, pol, req, stage, view }: ApprovalStatement): string {
  const statement = { adh, aud, dec, pol, req, stage, view }
  return createHash('sha256').update('bothkeys.approval.v1\0').update(canonicalJson(statement)).digest('base64url')
}
