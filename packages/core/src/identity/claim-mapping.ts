import { BothKeysError } from '../errors.js'
import type { PrincipalKind } from '../model/principal.js'
import { identifier, refused } from './identifier.js'
import { jsonPointer } from './json-pointer.js'
import type { JsonPointer } from './json-pointer.js'
import type { PrincipalFacts } from './make-principal.js'

/** A claim and an explicit table of its values: what is not in the table means nothing. */
export interface ClaimTable<Value extends string = string> {
  /** JSON Pointer (RFC 6901) into the token's claims. */
  readonly claim: string
  readonly values: Readonly<Record<string, Value>>
}

/** Where a token says who somebody is. Every `claim` is a JSON Pointer. */
export interface ClaimOptions {
  /** The claim with the roles, an array of strings. A token without it has no roles. */
  readonly roles: string
  /** Turns the issuer's role values into the policy's roles; values that are not listed are dropped. */
  readonly roleMap?: Readonly<Record<string, string>>
  /** What the tokens stand for. Default `agent`, the kind that is trusted least. */
  readonly kind?: PrincipalKind | ClaimTable<PrincipalKind>
  /**
   * The accountable people: a `sub` or an array of them, of this issuer or of the one named.
   * An agent without it can never have anything approved, because nobody can be shown to be independent of it.
   */
  readonly owners?: string | { readonly claim: string; readonly issuer: string }
  readonly agentClass?: ClaimTable
  /** The root of the run. Left out, it is stable per issuer, subject and owners. */
  readonly run?: string
}

/** What a token's claims say, before the principal is made. */
export type ClaimedFacts = Pick<PrincipalFacts, 'kind' | 'owners' | 'agentClass' | 'runRoot' | 'roles'>

/**
 * Compiles claim options into one reader of verified claims. Compiling throws ERR_CONFIG_INVALID,
 * reading throws ERR_TOKEN_INVALID when a claim has another shape than it should.
 */
export function claimMapping(options: ClaimOptions, issuer: string): (claims: unknown) => ClaimedFacts {
  const roles = rolesReader(options)
  const kind = kindReader(options.kind ?? 'agent')
  const owners = ownersReader(options.owners, issuer)
  const agentClass = options.agentClass === undefined ? undefined : tableReader(options.agentClass, 'agentClass')
  const run = options.run === undefined ? undefined : jsonPointer(options.run, 'run')
  return (claims) => {
    const runRoot = run?.(claims)
    return {
      kind: kind(claims),
      owners: owners(claims),
      agentClass: agentClass?.(claims),
      runRoot: runRoot === undefined ? undefined : identifier(runRoot, 'the run claim'),
      roles: roles(claims),
    }
  }
}

function rolesReader(options: ClaimOptions): (claims: unknown) => readonly string[] {
  const pointer = jsonPointer(options.roles, 'roles')
  const table = options.roleMap === undefined ? undefined : tableOf(options.roleMap, 'roleMap')
  return (claims) => {
    const values = strings(pointer(claims) ?? [], 'the roles claim')
    if (table === undefined) return values
    return values.flatMap((value) => table.get(value) ?? [])
  }
}

function kindReader(kind: NonNullable<ClaimOptions['kind']>): (claims: unknown) => PrincipalKind {
  if (typeof kind === 'string') {
    const fixed = kindOf(kind)
    return () => fixed
  }
  const read = tableReader(kind, 'kind')
  for (const value of Object.values(kind.values)) kindOf(value)
  return (claims) => {
    const found = read(claims)
    if (found === undefined)
      throw refused('the kind claim is missing or not in the table', 'list it in jwtVerifier.kind')
    return kindOf(found)
  }
}

function kindOf(kind: string): PrincipalKind {
  if (kind === 'human' || kind === 'agent' || kind === 'workload') return kind
  throw wrong('kind must be human, agent or workload')
}

function ownersReader(option: ClaimOptions['owners'], issuer: string): (claims: unknown) => PrincipalFacts['owners'] {
  if (option === undefined) return () => undefined
  const pointer = jsonPointer(typeof option === 'string' ? option : option.claim, 'owners')
  const ownerIssuer = typeof option === 'string' ? issuer : option.issuer
  if (typeof ownerIssuer !== 'string' || ownerIssuer === '') throw wrong('owners.issuer must be an issuer')
  return (claims) => {
    const value = pointer(claims)
    if (value === undefined) return undefined
    const ids = typeof value === 'string' ? [value] : strings(value, 'the owners claim')
    return ids.map((id) => ({ issuer: ownerIssuer, id }))
  }
}

function tableReader(option: ClaimTable, name: string): (claims: unknown) => string | undefined {
  const pointer: JsonPointer = jsonPointer(option.claim, `${name}.claim`)
  const table = tableOf(option.values, `${name}.values`)
  return (claims) => {
    const value = pointer(claims)
    return typeof value === 'string' ? table.get(value) : undefined
  }
}

function tableOf(values: unknown, option: string): ReadonlyMap<string, string> {
  if (typeof values !== 'object' || values === null) throw wrong(`${option} must be a table of strings`)
  const entries = Object.entries(values)
  if (entries.length === 0 || !entries.every((entry) => typeof entry[1] === 'string')) {
    throw wrong(`${option} must be a table of strings with at least one entry`)
  }
  return new Map(entries as [string, string][])
}

function strings(value: unknown, claim: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw refused(`${claim} is not an array of strings`)
  }
  return value as readonly string[]
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`)
}
