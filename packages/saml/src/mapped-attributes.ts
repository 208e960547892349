import type { ClaimsVerifierOptions } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import type { AttributeOptions } from './attribute-options.js'
import { wrongOption } from './option-values.js'
import { responseRefused } from './response-refused.js'
import { onlyValue } from './subject-of.js'

type MappedOptions = Omit<ClaimsVerifierOptions, 'of' | 'verifiedBy' | 'issuer'>

/**
 * The options of attributes as those of claims: lists stand below `/many`, single values below `/one`, so that they are
 * read exactly as claims of a token are. Throws ERR_CONFIG_INVALID.
 */
export function mappedOptions(options: AttributeOptions): MappedOptions {
  const { agentClass, change, kind, owners, roleMap, run } = options
  if (typeof kind !== 'string' && typeof (kind as object | undefined) !== 'object')
    throw wrong('kind must be human, agent or workload, or an attribute and a table')
  // Without a table, the groups of a whole company would be roles of the policy by the accident of a name.
  if (typeof (roleMap as object | undefined) !== 'object') throw wrong('roleMap must be a table of strings')
  return {
    kind: typeof kind === 'string' ? kind : { claim: one(kind.attribute, 'kind.attribute'), values: kind.values },
    roles: roleNames(options).map((name) => many(name, 'roles')),
    roleMap,
    ...(owners === undefined ? {} : { owners: ownersOf(owners) }),
    ...(agentClass === undefined
      ? {}
      : { agentClass: { claim: one(agentClass.attribute, 'agentClass.attribute'), values: agentClass.values } }),
    ...(run === undefined ? {} : { run: one(run, 'run') }),
    ...(change === undefined ? {} : { change: one(change, 'change') }),
  }
}

/** What a response says, where `mappedOptions` points. Throws ERR_TOKEN_INVALID. */
export function mappedClaims(facts: SamlFacts, options: AttributeOptions): object {
  const { agentClass, change, kind, owners, run } = options
  const lists = [...roleNames(options), typeof owners === 'object' ? owners.attribute : owners]
  const singles = [typeof kind === 'object' ? kind.attribute : undefined, agentClass?.attribute, run, change]
  assertGroups(facts, lists)
  return {
    many: record(lists, (name) => listOf(facts, name)),
    one: record(singles, (name) => onlyValue(facts, name)),
  }
}

const groups = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'
/** What Microsoft Entra sends in place of more groups than a response can hold. */
const groupsElsewhere = 'http://schemas.microsoft.com/claims/groups.link'

/** What is missing could be what decides. */
function assertGroups({ attributes, unreadAttributes }: SamlFacts, read: readonly (string | undefined)[]): void {
  const isElsewhere = Object.hasOwn(attributes, groupsElsewhere) || unreadAttributes.includes(groupsElsewhere)
  if (isElsewhere && read.includes(groups))
    throw responseRefused(
      'an attribute that is read is not in the response',
      'have the issuer send app roles, or only the groups that are assigned to the application',
    )
}

function listOf({ attributes, unreadAttributes }: SamlFacts, name: string): readonly string[] | undefined {
  if (unreadAttributes.includes(name)) throw responseRefused('an attribute that is read holds more than text')
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}

function record<T>(
  names: readonly (string | undefined)[],
  valueOf: (name: string) => T | undefined,
): Readonly<Record<string, T>> {
  const found = Object.create(null) as Record<string, T>
  for (const name of names) {
    const value = name === undefined ? undefined : valueOf(name)
    if (name !== undefined && value !== undefined) found[name] = value
  }
  return found
}

function roleNames({ roles }: AttributeOptions): readonly string[] {
  const names: readonly unknown[] = Array.isArray(roles) ? roles : [roles]
  if (names.length === 0 || !names.every((name) => typeof name === 'string'))
    throw wrong('roles must be the name of an attribute, or several')
  return names as readonly string[]
}

function ownersOf(owners: NonNullable<AttributeOptions['owners']>): NonNullable<MappedOptions['owners']> {
  if (typeof owners === 'string') return many(owners, 'owners')
  return { claim: many(owners.attribute, 'owners.attribute'), issuer: owners.issuer }
}

function many(name: unknown, option: string): string {
  return `/many/${segment(name, option)}`
}

function one(name: unknown, option: string): string {
  return `/one/${segment(name, option)}`
}

/** A name as one step of a JSON Pointer (RFC 6901, section 3). */
function segment(name: unknown, option: string): string {
  if (typeof name !== 'string' || name === '') throw wrong(`${option} must be the name of an attribute`)
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function wrong(what: string): Error {
  return wrongOption('samlVerifier', what)
}
