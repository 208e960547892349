import { signedApprover } from '@bothkeys/core'
import type { ApprovalRequest, Approver, PeopleLookup } from '@bothkeys/core'
import { signApproval } from '@bothkeys/core/signing'
import type { ApprovalSignature } from '@bothkeys/core/signing'

/** Where agents run: public keys, and who people are. Goes into createGuard({ approvers: [desk] }). */
export function deskOf(jwks: { keys: object[] }, people: PeopleLookup): Approver {
  return signedApprover({ name: 'desk', issuer: 'https://desk.example', jwks, people })
}

/** Where people decide, in another process: the private key, and whoever has just logged in. */
export async function answered(
  request: Pick<ApprovalRequest, 'subject'>,
  person: { issuer: string; id: string },
  key: ApprovalSignature['key'],
): Promise<string> {
  return signApproval(
    { ...request.subject, dec: 'allow' },
    { issuer: 'https://desk.example', subject: person, level: 'signed', key, algorithm: 'ES256' },
  )
}
