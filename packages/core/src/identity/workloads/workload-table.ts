import { wrongOption, assertKnownOptions } from '../../known-options.js'
import type { Subject } from '../../model/principal.js'
import { identifier } from '../identifier.js'
import type { RequiredClaims } from '../required-claims.js'
import { claimsRequired } from '../required-claims.js'

/** What a workload is and may do. Its token says none of this, so the table does. */
export interface Workload {
  /** The roles of the policy. The directory, where it lists roles, can take some away and never adds one. */
  readonly roles: readonly string[]
  /** Default `workload`. `agent` for one that a model drives; it needs an `agentClass`. */
  readonly kind?: 'workload' | 'agent'
  /** What counts as the same kind of agent. Left out, it is unknown, which is independent of nobody. */
  readonly agentClass?: string
  /**
   * The accountable people, by one account each. Left out, the directory names them; where it does not either, they are
   * unknown, and nothing that the workload asks for can be approved.
   */
  readonly owners?: readonly Subject[]
  /** Claims that its tokens must have besides, see `jwtVerifier({ require })`. */
  readonly require?: RequiredClaims
}

/** The workloads that are let in, by what the platform calls them. Whoever is not in the table is refused. */
export type WorkloadTable = Readonly<Record<string, Workload>>

/** A workload of the table, checked and copied. */
export interface ListedWorkload {
  readonly kind: 'workload' | 'agent'
  readonly roles: readonly string[]
  readonly agentClass: string | undefined
  readonly owners: readonly Subject[] | undefined
  readonly assertClaims: ((claims: unknown) => void) | undefined
}

/** docs/workloads.md is kept equal to these by a test. */
export const workloadNames: ReadonlySet<string> = new Set<keyof Workload>([
  'agentClass',
  'kind',
  'owners',
  'require',
  'roles',
])
const ownerNames: ReadonlySet<string> = new Set<keyof Subject>(['id', 'issuer'])

const kinds: ReadonlySet<string> = new Set(['workload', 'agent'])

const maxWorkloads = 10_000

/**
 * Checks and copies a table; `isName` says whether a key of it is a name that the platform could send, so that none stands
 * there for nothing. Throws ERR_CONFIG_INVALID. `of` names the option.
 */
export function workloadsOf(
  table: unknown,
  isName: (name: string) => boolean,
  of: string,
): ReadonlyMap<string, ListedWorkload> {
  if (Object.prototype.toString.call(table) !== '[object Object]') throw wrongOption(of, 'must be a table of workloads')
  const entries = Object.entries(table as object)
  if (entries.length === 0 || entries.length > maxWorkloads)
    throw wrongOption(of, `needs 1 to ${String(maxWorkloads)} workloads`)
  return new Map(
    entries.map(([name, workload]) => {
      if (!isName(name)) throw wrongOption(of, `has a name that no token can have: ${JSON.stringify(name)}`)
      return [name, listed(workload, `${of}[${JSON.stringify(name)}]`)]
    }),
  )
}

function listed(workload: Workload, of: string): ListedWorkload {
  assertKnownOptions(of, workload, workloadNames)
  const { agentClass, kind = 'workload', owners, require, roles } = workload
  const refuse = (what: string) => wrongOption(of, what)
  if (!kinds.has(kind)) throw refuse('kind must be workload or agent')
  if (kind === 'agent' && agentClass === undefined) throw refuse('an agent needs an agentClass')
  return Object.freeze({
    kind,
    roles: Object.freeze(list(roles, 'roles', of).map((role) => identifier(role, 'a role', 256, refuse))),
    agentClass: agentClass === undefined ? undefined : identifier(agentClass, 'agentClass', 256, refuse),
    owners: owners === undefined ? undefined : ownersOf(owners, of),
    assertClaims: require === undefined ? undefined : claimsRequired(require, of),
  })
}

function ownersOf(owners: unknown, of: string): readonly Subject[] {
  const refuse = (what: string) => wrongOption(of, what)
  const people = list(owners, 'owners', of)
  if (people.length === 0) throw refuse('owners must name somebody, or be left out')
  return Object.freeze(
    people.map((owner) => {
      assertKnownOptions(`${of}.owners`, owner, ownerNames)
      const { id, issuer } = owner as Partial<Subject>
      return Object.freeze({
        issuer: identifier(issuer, 'the issuer of an owner', undefined, refuse),
        id: identifier(id, 'an owner', undefined, refuse),
      })
    }),
  )
}

function list(value: unknown, name: string, of: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongOption(of, `${name} must be a list`)
  return value as readonly unknown[]
}
