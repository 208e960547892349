import { accountOfKey, accountsOf, personKey, personName } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise } from '../model/maybe-promise.js'
import type { Principal, Subject } from '../model/principal.js'
import type { Directory } from './directory.js'
import type { CheckedRecord } from './directory-record.js'
import { checkedRecord } from './directory-record.js'
import { linkedPrincipal } from './make-principal.js'
import { withTimeLimit } from './time-limit.js'
import { untilAborted } from './until-aborted.js'

/** Where somebody stands now. */
export interface Standing {
  /** The principal with its accounts, people and class; its roles are those that the credential and the directory give. */
  readonly principal: Principal
  /** The roles that count when it decides a request: the directory's for a person, where it keeps any. */
  readonly roles: readonly string[]
}

/** Looks somebody up. `fresh`: nothing kept from an earlier lookup will do. */
export type StandingNow = (principal: Principal, fresh: boolean) => MaybePromise<Standing>

/** Without a directory everybody stands as they were verified, and each account is a person of its own. */
export const standingAsVerified: StandingNow = (principal) => ({ principal, roles: principal.roles })

/**
 * Looks principals up in a directory, with the people behind their owners. What the credential says is kept: the directory
 * adds accounts, people, owners and roles that restrict to it, and takes roles that give away (RULES 2).
 * Throws ERR_DIRECTORY_UNAVAILABLE when it fails, takes longer than `deadlineMs` or answers what is no record, and
 * ERR_DIRECTORY_REFUSED when it does not know somebody, has them disabled or contradicts the credential.
 */
export function standingsIn(directory: Directory, deadlineMs: number): StandingNow {
  return (principal, fresh) =>
    withTimeLimit(deadlineMs, (signal) =>
      standingBy(principal, (subject) => lookUp(directory, subject, { signal, fresh }, deadlineMs)),
    )
}

/** Finds what is said of an account; undefined when nobody knows it. */
export type FindRecord = (subject: Subject) => Promise<CheckedRecord | undefined>

/** Where a principal stands by what `find` says of it and of its owners. Throws ERR_DIRECTORY_REFUSED and what `find` throws. */
export async function standingBy(principal: Principal, find: FindRecord): Promise<Standing> {
  const record = await find(principal.subject)
  if (record === undefined) throw refused('does not know this principal', 'add the account to the directory')
  if (record.disabled) throw refused('has this principal disabled', 'ask whoever keeps the directory')
  assertAgrees(principal, record)
  const owners = await ownersOf(principal, record, find)
  const both = record.roles === undefined ? principal.roles : principal.roles.filter(isAmong(record.roles))
  const linked = linkedPrincipal(principal, {
    person: record.person,
    aliases: onceEach([...principal.aliases, ...record.aliases]),
    owners,
    agentClass: record.agentClass,
    roles: both,
    listedRoles: record.roles ?? [],
  })
  return { principal: linked, roles: record.kind === 'human' ? (record.roles ?? principal.roles) : both }
}

/** Looks accounts up in a directory, nothing kept from before. Rejects as `standingsIn` throws. */
export function findIn(directory: Directory, deadlineMs: number): FindRecord {
  return (subject) =>
    withTimeLimit(deadlineMs, (signal) => lookUp(directory, subject, { signal, fresh: true }, deadlineMs))
}

async function lookUp(
  directory: Directory,
  subject: Subject,
  query: { readonly signal: AbortSignal; readonly fresh: boolean },
  deadlineMs: number,
): Promise<CheckedRecord | undefined> {
  let answer: unknown
  try {
    const found = directory.resolve(subject, query)
    answer = isPromise(found) ? await untilAborted(Promise.resolve(found), query.signal) : found
  } catch (cause) {
    if (cause instanceof BothKeysError && cause.code === 'ERR_DIRECTORY_UNAVAILABLE') throw cause
    const why = query.signal.aborted ? `took longer than ${String(deadlineMs)} ms` : 'failed'
    throw new BothKeysError('ERR_DIRECTORY_UNAVAILABLE', `the directory ${why}, so nothing was let through`, {
      hint: 'see that the directory can be reached, and try again',
      cause,
    })
  }
  return answer === undefined ? undefined : checkedRecord(answer, subject)
}

/** A credential that says something else than the directory is refused, whichever of them is right. */
function assertAgrees(principal: Principal, record: CheckedRecord): void {
  const hint = 'correct the directory or what the issuer puts into tokens'
  if (principal.kind !== record.kind) throw refused('says that this principal is of another kind', hint)
  // Taking the directory's name alone would let two accounts of the person that was named before count twice.
  if (principal.person !== undefined && principal.person !== record.person)
    throw refused('says that this principal is another person', hint)
  const { agentClass } = principal
  if (record.agentClass === undefined || typeof agentClass === 'string') return
  // A sub-agent may have classes of its own beside that of its account.
  if (agentClass.known.includes(record.agentClass)) return
  throw refused('says that this principal is of another class', hint)
}

/**
 * The people who are accountable: each by every account and by name. Those that the credential names count as well and are
 * looked up too, so that an owner's second account is no other person; one that the directory does not know still conflicts.
 * Whoever stands behind those who act with the credential is accountable for what they do with it.
 */
async function ownersOf(principal: Principal, record: CheckedRecord, find: FindRecord): Promise<readonly string[]> {
  const known = new Set(record.kind === 'human' ? [] : await ownersByRecord(record, find))
  const claimed = claimedOwners(principal).filter(({ id, issuer }) => !known.has(personKey(issuer, id)))
  const others = await Promise.all(claimed.map(async (owner) => ({ owner, found: await find(owner) })))
  if (others.some(({ found }) => found !== undefined && found.kind !== 'human')) {
    throw refused("knows an owner that this principal's token names, and it is no person", 'correct the token')
  }
  const acting = await Promise.all(principal.actors.map((actor) => peopleBehind(actor, find)))
  return [...known, ...others.flatMap(({ found, owner }) => keysOf(owner, found)), ...acting.flat()]
}

async function ownersByRecord(record: CheckedRecord, find: FindRecord): Promise<readonly string[]> {
  const people = await Promise.all(record.owners.map(async (owner) => ({ owner, found: await find(owner) })))
  if (people.some(({ found }) => found?.kind !== 'human')) {
    throw refused('names an owner of this principal who is no person that it knows', 'correct its owners')
  }
  if (people.every(({ found }) => found?.disabled !== false)) {
    throw refused('has every owner of this principal disabled', 'name somebody who is accountable for it now')
  }
  return people.flatMap(({ found, owner }) => keysOf(owner, found))
}

/** The person that acts with a credential, or those who own the agent that does. Nobody where the directory does not know it. */
async function peopleBehind(actor: string, find: FindRecord): Promise<readonly string[]> {
  const account = accountOfKey(actor)
  const found = account === undefined ? undefined : await find(account)
  if (account === undefined || found === undefined) return []
  if (found.disabled) throw refused('has whoever acts with this credential disabled', 'ask whoever keeps the directory')
  return found.kind === 'human' ? keysOf(account, found) : ownersByRecord(found, find)
}

/** Every name of a person: their accounts, and what the directory calls them. */
export function keysOf(owner: Subject, found: CheckedRecord | undefined): readonly string[] {
  const accounts = accountsOf({ subject: owner, aliases: found?.aliases ?? [] })
  return found?.person === undefined ? accounts : [...accounts, personName(found.person)]
}

/** The accounts among the owners that a principal has already. */
function claimedOwners({ owners }: Principal): readonly Subject[] {
  return typeof owners === 'string' ? [] : owners.known.flatMap((key) => accountOfKey(key) ?? [])
}

function onceEach(accounts: readonly Subject[]): readonly Subject[] {
  return [...new Map(accounts.map((account) => [personKey(account.issuer, account.id), account])).values()]
}

function isAmong(roles: readonly string[]): (role: string) => boolean {
  const live = new Set(roles)
  return (role) => live.has(role)
}

function refused(what: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_DIRECTORY_REFUSED', `the directory ${what}`, { hint })
}
