import { isDeepStrictEqual } from 'node:util'
import type { Revocable } from './duties/revoked.js'
import { BothKeysError } from './errors.js'
import type { CanonicalInput } from './model/canonical-json.js'
import { randomHex } from './model/digest.js'
import type { SnapshotValue } from './model/snapshot.js'

/** One revocation that is in force. */
export interface Revocation {
  /** Names the revocation, in the record and to lift it. */
  readonly id: string
  /** What is revoked. */
  readonly what: Revocable
  /** Why, for the record and for whoever it stops. */
  readonly reason: string
  /** Unix milliseconds in the ledger's time after which it is over; undefined: never. */
  readonly untilMs: number | undefined
}

/** Why and for how long something is revoked. */
export interface RevocationOptions {
  /** One line, shown to whoever is stopped. */
  readonly reason: string
  /** How long it lasts, in milliseconds, at most ten years. Default: for good. */
  readonly forMs?: number
}

const longest = 2_048
const longestMs = 10 * 366 * 24 * 3_600_000

/** Checks what a caller wants revoked, for good at first. Throws ERR_CONFIG_INVALID. */
export function revocationOf(what: Revocable, options: RevocationOptions): Revocation {
  const { forMs, reason } = options
  if (!isText(reason, 500) || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(reason)) throw wrong('needs a reason of one line')
  if (forMs !== undefined && !(Number.isSafeInteger(forMs) && forMs > 0 && forMs <= longestMs)) {
    throw wrong('lasts a whole number of milliseconds, at most ten years')
  }
  const own = revocable(what)
  if (own === undefined) throw wrong('names a subject, a person, a run, a session, a target or everything')
  return Object.freeze({ id: randomHex(16), what: own, reason, untilMs: undefined })
}

/** A copy of what can be revoked; undefined when it is nothing of the kind. */
function revocable(what: unknown): Revocable | undefined {
  if (typeof what !== 'object' || what === null || !('kind' in what)) return undefined
  const { kind, id, issuer } = what as { kind: unknown; id?: unknown; issuer?: unknown }
  switch (kind) {
    case 'everything':
      return Object.freeze({ kind })
    case 'subject':
    case 'person':
      return isText(id) && isText(issuer) ? Object.freeze({ kind, issuer, id }) : undefined
    case 'run':
    case 'session':
    case 'target':
      return isText(id) ? Object.freeze({ kind, id }) : undefined
    default:
      return undefined
  }
}

function isText(value: unknown, max = longest): value is string {
  return typeof value === 'string' && value !== '' && value.length <= max && value.isWellFormed()
}

/** Whether a revocation is of the same and lasts at least as long. */
export function covers(one: Revocation, other: Revocation): boolean {
  const endMs = ({ untilMs }: Revocation): number => untilMs ?? Infinity
  return endMs(one) >= endMs(other) && isDeepStrictEqual(one.what, other.what)
}

/** Whether two things that can be revoked are the same. */
export function isSameRevocable(one: Revocable, other: Revocable): boolean {
  return isDeepStrictEqual(one, other)
}

/**
 * With a newer one, which makes needless what is of the same and ends no later. What ends later stays: it is another one, and
 * is lifted by itself.
 */
export function withNewer(revocations: readonly Revocation[], newer: Revocation): readonly Revocation[] {
  return [...revocations.filter((older) => !covers(newer, older)), newer]
}

/** Whether a revocation is over at a time of the ledger. */
export function isOver(untilMs: number | undefined, nowMs: number): boolean {
  return untilMs !== undefined && nowMs > untilMs
}

/** The revocation as the ledger keeps it. */
export function storedRevocation({ id, reason, untilMs, what }: Revocation): { readonly [key: string]: SnapshotValue } {
  return { id, reason, untilMs: untilMs ?? null, what: { ...what } }
}

/** The same for the record. */
export function recordedRevocation({ id, reason, untilMs, what }: Revocation): {
  readonly [key: string]: CanonicalInput
} {
  return { id, reason, until: untilMs === undefined ? null : new Date(untilMs).toISOString(), what: { ...what } }
}

/** Reads one back. Undefined when it is none: the caller must not take that for nothing. */
export function parseRevocation(value: unknown): Revocation | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, reason, untilMs, what } = value as Readonly<Record<string, unknown>>
  const own = revocable(what)
  if (own === undefined || !isText(id) || !isText(reason)) return undefined
  if (untilMs !== null && typeof untilMs !== 'number') return undefined
  return Object.freeze({ id, what: own, reason, untilMs: untilMs ?? undefined })
}

/** Reads one back from the record. Throws ERR_JOURNAL_CORRUPT: what cannot be read might have stopped somebody. */
export function replayedRevocation(event: Readonly<Record<string, unknown>>): Revocation {
  const { id, reason, until, what } = event
  const revocation = parseRevocation({
    id,
    reason,
    what,
    untilMs: typeof until === 'string' ? Date.parse(until) : until,
  })
  if (revocation !== undefined && !Number.isNaN(revocation.untilMs)) return revocation
  throw new BothKeysError('ERR_JOURNAL_CORRUPT', 'a revocation in the journal cannot be read', {
    hint: 'another version of bothkeys may have written it: start that one',
  })
}

/** What stopped somebody, and why. */
export function revoked(what: string, { reason }: Revocation): BothKeysError {
  return new BothKeysError('ERR_REVOKED', `${what} was revoked: ${reason}`, {
    hint: 'an administrator stopped it; ask them',
  })
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `a revocation ${what}`, { hint: 'see guard.revoke(what, { reason })' })
}
