import type { Enforcement } from './enforcement.js'
import { GrantKeeper } from './grants/grant-keeper.js'
import type { GrantOptions, GrantRevocation } from './grants/grant-options.js'
import { checkedReason } from './grants/grant-options.js'
import type { Grant, OpenGrant } from './grants/open-grant.js'
import type { Ledger } from './ledger/ledger.js'
import { refusalFrom } from './refusal.js'
import { requestGrant } from './request-grant.js'
import type { Requester } from './requester.js'
import { revoked } from './revocation.js'
import type { Revocations } from './revocations.js'
import { SeenIdentities } from './seen-identities.js'

type Ports = Pick<
  Enforcement,
  'engine' | 'journal' | 'clock' | 'policyNow' | 'approvals' | 'prove' | 'masking' | 'observe' | 'deadlineMs'
>

/** The parts of a guard that grants need. */
interface GrantParts {
  readonly ledger: Ledger
  readonly revocations: Pick<Revocations, 'fresh' | 'ofTarget'>
}

/** What people granted, for whoever keeps an eye on it. Nothing here gives any. */
export interface GuardGrants {
  /** What lets something through in this process now, oldest first. */
  open(): readonly OpenGrant[]
  /**
   * Takes a grant back, of whatever session and process on the same ledger: it gives no further use. Resolves to whether there
   * was one. Rejects with ERR_CONFIG_INVALID without a reason, and with what the ledger or the journal rejects with: it is over
   * in this process then, and others may not learn of it.
   */
  revoke(id: string, options: GrantRevocation): Promise<boolean>
}

/** What the one path takes uses of, the way to ask for one, and the way to watch. */
interface GrantsOfGuard {
  readonly grants: GrantKeeper
  readonly seen: SeenIdentities
  readonly request: (requester: Requester, options: GrantOptions) => Promise<Grant>
  readonly watched: GuardGrants
}

/** Asking for grants and taking uses of them, for one guard. */
export function guardGrants(ports: Ports, { ledger, revocations }: GrantParts): GrantsOfGuard {
  const { approvals, observe } = ports
  const onFailure = (session: string, cause: unknown): void => {
    observe('failure', { session, refusal: refusalFrom(cause), cause })
  }
  const seen = new SeenIdentities()
  const grants = new GrantKeeper({
    ...ports,
    ledger,
    stands: (approval) => approvals.stands(approval),
    isRevoked: (approval) => approvals.reliesOnRevoked(approval),
    isTargetRevoked: (name) => revocations.ofTarget(name) !== undefined,
    onGiven: (event) => {
      observe('grantGiven', event)
    },
    onEnded: (event) => {
      observe('grantEnded', event)
    },
    onFailure,
  })
  const desk = {
    ...ports,
    grants,
    identityOf: (requester: Requester, target: string) => seen.of(requester, target),
    assertTarget: (name: string) => {
      const revocation = revocations.ofTarget(name)
      if (revocation !== undefined) throw revoked(`target ${name}`, revocation)
    },
    revocationsFresh: () => revocations.fresh(),
    onRefused: (session: string, error: unknown) => {
      observe('denied', { session, refusal: refusalFrom(error) })
    },
    onFailure,
  }
  const watched = Object.freeze({
    open: () => grants.open(),
    revoke: async (id: string, why: GrantRevocation) => grants.revoke(id, checkedReason(why)),
  })
  return { grants, seen, watched, request: (requester, options) => requestGrant(desk, requester, options) }
}
