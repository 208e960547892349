import { setImmediate as nextTurn } from 'node:timers/promises'
import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import { sha256 } from '../model/digest.js'
import type { Principal, Subject } from '../model/principal.js'
import type { ListedAccount, Listing } from './listing.js'
import { makePrincipal } from './make-principal.js'
import type { Standing } from './standing.js'
import { standingBy } from './standing.js'

/** The last moment a Date can hold (ECMA-262, section 21.4.1.1): a directory says nothing about expiry. */
const lastMs = 8.64e15

/** How many accounts are gone through before others have their turn: a listing may have 100,000. */
const atOnce = 250

/** Somebody of a listing, as they stand by it. */
export interface RosterMember extends Standing {
  readonly subject: Subject
  /** False: the roles are those of tokens, so that nobody can tell them from the listing. */
  readonly namesRoles: boolean
  /** False: an agent whose class the listing does not name. */
  readonly namesClass: boolean
}

/**
 * Everybody of a listing who is let in, as the directory says that they stand: linked by the same code that links whoever
 * opens a session. Whoever is disabled, or has no owner who counts, is left out as they would be there.
 * What tokens add (a class, keys, a run) is not known: a class that is not in the listing is unknown, or with `classes: 'own'`
 * one that nobody else has; keys are none, everybody proves
 * who they are as well as can be, every account is in a run of its own, and all of them are in one change.
 */
export async function rosterOf(
  listing: Listing,
  { classes = 'listed' }: { readonly classes?: 'listed' | 'own' } = {},
): Promise<readonly RosterMember[]> {
  const members: RosterMember[] = []
  let looked = 0
  for (const [key, { record, subject }] of listing) {
    const namesClass = record.kind === 'human' || record.agentClass !== undefined
    const ownClass = classes === 'own' && !namesClass ? `unlisted:${sha256(key)}` : undefined
    const standing = await standingIn(listing, principalOf({ record, subject }, ownClass))
    if (++looked % atOnce === 0) await nextTurn()
    if (standing === undefined) continue
    members.push({ ...standing, subject, namesRoles: record.roles !== undefined, namesClass })
  }
  return members
}

/** Where a principal stands by a listing; undefined when it would be refused. */
export async function standingIn(listing: Listing, principal: Principal): Promise<Standing | undefined> {
  try {
    return await standingBy(principal, (subject) =>
      Promise.resolve(listing.get(personKey(subject.issuer, subject.id))?.record),
    )
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return undefined
    throw error
  }
}

function principalOf({ record, subject }: ListedAccount, agentClass: string | undefined): Principal {
  return makePrincipal({
    kind: record.kind,
    issuer: subject.issuer,
    id: subject.id,
    owners: undefined,
    agentClass,
    runRoot: undefined,
    change: 'not known',
    key: undefined,
    roles: record.roles ?? [],
    verifiedBy: 'directory',
    level: 'phishing-resistant',
    expiresAtMs: lastMs,
  })
}
