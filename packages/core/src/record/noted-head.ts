import type { MaybePromise } from '../model/maybe-promise.js'

/** The last event of a journal that was known to be on disk. */
export interface JournalHead {
  /** Whose journal it is: the guard's `engine`. */
  readonly recorder: string
  /** The number of the event in its journal, from 0. */
  readonly lsn: number
  /** The event's hash, 64 hex digits. */
  readonly hash: string
}

/** Keeps the head of one journal outside its directory, where whoever can shorten the journal does not reach. */
export interface HeadStore {
  /** The head noted last; undefined when there is none yet. Throws when that cannot be told. */
  read(): MaybePromise<JournalHead | undefined>
  /** Puts a head in the place of the one before, durably. */
  note(head: JournalHead): MaybePromise<void>
}

/** A journal that is not the one whose head was noted, or no longer all of it. */
export interface JournalBehind {
  /** What was noted outside. */
  readonly noted: JournalHead
  /** `missing`: the journal ends before that event. `different`: another event has its place. */
  readonly why: 'missing' | 'different'
  /** The last lsn that the journal held when it was opened; -1 when it was empty. */
  readonly lastLsn: number
}

/** What a journal that ends at `lastLsn`, with `found` in the place of the noted event, lacks. */
export function compareHead(
  noted: JournalHead | undefined,
  found: string | undefined,
  lastLsn: number,
): JournalBehind | undefined {
  if (noted === undefined || noted.hash === found) return undefined
  return { noted, why: found === undefined ? 'missing' : 'different', lastLsn }
}

/** Reads a head from JSON. Undefined when it is none. */
export function parseHead(text: string): JournalHead | undefined {
  try {
    const { hash, lsn, recorder } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof recorder !== 'string' || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined
    return typeof lsn === 'number' && Number.isSafeInteger(lsn) && lsn >= 0 ? { recorder, lsn, hash } : undefined
  } catch {
    return undefined
  }
}
