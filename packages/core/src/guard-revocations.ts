import type { Approver } from './approvals/approver.js'
import type { Enforcement } from './enforcement.js'
import { principalFragment } from './identity/principal-fragment.js'
import { ownMember } from './identity/own-member.js'
import type { FindRecord, Standing } from './identity/standing.js'
import type { Verifier } from './identity/verifier.js'
import { sha256 } from './model/digest.js'
import type { Principal } from './model/principal.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { RevocationInForce } from './reviews/lifting.js'
import { liftingAgainst, revocationInForce } from './reviews/lifting.js'
import { ReviewRecord } from './reviews/review-record.js'
import type { NotCounted } from './reviews/reviewer.js'
import type { ReviewerPorts, Said } from './reviews/said.js'
import { saidIn, standingOfReviewer } from './reviews/said.js'
import type { Revocation } from './revocation.js'
import type { Revocations } from './revocations.js'

/**
 * Whether a revocation was lifted. The reason is one of `malformed`, `unknown-revocation`, `no-evidence: <why>`, `denied`,
 * `level-too-low`, `principal-expired`, `not-human`, `refused-by-directory`, `revoked`, `no-policy-duty`,
 * `not-independent: person`, `not-known`, `not-liftable`, `changed`.
 */
export type LiftReceipt = { readonly lifted: true } | { readonly lifted: false; readonly reason: string }

/** What is revoked, and the way in for what people signed to lift it. */
export interface GuardRevocations {
  /** What is in force, as far as this process knows. */
  inForce(): readonly RevocationInForce[]
  /**
   * Lifts a revocation by what a person signed about its `subject`, with `dec: allow`: somebody with the duty `policy` on the
   * target, or on every target, who is live and is not stopped by it, nor behind the account that is. Here at once, and within
   * a second in every other guard on the ledger. What was ended stays so: sessions are opened anew. On record before it counts.
   * Rejects as the directory, the ledger and the journal do; it stays in force then, but for ERR_LEDGER_UNKNOWN: then
   * `inForce` tells within a second.
   */
  lift(id: string, decision: { readonly evidence: string }): Promise<LiftReceipt>
}

interface Ports extends Pick<ReviewerPorts, 'clock' | 'standingNow' | 'deadlineMs'> {
  readonly engine: string
  readonly journal: Journal
  readonly policyNow: () => CompiledPolicy
  /** Looks accounts up; undefined where no directory is. */
  readonly find: FindRecord | undefined
}

/** The parts of a guard that lifting needs. */
interface GuardParts {
  readonly options: { readonly identity: Verifier; readonly approvers?: readonly Approver[] }
  readonly observe: Enforcement['observe']
  readonly revocations: Pick<Revocations, 'alike' | 'fresh' | 'inForce' | 'lift' | 'ofPrincipal'>
}

interface LiftingContext extends Omit<ReviewerPorts, 'isRevoked'>, Ports, Pick<GuardParts, 'revocations'> {}

/** Lifting what is revoked, for one guard. */
export function guardRevocations(ports: Ports, { observe, options, revocations }: GuardParts): GuardRevocations {
  const { approvers = [], identity } = options
  const on: LiftingContext = { ...ports, approvers, identity, revocations }
  const refusal = { type: 'revocation.refused-lift', about: 'revocation', by: 'who' } as const
  const record = new ReviewRecord({ journal: ports.journal, deadlineMs: ports.deadlineMs, refusal })
  const shown = (revocation: Revocation): RevocationInForce =>
    revocationInForce(on.engine, on.policyNow().digest, revocation, on.revocations.alike(revocation))

  const refuse = async ({ id }: Revocation, why: NotCounted, who?: Principal): Promise<LiftReceipt> =>
    Object.freeze({ lifted: false, reason: await record.refuse(id, why, who) })

  return Object.freeze({
    inForce: () => on.revocations.inForce().map(shown),
    async lift(id: string, decision: { readonly evidence: string }): Promise<LiftReceipt> {
      await on.revocations.fresh()
      const revocation = on.revocations.inForce().find((each) => each.id === id)
      if (revocation === undefined) return Object.freeze({ lifted: false, reason: 'unknown-revocation' })
      const alike = on.revocations.alike(revocation)
      const found = await decided(on, { what: revocation.what, ids: idsOf(alike) }, decision, shown(revocation))
      if ('reason' in found) return refuse(revocation, found, found.who)
      const { said, standing } = found
      // From here to the record nothing else runs, so that what is revoked again comes after it there.
      if (!isSame(alike, on.revocations.alike(revocation)))
        return refuse(revocation, { reason: 'changed' }, said.reviewer)
      const body = {
        evidence: said.evidence === undefined ? undefined : sha256(said.evidence),
        level: said.level,
        revocation: id,
        revocations: [...idsOf(alike)],
        via: said.via,
        what: { ...revocation.what },
        who: principalFragment(standing.principal),
      }
      await record.append({ type: 'revocation.lifted', session: engineSession, body })
      await on.revocations.lift(alike)
      record.forget(id)
      observe('revocationLifted', { revocation: id, what: revocation.what })
      return Object.freeze({ lifted: true })
    },
  })
}

type Decided = { readonly said: Said; readonly standing: Standing } | (NotCounted & { readonly who?: Principal })

/** Who signed that a revocation be lifted, or why nobody did whom that is up to. */
async function decided(
  on: LiftingContext,
  { ids, what }: Pick<Revocation, 'what'> & { readonly ids: ReadonlySet<string> },
  decision: unknown,
  { subject }: RevocationInForce,
): Promise<Decided> {
  // A credential proves no decision.
  if (typeof ownMember(decision, 'evidence') !== 'string') return { reason: 'malformed' }
  // Everybody is stopped where everything is, so that nobody could lift that.
  const but = what.kind === 'everything' ? ids : undefined
  const ports = { ...on, isRevoked: (principal: Principal) => on.revocations.ofPrincipal(principal, but) !== undefined }
  const said = await saidIn(ports, decision, subject)
  if ('reason' in said) return said
  const who = said.reviewer
  if (said.verdict !== 'justified') return { reason: 'denied', who }
  const standing = await standingOfReviewer(ports, who)
  if ('reason' in standing) return { ...standing, who }
  const unfit = await liftingAgainst(what, on.policyNow(), { level: said.level, standing }, on.find)
  return unfit === undefined ? { said, standing } : { ...unfit, who }
}

function idsOf(revocations: readonly Revocation[]): ReadonlySet<string> {
  return new Set(revocations.map(({ id }) => id))
}

function isSame(one: readonly Revocation[], other: readonly Revocation[]): boolean {
  const ids = idsOf(one)
  return one.length === other.length && other.every(({ id }) => ids.has(id))
}
