import type { Credential, Principal, Verifier } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/**
 * Who takes part. The example takes everybody at their word, which only code can ask for (the credential is a symbol);
 * a real guard uses `jwtVerifier` with the tokens of your identity provider.
 */
export const identity: Verifier = unverifiedIdentity()

/** What the agent presents. It has the dba role too: that alone does not let it approve its own action. */
export const agentCredential: Credential = {
  [unverifiedCredential]: {
    kind: 'agent',
    subject: 'support-agent',
    owners: ['ada'],
    agentClass: 'support',
    roles: ['support-agent', 'dba'],
  },
}

/** Ada is a dba too, but the agent is hers: her yes is the requester's own. */
export function ada(): Promise<Principal> {
  return dba('ada')
}

/** Grace is a dba and has nothing to do with Ada's agent. */
export function grace(): Promise<Principal> {
  return dba('grace')
}

function dba(subject: string): Promise<Principal> {
  return identity.verify(
    { [unverifiedCredential]: { kind: 'human', subject, roles: ['dba'] } },
    AbortSignal.timeout(5_000),
  )
}
