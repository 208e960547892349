import type { Credential, Principal, Verifier } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/** Takes everybody at their word; a real guard uses `jwtVerifier` with the tokens of your identity provider. */
export const identity: Verifier = unverifiedIdentity()

/** What starts the team. It has all that its agents have, so that it can give it to them, and may even approve. */
export const teamCredential: Credential = {
  [unverifiedCredential]: {
    kind: 'agent',
    subject: 'nightly-import',
    owners: ['ada'],
    agentClass: 'nightly',
    roles: ['ingest', 'analyst', 'deployer', 'reviewer', 'sre'],
  },
}

/** Somebody who may turn the second key, unless they answer for the team. */
export function person(subject: 'ada' | 'grace'): Promise<Principal> {
  const credential: Credential = { [unverifiedCredential]: { kind: 'human', subject, roles: ['sre'] } }
  return identity.verify(credential, AbortSignal.timeout(5_000))
}
