import type { Approver, Credential, Verifier } from '@bothkeys/core'
import { callbackApprover, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/** Takes everybody at their word; a real guard uses `githubActionsIdentity`, or another preset, with the token of the job. */
export const identity: Verifier = unverifiedIdentity()

/** What the job presents. */
export const jobCredential: Credential = {
  [unverifiedCredential]: { kind: 'agent', subject: 'pipeline', owners: ['ada'], agentClass: 'ci', roles: ['ci-job'] },
}

/** Stands for the Slack message of a real guard: grace reads what she is shown, and says yes. */
export async function grace(shown: string[]): Promise<Approver> {
  const credential = { [unverifiedCredential]: { kind: 'human', subject: 'grace', roles: ['sre'] } } as const
  const approver = await identity.verify(credential, AbortSignal.timeout(5_000))
  return callbackApprover({
    name: 'grace',
    ask: async ({ digest, view }) => {
      shown.push(view.text)
      return { decision: 'allow', approver, digest }
    },
  })
}
