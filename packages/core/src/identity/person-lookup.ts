import { personName } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { Subject } from '../model/principal.js'
import type { Directory } from './directory.js'
import { findIn } from './standing.js'

/** A person as the directory has them now. */
export interface KnownPerson {
  /** The same for each of their accounts. */
  readonly person: string
  /** The roles that they hold now; none where the directory keeps none. */
  readonly roles: readonly string[]
}

/**
 * Says which person an account is, nothing kept from before. Rejects with ERR_DIRECTORY_REFUSED for an account that the directory
 * does not know, has disabled or that is no person's, and with ERR_DIRECTORY_UNAVAILABLE when it fails, takes longer than
 * `deadlineMs` or answers what is no record.
 */
export function personLookup(directory: Directory, deadlineMs: number): (subject: Subject) => Promise<KnownPerson> {
  const find = findIn(directory, deadlineMs)
  return async (subject) => {
    const record = await find(subject)
    if (record === undefined) throw refused('does not know this account')
    if (record.disabled) throw refused('has this account disabled')
    // A record of a human has a person.
    if (record.kind !== 'human' || record.person === undefined) throw refused('says that this account is no person')
    return { person: personName(record.person), roles: record.roles ?? [] }
  }
}

function refused(what: string): BothKeysError {
  return new BothKeysError('ERR_DIRECTORY_REFUSED', `the directory ${what}`, {
    hint: 'ask whoever keeps the directory',
  })
}
