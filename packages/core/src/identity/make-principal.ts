import { personKey } from '../duties/person.js'
import type { ApprovalLevel } from '../model/decision.js'
import { approvalLevels } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { DelegationLink, Dimension, Principal, PrincipalKind, Subject } from '../model/principal.js'
import type { Refuse } from './identifier.js'
import { identifier, refused } from './identifier.js'

const maxRoles = 256
const maxOwners = 64
const maxChangeLength = 200
/** The last moment a Date can hold (ECMA-262, section 21.4.1.1). */
const lastMs = 8.64e15
const kinds: ReadonlySet<string> = new Set<PrincipalKind>(['human', 'agent', 'workload'])

/** What a verifier found out. `owners` holds ids, each with its issuer; undefined means that nothing was said. */
export interface PrincipalFacts {
  readonly kind: PrincipalKind
  readonly issuer: string
  readonly id: string
  readonly owners: readonly { readonly issuer: string; readonly id: string }[] | undefined
  readonly agentClass: string | undefined
  /** The root of the run, when a verified claim or the host names it. */
  readonly runRoot: string | undefined
  /** The change that the work belongs to, when a verified claim names it. */
  readonly change?: string | undefined
  /** The thumbprint of the key that the credential is bound to; undefined: the verifier saw that it is not bound. */
  readonly key: string | undefined
  readonly roles: readonly string[]
  /** Who acts in the name of the subject. Left out: nobody that the verifier knows of. */
  readonly actors?: readonly Subject[]
  readonly verifiedBy: string
  /** What the verifier saw proven. Left out: nothing. */
  readonly level?: ApprovalLevel
  readonly expiresAtMs: number
}

const made = new WeakSet<object>()

/** Whether a value is a principal that a verifier of this copy of bothkeys made. */
export function isPrincipal(value: unknown): value is Principal {
  return typeof value === 'object' && value !== null && made.has(value)
}

/**
 * Makes a principal, checked and deeply frozen. For verifiers alone: nothing else can make one.
 * What an agent's verifier was not told is unknown, for a person it does not apply (RULES 1).
 * Without a named run the root is stable per issuer, subject and owners, so that a new session resets nothing (RULES 3).
 * Throws ERR_TOKEN_INVALID that names the field and never its content.
 */
export function makePrincipal(facts: PrincipalFacts): Principal {
  if (!kinds.has(facts.kind)) throw refused('kind is none of human, agent and workload')
  const subject = Object.freeze({ issuer: issuerOf(facts.issuer), id: identifier(facts.id, 'subject') })
  const unsaid = facts.kind === 'human' ? 'none' : 'unknown'
  const owners = ownersOf(facts, unsaid)
  const root = facts.runRoot === undefined ? derivedRoot(subject, owners) : identifier(facts.runRoot, 'run')
  const expiresAtMs = moment(facts.expiresAtMs)
  const roles = rolesOf(facts.roles)
  const principal = {
    kind: facts.kind,
    subject,
    aliases: Object.freeze([]),
    person: undefined,
    owners,
    agentClass: facts.agentClass === undefined ? unsaid : known([identifier(facts.agentClass, 'agent class', 256)]),
    actors: actorsOf(facts),
    delegation: Object.freeze([]),
    run: Object.freeze({ id: root, root }),
    change: facts.change === undefined ? undefined : changeName(facts.change),
    key: facts.key === undefined ? ('none' as const) : known([identifier(facts.key, 'key')]),
    roles,
    restrictingRoles: roles,
    verifiedBy: identifier(facts.verifiedBy, 'verifier', 64),
    level: levelOf(facts),
    // A frozen Date can still be set, so each reader gets one of their own.
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  }
  return branded(principal)
}

/** What a directory says of a principal. `owners` are keys: accounts and names of people. */
export interface LinkedFacts {
  readonly person: string | undefined
  readonly aliases: readonly Subject[]
  readonly owners: readonly string[]
  readonly agentClass: string | undefined
  /** What the principal may do now. */
  readonly roles: readonly string[]
  /** Every role that the directory gives the account: one that its credential leaves out restricts it all the same. */
  readonly listedRoles?: readonly string[]
}

/**
 * The same principal with what a directory says of it: owners, accounts and the class are added to those that it has, and
 * the roles are those given; what restricted it goes on to. Everything else stays, the run above all: a change in the directory resets no
 * window. For the directory's own code alone. Throws ERR_TOKEN_INVALID.
 */
export function linkedPrincipal(principal: Principal, facts: LinkedFacts): Principal {
  if (!isPrincipal(principal)) throw refused('it is not a principal that a verifier made')
  const owners = typeof principal.owners === 'string' ? [] : principal.owners.known
  const expiresAtMs = principal.expiresAt.getTime()
  return branded({
    ...principal,
    aliases: Object.freeze(
      facts.aliases.map((alias) =>
        Object.freeze({ issuer: issuerOf(alias.issuer), id: identifier(alias.id, 'linked account') }),
      ),
    ),
    person: facts.person === undefined ? undefined : identifier(facts.person, 'person'),
    owners: facts.owners.length === 0 ? principal.owners : known([...owners, ...facts.owners]),
    agentClass: linkedClass(principal, facts.agentClass),
    ...linkedRoles(principal, facts),
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  })
}

/** The list of roles itself where nothing else restricts, so that whoever looks at both finds one. */
function linkedRoles(principal: Principal, facts: LinkedFacts): Pick<Principal, 'roles' | 'restrictingRoles'> {
  const roles = rolesOf(facts.roles)
  const all = new Set([...roles, ...principal.restrictingRoles, ...rolesOf(facts.listedRoles ?? [])])
  return { roles, restrictingRoles: all.size === roles.length ? roles : Object.freeze([...all]) }
}

/** Added to what is known. What a sub-agent was given beside an unknown class is unknown as well, and stays so. */
function linkedClass({ agentClass, delegation }: Principal, ofDirectory: string | undefined): Dimension {
  if (ofDirectory === undefined) return agentClass
  const isOpen = agentClass === 'unknown' && delegation.length === 0
  return extended(isOpen ? 'none' : agentClass, ofDirectory, 'agent class')
}

/** Names a change: one plain line that no other one looks like. Throws what `refuse` makes, ERR_TOKEN_INVALID if left out. */
export function changeName(value: unknown, refuse?: Refuse): string {
  return identifier(value, 'change', maxChangeLength, refuse)
}

/**
 * The same principal in a session that its host opens for a change, which is none but the one that the credential names. For
 * the code that opens sessions alone. Throws ERR_TOKEN_INVALID.
 */
export function principalInChange(verified: Principal, change: string): Principal {
  if (!isPrincipal(verified)) throw refused('it is not a principal that a verifier made')
  if (verified.change === change) return verified
  if (verified.change !== undefined) {
    const hint = 'open the session for the change that the token names, or leave the option change out'
    throw refused('it names another change than the session is opened for', hint)
  }
  const expiresAtMs = verified.expiresAt.getTime()
  return branded({
    ...verified,
    change: changeName(change),
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  })
}

/** What a session gives to the one that it delegates to. Whoever calls has checked that it may. */
export interface DelegatedFacts {
  readonly link: DelegationLink
  readonly runId: string
  readonly roles: readonly string[]
  readonly agentClass: string | undefined
  readonly key: string | undefined
  readonly expiresAtMs: number
}

/**
 * The principal of a delegated session: the subject, accounts, owners, actors, what restricts it, the change, the level and the root of the run stay; a class and a
 * key are added to those that it has, so that nothing that conflicted stops to. For the code of delegation alone.
 * Throws ERR_TOKEN_INVALID.
 */
export function delegatedPrincipal(parent: Principal, facts: DelegatedFacts): Principal {
  if (!isPrincipal(parent)) throw refused('it is not a principal that a verifier made')
  const expiresAtMs = moment(facts.expiresAtMs)
  const { agentClass, key, link } = facts
  return branded({
    ...parent,
    agentClass: extended(parent.agentClass, agentClass, 'agent class'),
    key: extended(parent.key, key, 'key'),
    delegation: Object.freeze([...parent.delegation, frozenLink(link)]),
    run: Object.freeze({
      id: identifier(facts.runId, 'run'),
      root: parent.run.root,
      parent: parent.run.id,
    }),
    roles: rolesOf(facts.roles),
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  })
}

function frozenLink({ name, roles, run, session, subject }: DelegationLink): DelegationLink {
  return Object.freeze({
    session,
    run,
    subject,
    roles: rolesOf(roles),
    ...(name === undefined ? {} : { name: identifier(name, 'name', 256) }),
  })
}

/** Unknown stays unknown, whatever is added. */
function extended(dimension: Dimension, value: string | undefined, field: string): Dimension {
  if (value === undefined || dimension === 'unknown') return dimension
  return known([...(dimension === 'none' ? [] : dimension.known), identifier(value, field, 256)])
}

function branded(principal: object): Principal {
  made.add(principal)
  // The brand exists in the type alone; being in `made` is what it stands for, and only this file puts anything there.
  return Object.freeze(principal) as unknown as Principal
}

function issuerOf(value: string): string {
  if (identifier(value, 'issuer').includes('#')) throw refused('issuer has a fragment')
  return value
}

function ownersOf(facts: PrincipalFacts, unsaid: 'none' | 'unknown'): Dimension {
  if (facts.owners === undefined || facts.owners.length === 0) return unsaid
  if (facts.owners.length > maxOwners) throw refused(`more than ${String(maxOwners)} owners`)
  return known(facts.owners.map((owner) => personKey(issuerOf(owner.issuer), identifier(owner.id, 'owner'))))
}

function actorsOf({ actors = [] }: PrincipalFacts): readonly string[] {
  return Object.freeze(actors.map((actor) => personKey(issuerOf(actor.issuer), identifier(actor.id, 'actor'))))
}

function levelOf({ level = 'asserted' }: PrincipalFacts): ApprovalLevel {
  if (!approvalLevels.includes(level)) throw refused('the level is none that is known')
  return level
}

function rolesOf(roles: readonly string[]): readonly string[] {
  if (!Array.isArray(roles)) throw refused('the roles are not a list')
  if (roles.length > maxRoles) throw refused(`more than ${String(maxRoles)} roles`)
  return Object.freeze([...new Set(roles.map((role: unknown) => identifier(role, 'role', 256)))])
}

function known(values: readonly string[]): Dimension {
  return Object.freeze({ known: Object.freeze([...new Set(values)].sort()) })
}

function derivedRoot(subject: { readonly issuer: string; readonly id: string }, owners: Dimension): string {
  const people = typeof owners === 'string' ? owners : owners.known
  return `derived:${sha256('bothkeys.run-root.v1\0', JSON.stringify([subject.issuer, subject.id, people]))}`
}

function moment(ms: number): number {
  if (!Number.isFinite(ms) || ms <= 0 || ms > lastMs) throw refused('the expiry is not a moment in time')
  return Math.floor(ms)
}
