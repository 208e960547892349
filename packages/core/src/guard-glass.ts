import type { Approver } from './approvals/approver.js'
import type { Enforcement } from './enforcement.js'
import { BothKeysError } from './errors.js'
import { GlassKeeper } from './glass/glass-keeper.js'
import type { GlassContext } from './glass/glass-keeper.js'
import type { GlassReview, ReviewContext } from './glass/glass-review.js'
import { GlassReviews } from './glass/glass-review.js'
import type { GlassNotifier } from './glass/notify-glass.js'
import type { Verifier } from './identity/verifier.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { refusalFrom } from './refusal.js'
import { revoked } from './revocation.js'
import type { Revocations } from './revocations.js'

/** The broken glasses that wait for a review, and the way in for reviews. */
export type GuardGlass = Pick<GlassReviews, 'pending' | 'review'>

type Ports = Pick<
  GlassContext,
  'engine' | 'ledger' | 'journal' | 'clock' | 'policyNow' | 'standingNow' | 'deadlineMs'
> &
  Pick<ReviewContext, 'find'>

/** The parts of a guard that glass needs. */
interface GuardParts {
  readonly options: {
    readonly notifyGlass?: GlassNotifier
    readonly identity: Verifier
    readonly approvers?: readonly Approver[]
  }
  readonly observe: Enforcement['observe']
  readonly revocations: Pick<Revocations, 'fresh' | 'ofPrincipal' | 'ofTarget'>
}

/** Breaking glass and reviewing it, for one guard. */
export function guardGlass(
  ports: Ports,
  { observe, options, revocations }: GuardParts,
): { readonly glass: GlassKeeper; readonly reviews: GuardGlass } {
  const shared = { ...ports, revocationsFresh: () => revocations.fresh() }
  const glass = new GlassKeeper({
    ...shared,
    assertTarget: (name) => {
      const revocation = revocations.ofTarget(name)
      if (revocation !== undefined) throw revoked(`target ${name}`, revocation)
    },
    notify: options.notifyGlass,
    onBroken: (event) => {
      observe('glassBroken', event)
    },
    onEnded: (event) => {
      observe('glassEnded', event)
    },
    onRefused: (session, error) => {
      observe('denied', { session, refusal: refusalFrom(error) })
    },
    onFailure: (session, cause) => {
      observe('failure', { session, refusal: refusalFrom(cause), cause })
    },
  })
  const reviews = new GlassReviews({
    ...shared,
    isOpen: (id) => glass.isLive(id),
    isRevoked: (principal) => revocations.ofPrincipal(principal) !== undefined,
    identity: options.identity,
    approvers: options.approvers ?? [],
    onReviewed: (event) => {
      observe('glassReviewed', event)
    },
  })
  return {
    glass,
    reviews: Object.freeze({
      pending: () => reviews.pending(),
      review: (id: string, review: GlassReview) => reviews.review(id, review),
    }),
  }
}

/** Throws ERR_CONFIG_INVALID when a policy lets somebody break glass and nobody would be told. */
export function assertNotifier(notify: GlassNotifier | undefined, { glassRules }: CompiledPolicy): void {
  if (notify !== undefined || glassRules === undefined) return
  throw new BothKeysError('ERR_CONFIG_INVALID', 'the policy has breakGlass, and nobody would be told of it', {
    hint: 'give createGuard({ notifyGlass }) a function that tells people',
  })
}
