import { wrongOption } from '../known-options.js'
import type { PrincipalKind } from '../model/principal.js'
import type { ClaimTable } from './claim-table.js'
import { tableReader } from './claim-table.js'
import { identifier, refused } from './identifier.js'
import { firstName, jsonPointer } from './json-pointer.js'
import type { PrincipalFacts } from './make-principal.js'
import { changeName } from './make-principal.js'
import { assertOwnClaims } from './own-claims.js'
import type { RoleOptions } from './role-claims.js'
import { rolePointers, rolesReader, strings } from './role-claims.js'
import type { RequiredClaims } from './required-claims.js'
import { claimsRequired } from './required-claims.js'

/** Where a token says who somebody is. Every `claim` is a JSON Pointer. */
export interface ClaimOptions extends RoleOptions {
  /** What the tokens stand for. Default `agent`, the kind that is trusted least. */
  readonly kind?: PrincipalKind | ClaimTable<PrincipalKind>
  /**
   * The accountable people: a `sub` or an array of them, of this issuer or of the one named.
   * An agent without it can never have anything approved, because nobody can be shown to be independent of it.
   */
  readonly owners?: string | { readonly claim: string; readonly issuer: string }
  /** The agent's class. An agent whose class is not in the table is refused. */
  readonly agentClass?: ClaimTable
  /** The root of the run. Left out, it is stable per issuer, subject and owners. */
  readonly run?: string
  /** The change (a ticket, a change request) that the work belongs to. Left out, the host may name it. */
  readonly change?: string
  /**
   * Claims that must be there with exactly one of these values, by JSON Pointer. A token without one of them, or with another
   * value, is refused. Values are compared with their type: `'65'` is not `65`, and a list or a group equals nothing.
   *
   * @example
   * { require: { '/tenant': 't-4711', '/kubernetes.io/namespace': ['shop', 'billing'] } }
   */
  readonly require?: RequiredClaims
}

/** What a token's claims say, before the principal is made. */
export type ClaimedFacts = Pick<PrincipalFacts, 'kind' | 'owners' | 'agentClass' | 'runRoot' | 'change' | 'roles'>

/**
 * Compiles claim options into one reader of verified claims. Compiling throws ERR_CONFIG_INVALID,
 * reading throws ERR_TOKEN_INVALID when a claim has another shape than it should or is not in the token itself. `of` names
 * the function whose options they are.
 */
export function claimMapping(
  options: ClaimOptions,
  issuer: string,
  of = 'jwtVerifier',
): (claims: unknown) => ClaimedFacts {
  const roles = rolesReader(options, of)
  const kindOfClaims = kindReader(options.kind ?? 'agent', of)
  const owners = ownersReader(options.owners, issuer, of)
  const agentClass = classReader(options.agentClass, of)
  const run = options.run === undefined ? undefined : jsonPointer(options.run, 'run')
  const change = options.change === undefined ? undefined : jsonPointer(options.change, 'change')
  const assertRequired = options.require === undefined ? undefined : claimsRequired(options.require, of)
  const read = namesRead(options, of)
  return (claims) => {
    assertOwnClaims(claims, read)
    assertRequired?.(claims)
    const kind = kindOfClaims(claims)
    const runRoot = run?.(claims)
    const named = change?.(claims)
    return {
      kind,
      owners: owners(claims),
      agentClass: agentClass(claims, kind),
      runRoot: runRoot === undefined ? undefined : identifier(runRoot, 'the run claim'),
      change: named === undefined ? undefined : changeName(named),
      roles: roles(claims),
    }
  }
}

/** The top-level claims that the options read. Every pointer has been checked by its reader. */
function namesRead(options: ClaimOptions, of: string): ReadonlySet<string> {
  const { agentClass, change, kind, owners, require = {}, run } = options
  const pointers = [
    ...rolePointers(options, of),
    typeof kind === 'object' ? kind.claim : undefined,
    typeof owners === 'object' ? owners.claim : owners,
    agentClass?.claim,
    run,
    change,
    ...Object.keys(require),
  ]
  return new Set(pointers.flatMap((pointer) => (pointer === undefined ? [] : firstName(pointer))))
}

function kindReader(kind: NonNullable<ClaimOptions['kind']>, of: string): (claims: unknown) => PrincipalKind {
  if (typeof kind === 'string') {
    const fixed = kindOf(kind, of)
    return () => fixed
  }
  const read = tableReader(kind, 'kind', of)
  for (const value of Object.values(kind.values)) kindOf(value, of)
  return (claims) => {
    const found = read(claims)
    if (found === undefined) throw refused('the kind claim is missing or not in the table', `list it in ${of}.kind`)
    return kindOf(found, of)
  }
}

function kindOf(kind: string, of: string): PrincipalKind {
  if (kind === 'human' || kind === 'agent' || kind === 'workload') return kind
  throw wrongOption(of, 'kind must be human, agent or workload')
}

/** A person has no class, whatever the token says. */
function classReader(
  option: ClaimTable | undefined,
  of: string,
): (claims: unknown, kind: PrincipalKind) => string | undefined {
  if (option === undefined) return () => undefined
  const read = tableReader(option, 'agentClass', of)
  return (claims, kind) => {
    if (kind === 'human') return undefined
    const found = read(claims)
    if (found === undefined)
      throw refused('the class claim is missing or not in the table', `list it in ${of}.agentClass`)
    return found
  }
}

function ownersReader(
  option: ClaimOptions['owners'],
  issuer: string,
  of: string,
): (claims: unknown) => PrincipalFacts['owners'] {
  if (option === undefined) return () => undefined
  const pointer = jsonPointer(typeof option === 'string' ? option : option.claim, 'owners')
  const ownerIssuer = typeof option === 'string' ? issuer : option.issuer
  if (typeof ownerIssuer !== 'string' || ownerIssuer === '') throw wrongOption(of, 'owners.issuer must be an issuer')
  return (claims) => {
    const value = pointer(claims)
    if (value === undefined) return undefined
    const ids = typeof value === 'string' ? [value] : strings(value, 'the owners claim')
    return ids.map((id) => ({ issuer: ownerIssuer, id }))
  }
}
