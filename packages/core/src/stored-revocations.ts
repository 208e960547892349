import { BothKeysError } from './errors.js'
import type { LedgerEntry } from './ledger/ledger.js'
import { membersOf } from './model/members.js'
import type { SnapshotValue } from './model/snapshot.js'
import type { Revocation } from './revocation.js'
import { isOver, parseRevocation, storedRevocation, withNewer } from './revocation.js'

/**
 * The ledger's key of all that is revoked. One entry, made at the start, so that a ledger that is full by then takes
 * revocations and liftings all the same.
 */
export const revocationsKey = 'revocations'

/** One that people lifted, which the guard that revoked it has to learn of. */
interface Lifted {
  readonly id: string
  /** Unix milliseconds in the ledger's time after which nobody needs to be told any more. */
  readonly untilMs: number
}

/** What the ledger holds of revocations. */
export interface StoredRevocations {
  /** Oldest first. */
  readonly inForce: readonly Revocation[]
  /** Oldest first. */
  readonly lifted: readonly Lifted[]
}

/** What is over is dropped; of more than these, others are not told. */
const maxRevocations = 1_000
/** Of more than these, the oldest are forgotten. */
const maxLifted = 1_000
/**
 * How long it is told that something was lifted: every guard that works looks each second. One that was cut off for longer
 * keeps what it revoked until it is lifted there.
 */
const toldMs = 24 * 60 * 60_000

export const noRevocations: StoredRevocations = Object.freeze({ inForce: [], lifted: [] })

/** Without what is over at a time of the ledger. */
export function stillStored({ inForce, lifted }: StoredRevocations, nowMs: number): StoredRevocations {
  return {
    inForce: inForce.filter(({ untilMs }) => !isOver(untilMs, nowMs)),
    lifted: lifted.filter(({ untilMs }) => !isOver(untilMs, nowMs)),
  }
}

/** With one more, in the place of what ends no later. Throws ERR_LIMIT_EXCEEDED. */
export function withRevocation({ inForce, lifted }: StoredRevocations, revocation: Revocation): StoredRevocations {
  const left = withNewer(inForce, revocation)
  if (left.length > maxRevocations && revocation.what.kind !== 'everything') throw tooMany()
  return { inForce: left, lifted }
}

/** Without those that people lifted at this time. Whatever was revoked besides stays. */
export function withoutLifted(
  stored: StoredRevocations,
  decided: readonly Revocation[],
  nowMs: number,
): StoredRevocations {
  const ids = new Set(decided.map(({ id }) => id))
  const lifted = decided.map(({ id, untilMs = Infinity }) => ({ id, untilMs: Math.min(untilMs, nowMs + toldMs) }))
  return {
    inForce: stored.inForce.filter(({ id }) => !ids.has(id)),
    lifted: [...stored.lifted.filter(({ id }) => !ids.has(id)), ...lifted].slice(-maxLifted),
  }
}

/** What the ledger keeps. */
export function storedValue({ inForce, lifted }: StoredRevocations): SnapshotValue {
  return { inForce: inForce.map(storedRevocation), lifted: lifted.map((each) => ({ ...each })) }
}

/** Reads it back. Throws ERR_LEDGER_UNAVAILABLE when it is something else: it might have been a revocation. */
export function storedIn(entry: LedgerEntry | undefined): StoredRevocations {
  const value: SnapshotValue | undefined = entry?.value
  if (value === undefined) return noRevocations
  const { inForce, lifted } = membersOf(value)
  return { inForce: readAll(inForce, parseRevocation), lifted: readAll(lifted, parseLifted) }
}

function readAll<T>(values: unknown, parse: (value: unknown) => T | undefined): readonly T[] {
  const parsed = Array.isArray(values) ? values.map(parse) : [undefined]
  const read = parsed.filter((each) => each !== undefined)
  if (read.length === parsed.length) return read
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the revocations in the ledger cannot be read, so nothing ran', {
    hint: 'look at the ledger: somebody changed it',
  })
}

function parseLifted(value: unknown): Lifted | undefined {
  const { id, untilMs } = membersOf(value)
  return typeof id === 'string' && typeof untilMs === 'number' ? { id, untilMs } : undefined
}

function tooMany(): BothKeysError {
  return new BothKeysError(
    'ERR_LIMIT_EXCEEDED',
    `${String(maxRevocations)} revocations are in force, and no more fit`,
    {
      hint: 'revoke everything, or wait until some are over',
    },
  )
}
