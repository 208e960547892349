import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { Subject } from '../model/principal.js'
import type { Directory } from './directory.js'
import type { CheckedRecord } from './directory-record.js'
import { checkedRecord } from './directory-record.js'
import { identifier } from './identifier.js'
import { ownMember } from './own-member.js'
import { untilAborted } from './until-aborted.js'

/** The most accounts of a listing. */
const maxEntries = 100_000

/** One account of a listing, read once, copied and checked. */
export interface ListedAccount {
  readonly subject: Subject
  readonly record: CheckedRecord
}

/** Every account of a listing, by name: `issuer#id`. */
export type Listing = ReadonlyMap<string, ListedAccount>

/**
 * Lists a directory; undefined when it cannot list. Throws ERR_DIRECTORY_UNAVAILABLE when it fails, takes longer than
 * `deadlineMs` or answers anything but a listing: what could not be listed is never taken for a directory without people.
 */
export async function listingOf(directory: Directory, deadlineMs: number): Promise<Listing | undefined> {
  const signal = AbortSignal.timeout(deadlineMs)
  let answer: unknown
  try {
    if (directory.list === undefined) return undefined
    // An async function, so that a directory which throws at once is no different from one that rejects.
    answer = await untilAborted((async () => directory.list?.({ signal, fresh: true }))(), signal)
  } catch (cause) {
    const why = signal.aborted ? `took longer than ${String(deadlineMs)} ms` : 'failed'
    throw unavailable(`the directory ${why} when it was asked for everybody`, cause)
  }
  return checkedListing(answer)
}

/**
 * Reads a listing. Throws ERR_DIRECTORY_UNAVAILABLE for anything that is no list of accounts with a record each, and for an
 * account that stands there twice.
 */
export function checkedListing(answer: unknown): Listing {
  if (!Array.isArray(answer)) throw unavailable("the directory's answer is not a list of accounts")
  if (answer.length > maxEntries) throw unavailable(`the directory lists more than ${String(maxEntries)} accounts`)
  const listing = new Map<string, ListedAccount>()
  for (const entry of answer as readonly unknown[]) {
    const subject = subjectOf(entry)
    const key = personKey(subject.issuer, subject.id)
    if (listing.has(key)) throw unavailable('the directory lists an account twice')
    listing.set(key, Object.freeze({ subject, record: checkedRecord(ownMember(entry, 'record'), subject) }))
  }
  return listing
}

function subjectOf(entry: unknown): Subject {
  const subject = ownMember(entry, 'subject')
  try {
    const issuer = identifier(ownMember(subject, 'issuer'), 'issuer')
    if (issuer.includes('#')) throw new Error('an issuer has no fragment')
    return Object.freeze({ issuer, id: identifier(ownMember(subject, 'id'), 'account') })
  } catch (cause) {
    throw unavailable('the directory lists an account that is not named by issuer and id', cause)
  }
}

function unavailable(what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_DIRECTORY_UNAVAILABLE', what, {
    hint: 'see docs/directory.md for what list() answers, and try again when the directory can be reached',
    ...(cause === undefined ? {} : { cause }),
  })
}
