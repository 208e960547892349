import type { ApprovalRequest, Approver } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/** Says yes to everything, and keeps what it was shown. */
export class KeepingApprover implements Approver {
  readonly name = 'keeping'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  /** Runs after the request was shown and before the answer. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve()

  /** What was shown last, with lines as long as they are. */
  get shown(): string {
    return this.requests.at(-1)?.view.text.replaceAll('\n    |> ', '') ?? ''
  }

  ask: Approver['ask'] = async (request, vote) => {
    this.requests.push(request)
    await this.meanwhile()
    const credential = { [unverifiedCredential]: { kind: 'human', subject: 'dora', roles: ['dba'] } as const }
    const approver = await unverifiedIdentity().verify(credential, new AbortController().signal)
    const receipt = await vote({ decision: 'allow', approver, digest: request.digest })
    if (!receipt.counted) throw new Error(receipt.reason)
  }
}

/** A rule that holds these duties at the cluster of tests. */
export function holding(...duty: readonly string[]): object {
  return {
    hold: [{ id: 'h', target: 'cluster', duty, require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
  }
}
