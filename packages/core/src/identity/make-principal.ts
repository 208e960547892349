import { personKey } from '../duties/person.js'
import { CanonicalFragment } from '../model/canonical-json.js'
import { sha256 } from '../model/digest.js'
import type { Dimension, Principal, PrincipalKind, Subject } from '../model/principal.js'
import { identifier, refused } from './identifier.js'

const maxRoles = 256
const maxOwners = 64
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
  /** The thumbprint of the key that the credential is bound to; undefined: the verifier saw that it is not bound. */
  readonly key: string | undefined
  readonly roles: readonly string[]
  readonly verifiedBy: string
  readonly expiresAtMs: number
}

const made = new WeakSet<object>()
const fragments = new WeakMap<Principal, CanonicalFragment>()

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
  const principal = {
    kind: facts.kind,
    subject,
    aliases: Object.freeze([]),
    person: undefined,
    owners,
    agentClass: facts.agentClass === undefined ? unsaid : known([identifier(facts.agentClass, 'agent class', 256)]),
    run: Object.freeze({ id: root, root }),
    key: facts.key === undefined ? ('none' as const) : known([identifier(facts.key, 'key')]),
    roles: rolesOf(facts.roles),
    verifiedBy: identifier(facts.verifiedBy, 'verifier', 64),
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
  readonly roles: readonly string[]
}

/**
 * The same principal with what a directory says of it: owners and accounts are added to those that it has, the class where
 * it had none, and the roles are those given. Everything else stays, the run above all: a change in the directory resets no
 * window. For the directory's own code alone. Throws ERR_TOKEN_INVALID.
 */
export function linkedPrincipal(principal: Principal, facts: LinkedFacts): Principal {
  if (!isPrincipal(principal)) throw refused('it is not a principal that a verifier made')
  const owners = typeof principal.owners === 'string' ? [] : principal.owners.known
  const expiresAtMs = principal.expiresAt.getTime()
  const { agentClass } = facts
  return branded({
    ...principal,
    aliases: Object.freeze(
      facts.aliases.map((alias) =>
        Object.freeze({ issuer: issuerOf(alias.issuer), id: identifier(alias.id, 'linked account') }),
      ),
    ),
    person: facts.person === undefined ? undefined : identifier(facts.person, 'person'),
    owners: facts.owners.length === 0 ? principal.owners : known([...owners, ...facts.owners]),
    agentClass: agentClass === undefined ? principal.agentClass : known([identifier(agentClass, 'agent class', 256)]),
    roles: rolesOf(facts.roles),
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  })
}

function branded(principal: object): Principal {
  made.add(principal)
  // The brand exists in the type alone; being in `made` is what it stands for, and only this file puts anything there.
  return Object.freeze(principal) as unknown as Principal
}

/** A principal as canonical text for the record and the digest, serialised once. */
export function principalFragment(principal: Principal): CanonicalFragment {
  const known = fragments.get(principal)
  if (known !== undefined) return known
  const { agentClass, aliases, key, kind, owners, person, roles, run, subject, verifiedBy } = principal
  const fragment = new CanonicalFragment({
    aliases: aliases.length === 0 ? undefined : aliases.map(({ id, issuer }) => ({ id, issuer })),
    agentClass: dimensionJson(agentClass),
    expiresAt: principal.expiresAt.toISOString(),
    key: dimensionJson(key),
    kind,
    owners: dimensionJson(owners),
    person,
    roles,
    run: { id: run.id, root: run.root },
    subject: { id: subject.id, issuer: subject.issuer },
    verifiedBy,
  })
  fragments.set(principal, fragment)
  return fragment
}

function dimensionJson(dimension: Dimension): string | { readonly known: readonly string[] } {
  return typeof dimension === 'string' ? dimension : { known: dimension.known }
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
