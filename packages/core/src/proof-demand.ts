import { hash } from 'node:crypto'
import type { DelegationOptions } from './delegation.js'
import { BothKeysError } from './errors.js'
import { ownMember } from './identity/own-member.js'
import type { Credential } from './identity/verifier.js'
import type { Principal } from './model/principal.js'
import type { ActionProver } from './model/provable-action.js'
import type { SessionOptions } from './session-options.js'

/** That every action of a session needs a proof: who answers it, and what it must be signed with and for. */
export interface ProofDemand {
  readonly prove: ActionProver
  /** The thumbprint of the key. */
  readonly key: string
  /** SHA-256 of the token in base64url; undefined where no token names the key. */
  readonly tokenHash: string | undefined
}

/**
 * What a session that a credential opens has to prove. Throws ERR_CONFIG_INVALID when its principal is not bound to exactly
 * one key: nobody could prove anything then.
 */
export function proofDemand(
  { proveAction }: SessionOptions,
  { key }: Principal,
  credential: Credential,
): ProofDemand | undefined {
  if (proveAction === undefined) return undefined
  assertProver(proveAction, 'openSession')
  const [bound, ...others] = typeof key === 'string' ? [] : key.known
  if (bound === undefined || others.length > 0) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'openSession: proveAction needs a session that is bound to a key', {
      hint: 'have the issuer bind the token to a key (cnf.jkt), and set jwtVerifier.dpop',
    })
  }
  const token = ownMember(credential, 'token')
  return { prove: proveAction, key: bound, tokenHash: typeof token === 'string' ? hashOf(token) : undefined }
}

/**
 * What a delegated session has to prove: the same as the session that delegates, also where nobody says so, or more. With a
 * key of its own it signs for itself, and no token names that key. Throws ERR_CONFIG_INVALID when nobody could tell the key.
 */
export function delegatedDemand(
  { key, proveAction }: DelegationOptions,
  parent: ProofDemand | undefined,
): ProofDemand | undefined {
  if (proveAction === undefined) return parent
  assertProver(proveAction, 'session.delegate')
  if (key !== undefined) return { prove: proveAction, key, tokenHash: undefined }
  if (parent !== undefined) return { ...parent, prove: proveAction }
  throw new BothKeysError('ERR_CONFIG_INVALID', 'session.delegate: proveAction needs the key that signs', {
    hint: 'give the sub-agent a key of its own: delegate({ key, proveAction })',
  })
}

function assertProver(prover: unknown, where: string): void {
  if (typeof prover === 'function') return
  throw new BothKeysError('ERR_CONFIG_INVALID', `${where}: proveAction must be a function that answers a proof`)
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
