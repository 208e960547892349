import type { Credential, Principal, Verifier } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/**
 * Who takes part; people.yaml says who is behind whom. The example takes everybody at their word, which only code can ask for
 * (the credential is a symbol); a real guard uses `jwtVerifier` with the tokens of your identity provider.
 */
export const identity: Verifier = unverifiedIdentity()

/** What the agent presents. It has the dba role too: that alone does not let it approve its own action. */
export const agentCredential: Credential = agent('support')

/** What another agent of the same owner presents, whose role reads orders alone. */
export const reportCredential: Credential = agent('report')

/** Everybody who tries to turn a key, as the story calls them. */
export async function hands(): Promise<Readonly<Record<string, Principal>>> {
  const known: Readonly<Record<string, Credential>> = {
    'the agent itself': agentCredential,
    "ada's other agent": reportCredential,
    'ada, who owns both': human('ada'),
    "ada's second account": human('ada-admin'),
    grace: human('grace'),
    linus: human('linus'),
  }
  const verified = Object.entries(known).map(
    async ([who, credential]) => [who, await identity.verify(credential, AbortSignal.timeout(5_000))] as const,
  )
  return Object.fromEntries(await Promise.all(verified))
}

function agent(name: string): Credential {
  const subject = `${name}-agent`
  return {
    [unverifiedCredential]: { kind: 'agent', subject, owners: ['ada'], agentClass: name, roles: [subject, 'dba'] },
  }
}

function human(subject: string): Credential {
  return { [unverifiedCredential]: { kind: 'human', subject, roles: ['dba'] } }
}
