import type { Credential, Principal, Verifier } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/** Takes everybody at their word; a real guard uses `jwtVerifier` with the tokens of your identity provider. */
export const identity: Verifier = unverifiedIdentity()

/** What the agent presents. It may approve too: that alone does not let it approve its own action. */
export const agentCredential: Credential = {
  [unverifiedCredential]: {
    kind: 'agent',
    subject: 'on-call-agent',
    owners: ['ada'],
    agentClass: 'on-call',
    roles: ['on-call-agent', 'sre'],
  },
}

/** Everybody who tries to turn the second key, as the story calls them. */
export async function hands(): Promise<ReadonlyMap<string, Principal>> {
  const known: readonly (readonly [string, Credential])[] = [
    ['the agent itself', agentCredential],
    ['ada, who owns it', human('ada')],
    ['grace', human('grace')],
  ]
  const verified = known.map(
    async ([who, credential]) => [who, await identity.verify(credential, AbortSignal.timeout(5_000))] as const,
  )
  return new Map(await Promise.all(verified))
}

function human(subject: string): Credential {
  return { [unverifiedCredential]: { kind: 'human', subject, roles: ['sre'] } }
}
