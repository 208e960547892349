import { BothKeysError } from '../errors.js'
import { longestGrantMs, mostGrantUses, neverGranted } from '../model/grant-caps.js'
import type { Duty } from '../model/effect.js'
import { isOneLine } from '../model/one-line.js'
import { adapterDuties } from '../policy/duty-choice.js'
import { parseResourcePattern } from '../policy/resource-pattern.js'

/** What somebody asks people to let it do more than once. */
export interface GrantOptions {
  /** The one target that it is about. */
  readonly target: string
  /** What is done: each of these to each of the resources. Never `opaque`, and never `grant`. */
  readonly duty: Duty | readonly Duty[]
  /** To what: up to 20 resources, each named without a wildcard. */
  readonly resource: string | readonly string[]
  /** Attributes that each effect must have, each with exactly this value. Default: any attributes. */
  readonly when?: { readonly [attribute: string]: string | number | boolean }
  /** The most rows that each action may change. Default: what the policy says. */
  readonly maxAffected?: number
  /** How often, not more than the hold rules say. */
  readonly uses: number
  /** For how long from the moment it is given, in milliseconds, not longer than the hold rules say. */
  readonly ttlMs: number
  /** Why, in one line of at most 500 characters: for those who are asked. */
  readonly reason: string
}

/** Options that were checked, with each list written as one. */
export interface CheckedGrantOptions extends Omit<GrantOptions, 'duty' | 'resource' | 'when'> {
  readonly duties: readonly Duty[]
  /** Each written in one way only. */
  readonly resources: readonly string[]
  readonly when: Readonly<Record<string, string | number | boolean>>
}

/** Why a grant is taken back. */
export interface GrantRevocation {
  /** One line of at most 500 characters, for the record. */
  readonly reason: string
}

/** The reason, checked. Throws ERR_CONFIG_INVALID. */
export function checkedReason(options: GrantRevocation): string {
  const given: unknown = options
  const reason = typeof given === 'object' && given !== null ? (given as Partial<GrantRevocation>).reason : undefined
  if (isOneLine(reason, 500)) return reason
  throw new BothKeysError('ERR_CONFIG_INVALID', 'guard.grants.revoke needs a reason of one line')
}

const names: ReadonlySet<string> = new Set<keyof GrantOptions>([
  'duty',
  'maxAffected',
  'reason',
  'resource',
  'target',
  'ttlMs',
  'uses',
  'when',
])

const mostResources = 20
const mostConditions = 10

/** A checked copy. Throws ERR_CONFIG_INVALID: what is wrong here is wrong in the code that calls. */
export function checkedGrantOptions(options: GrantOptions): CheckedGrantOptions {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw wrong('needs to say what is to be granted')
  for (const name of Object.keys(given)) if (!names.has(name)) throw wrong(`has no option ${name}`)
  const { maxAffected, reason, target, ttlMs, uses } = options
  if (!isOneLine(target, 200)) throw wrong('needs the name of one target')
  if (!isOneLine(reason, 500)) throw wrong('needs a reason of one line')
  if (!isCount(uses, mostGrantUses)) throw wrong(`needs uses from 1 to ${String(mostGrantUses)}`)
  if (!isCount(ttlMs, longestGrantMs)) throw wrong(`needs a ttlMs from 1 to ${String(longestGrantMs)}`)
  if (maxAffected !== undefined && !isCount(maxAffected, Number.MAX_SAFE_INTEGER))
    throw wrong('needs a whole number above 0 for maxAffected')
  return Object.freeze({
    target,
    duties: dutiesIn(options.duty),
    resources: resourcesIn(options.resource),
    when: conditionsIn(options.when),
    uses,
    ttlMs,
    reason,
    ...(maxAffected === undefined ? {} : { maxAffected }),
  })
}

function dutiesIn(duty: unknown): readonly Duty[] {
  const listed = [...new Set(listOf(duty))].map((each) => [...adapterDuties].find((known) => known === each))
  const known = listed.flatMap((each) => (each === undefined || neverGranted.has(each) ? [] : [each]))
  if (known.length === 0 || known.length < listed.length)
    throw wrong('needs duties of targets, and never opaque or grant: nobody gives those away beforehand')
  return Object.freeze(known.sort())
}

function resourcesIn(resource: unknown): readonly string[] {
  const listed = listOf(resource)
  if (listed.length === 0 || listed.length > mostResources) throw wrong(`needs 1 to ${String(mostResources)} resources`)
  const literal = listed.map((each) => {
    const pattern = isOneLine(each, 500) ? parseResourcePattern(each) : undefined
    if (pattern === undefined || typeof pattern === 'string' || !pattern.literal)
      throw wrong('needs each resource as kind:segment.segment, without a wildcard')
    return pattern.text
  })
  return Object.freeze([...new Set(literal)].sort())
}

function conditionsIn(when: unknown): CheckedGrantOptions['when'] {
  // Without a prototype, so that no attribute that is not there is found on it.
  const conditions = Object.create(null) as Record<string, string | number | boolean>
  if (when === undefined) return Object.freeze(conditions)
  if (typeof when !== 'object' || when === null) throw wrong('needs attributes with their values as when')
  const entries = Object.entries(when as Readonly<Record<string, unknown>>)
  if (entries.length > mostConditions) throw wrong(`takes ${String(mostConditions)} attributes at most`)
  for (const [attribute, value] of entries) {
    const fits = typeof value === 'boolean' || Number.isFinite(value) || isOneLine(value, 200)
    if (!isOneLine(attribute, 200) || !fits) throw wrong('needs attributes with one value each as when')
    if (attribute === 'payload') throw wrong('grants nothing by payload: nobody grants data that they do not see')
    // It is one of the three, as was just checked.
    conditions[attribute] = value as string | number | boolean
  }
  return Object.freeze(conditions)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value]
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= max
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `session.requestGrant ${what}`)
}
