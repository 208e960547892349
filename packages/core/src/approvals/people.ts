import { BothKeysError } from '../errors.js'
import { refused } from '../identity/identifier.js'
import { linkedPrincipal, makePrincipal } from '../identity/make-principal.js'
import { untilAborted } from '../identity/until-aborted.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise } from '../model/maybe-promise.js'
import type { Principal, Subject } from '../model/principal.js'

/** What is known of a person who approves. */
export interface PersonFacts {
  /** The roles that the person holds now. */
  readonly roles: readonly string[]
  /** What the person is called, whichever account they use: two accounts of one person are one person. */
  readonly person?: string
  /** The person's other accounts. */
  readonly accounts?: readonly Subject[]
}

/** Says who somebody is, or undefined when nobody that may approve. Throwing refuses. */
export type PeopleLookup = (subject: Subject, signal: AbortSignal) => MaybePromise<PersonFacts | undefined>

/** Who has no role decides nothing, unless a directory gives them one. */
export const withoutRoles: PeopleLookup = () => ({ roles: [] })

/** A decision of somebody whose account was verified. */
interface VerifiedAccount {
  readonly subject: Subject
  readonly verifiedBy: string
  /** At which they decided. */
  readonly level: ApprovalLevel
  readonly expiresAtMs: number
}

/**
 * Makes the principal of a person who decided, with what is known of them now. Throws ERR_TOKEN_INVALID when nobody knows
 * them, or when the lookup fails: whom nobody can tell anything about does not approve.
 */
export async function personOf(
  people: PeopleLookup,
  account: VerifiedAccount,
  signal: AbortSignal,
): Promise<Principal> {
  const facts = await looked(people, account.subject, signal)
  if (facts === undefined) throw refused('nobody knows who decided', 'list the person where approvers are looked up')
  const { accounts, person, roles } = facts
  const principal = makePrincipal({
    ...account.subject,
    kind: 'human',
    owners: undefined,
    agentClass: undefined,
    runRoot: undefined,
    key: undefined,
    roles,
    verifiedBy: account.verifiedBy,
    level: account.level,
    expiresAtMs: account.expiresAtMs,
  })
  if (person === undefined && accounts === undefined) return principal
  return linkedPrincipal(principal, { person, aliases: accounts ?? [], owners: [], agentClass: undefined, roles })
}

async function looked(people: PeopleLookup, subject: Subject, signal: AbortSignal): Promise<PersonFacts | undefined> {
  try {
    const answer = people(subject, signal)
    return isPromise(answer) ? await untilAborted(Promise.resolve(answer), signal) : answer
  } catch (cause) {
    throw new BothKeysError('ERR_TOKEN_INVALID', 'the token was refused: who decided could not be looked up', { cause })
  }
}
