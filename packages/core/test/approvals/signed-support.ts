import { exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey } from 'jose'
import type { ApprovalRequest } from '../../src/approvals/approver.js'
import type { PersonFacts } from '../../src/approvals/people.js'
import type { SignedApproverOptions } from '../../src/approvals/signed-approver.js'
import { signedApprover } from '../../src/approvals/signed-approver.js'
import type { ApprovalSignature } from '../../src/identity/sign-approval.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import type { ApprovalStatement } from '../../src/model/approval-statement.js'
import type { Subject } from '../../src/model/principal.js'
import { people, startMs } from './support.js'

/** Who asks people and signs what they said. */
export const desk = 'https://desk.example'
export const deskKey = await generateKeyPair('ES256', { extractable: true })
export const strangerKey = await generateKeyPair('ES256', { extractable: true })
export const deskJwk = { ...(await exportJWK(deskKey.publicKey)), kid: 'd1', alg: 'ES256', use: 'sig' }

/** The people of these tests, as a directory would answer; a test may change it. */
export class Directory {
  readonly facts = new Map<string, PersonFacts>([
    ['ann', { roles: ['dba'], person: 'ann' }],
    ['ann-admin', { roles: ['dba', 'security'], person: 'ann' }],
    ['bob', { roles: ['dba'] }],
    ['sec', { roles: ['security'] }],
    ['olga', { roles: ['dba'] }],
    ['eve', { roles: ['intern'] }],
  ])

  readonly lookup = ({ id, issuer }: Subject): PersonFacts | undefined =>
    issuer === people ? this.facts.get(id) : undefined
}

export function deskApprover(change: Partial<SignedApproverOptions> = {}): ReturnType<typeof signedApprover> {
  const clock = { wallMs: () => startMs, monotonicMs: () => 0 }
  const options = { name: 'desk', issuer: desk, jwks: { keys: [deskJwk] }, people: new Directory().lookup, clock }
  return signedApprover({ ...options, ...change })
}

/** What the desk signs when somebody decided. */
export function decided(
  who: string,
  request: Pick<ApprovalRequest, 'subject'>,
  statement: Partial<ApprovalStatement> = {},
  signature: Partial<ApprovalSignature> = {},
): Promise<string> {
  return signApproval(
    { ...request.subject, dec: 'allow', ...statement },
    {
      issuer: desk,
      subject: { issuer: people, id: who },
      level: 'signed',
      key: deskKey.privateKey as CryptoKey,
      keyId: 'd1',
      algorithm: 'ES256',
      nowMs: startMs,
      ...signature,
    },
  )
}
