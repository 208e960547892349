import { BothKeysError } from '../errors.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { ApprovalLevel, IndependenceDimension } from '../model/decision.js'
import { approvalLevels } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import { sha256 } from '../model/digest.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { RecordedParty } from '../record/recorded-party.js'
import { membersOf } from '../model/members.js'
import { readParty } from '../record/recorded-party.js'

/** Everything about one broken glass that never changes: what the journal and the ledger hold and what a review is about. */
export interface GlassFacts {
  readonly id: string
  readonly rule: string
  readonly session: string
  /** Who broke it, as the record writes principals. */
  readonly actor: SnapshotValue
  readonly target: string
  readonly reason: string
  readonly ticket: string
  /** Times in the ledger's time, in ISO 8601. */
  readonly brokenAt: string
  readonly until: string
  readonly reviewBy: string
  readonly review: {
    readonly role: string
    readonly level: ApprovalLevel
    readonly independent: readonly IndependenceDimension[]
  }
  /** The digest of the policy that it was broken under. */
  readonly policy: string
}

/** A broken glass that nobody has reviewed. */
export interface UnreviewedGlass {
  readonly facts: GlassFacts
  readonly breaker: RecordedParty
  /** Whether it is known to lift nothing any more; it does not after `until` either. */
  readonly ended: boolean
}

/** What stands in the record beside the session. */
export function glassRecord(facts: GlassFacts): { readonly [key: string]: CanonicalInput } {
  const { session: _envelope, ...body } = facts
  return { ...body, review: { ...body.review } }
}

/** The glass as the ledger keeps it. */
export function storedGlass({ ended, facts }: UnreviewedGlass): SnapshotValue {
  return { ...facts, review: { ...facts.review }, ended }
}

/** The digest of a glass: a review names it, so that it is about this one as it was broken. */
export function glassDigest(engine: string, facts: GlassFacts): Digest {
  return sha256('bothkeys.glass.v1\0', canonicalJson({ engine, session: facts.session, ...glassRecord(facts) }))
}

/** Reads a glass of the ledger or the record. Undefined when it is none: the caller must not take that for nothing. */
export function parseGlass(value: unknown): UnreviewedGlass | undefined {
  const { actor, brokenAt, ended, id, policy, reason, review, reviewBy, rule, session, target, ticket, until } =
    membersOf(value)
  const { independent, level, role } = membersOf(review)
  const breaker = readParty(actor)
  const known = approvalLevels.find((each) => each === level)
  const dimensions = Array.isArray(independent) ? independent.map(dimensionNamed) : [undefined]
  const named = dimensions.filter((each) => each !== undefined)
  if (breaker === undefined || known === undefined || named.length < dimensions.length) return undefined
  if (!isText(id) || !isText(rule) || !isText(session) || !isText(target) || !isText(role)) return undefined
  if (!isText(reason) || !isText(ticket) || !isText(policy)) return undefined
  if (!isTime(brokenAt) || !isTime(until) || !isTime(reviewBy)) return undefined
  const facts: GlassFacts = {
    id,
    rule,
    session,
    // A principal was read from it, and both ledger and record hold nothing but JSON.
    actor: actor as SnapshotValue,
    target,
    reason,
    ticket,
    brokenAt,
    until,
    reviewBy,
    review: Object.freeze({ role, level: known, independent: Object.freeze(named) }),
    policy,
  }
  return Object.freeze({ facts: Object.freeze(facts), breaker, ended: ended === true })
}

/** Reads one back from the record. Throws ERR_JOURNAL_CORRUPT: what cannot be read has to be reviewed. */
export function replayedGlass(event: Readonly<Record<string, unknown>>): UnreviewedGlass {
  const glass = parseGlass(event)
  if (glass !== undefined) return Object.freeze({ ...glass, ended: true })
  throw new BothKeysError('ERR_JOURNAL_CORRUPT', 'a broken glass in the journal cannot be read', {
    hint: 'another version of bothkeys may have written it: start that one',
  })
}

/** Whether a glass lifts nothing any more, at a time of the ledger. */
export function isOverAt({ ended, facts }: UnreviewedGlass, nowMs: number): boolean {
  return ended || nowMs > Date.parse(facts.until)
}

const dimensions: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

function dimensionNamed(name: unknown): IndependenceDimension | undefined {
  return dimensions.find((each) => each === name)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
