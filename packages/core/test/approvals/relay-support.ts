import { exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey } from 'jose'
import type { Approver } from '../../src/approvals/approver.js'
import type { HoldRequest } from '../../src/approvals/coordinator.js'
import { actorFragment, principalFragment } from '../../src/identity/principal-fragment.js'
import { bindRequest } from '../../src/request-digest.js'
import type { ApprovalSignature } from '../../src/identity/sign-approval.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import type { ApprovalStatement, ApprovalSubject } from '../../src/model/approval-statement.js'
import { systemClock } from '../../src/model/clock.js'
import type { WebhookApproverOptions } from '../../src/approvals/webhook-approver.js'
import { hurriedApprover } from '../../src/approvals/webhook-approver.js'
import type { ConversationTimes } from '../../src/approvals/relay-conversation.js'
import { desk, deskJwk, deskKey, Directory } from './signed-support.js'
import { RelayServer } from './relay-server.js'
import { agent, hold, people } from './support.js'

export const engineKey = await generateKeyPair('ES256', { extractable: true })
export const otherEngineKey = await generateKeyPair('ES256', { extractable: true })
export const knownEngines = [
  { engine: 'orders', jwks: { keys: [await exportJWK(engineKey.publicKey)] } },
  { engine: 'stock', jwks: { keys: [await exportJWK(otherEngineKey.publicKey)] } },
]

/** Times in which a test sees everything happen. */
export const hurried: Omit<ConversationTimes, 'askMs'> = {
  exchangeMs: 5_000,
  waitS: 0.3,
  paceMs: 10,
  backOffMs: 5,
  mostBackOffMs: 40,
  endMs: 10_000,
}

export function relay(engines = knownEngines): RelayServer {
  return new RelayServer(engines, desk)
}

/** The approver of the engine `orders`, in a hurry. */
export function webhook(
  url: string,
  change: Partial<WebhookApproverOptions> = {},
  times: Partial<ConversationTimes> = {},
): Approver {
  const options: WebhookApproverOptions = {
    name: 'relay',
    url,
    issuer: desk,
    jwks: { keys: [deskJwk] },
    engine: 'orders',
    key: engineKey.privateKey as CryptoKey,
    algorithm: 'ES256',
    people: new Directory().lookup,
    clock: systemClock,
    ...change,
  }
  return hurriedApprover(options, { ...hurried, ...times })
}

/** What the relay signs now for somebody's decision. */
export function said(
  who: string,
  { subject }: { readonly subject: ApprovalSubject },
  statement: Partial<ApprovalStatement> = {},
  signature: Partial<ApprovalSignature> = {},
): Promise<string> {
  return signApproval(
    { ...subject, dec: 'allow', ...statement },
    {
      issuer: desk,
      subject: { issuer: people, id: who },
      level: 'signed',
      key: deskKey.privateKey as CryptoKey,
      keyId: 'd1',
      algorithm: 'ES256',
      ...signature,
    },
  )
}

/** A call that is bound as the engine binds it, so that whoever is asked elsewhere can read it. */
export function boundHold(engine: string, changes: Partial<HoldRequest> = {}): HoldRequest {
  const requester = agent('etl', { expiresAtMs: Date.now() + 3_600_000 })
  const base = hold({ requester, ...changes })
  const by = {
    sessionId: 's',
    principal: requester,
    principalRecord: principalFragment(requester),
    actorRecord: actorFragment(requester),
  } as Parameters<typeof bindRequest>[1]
  const bound = bindRequest(engine, by, base.action, base.policyDigest, { nonce: 'ab'.repeat(16), actionId: 'a-1' })
  return { ...base, ...bound, bind: () => bound }
}
