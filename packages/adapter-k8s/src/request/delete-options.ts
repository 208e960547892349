import type { JsonObject, JsonValue } from '../json.js'
import { isObject, own } from '../json-object.js'
import { isRefused, refuse, type Refused } from './refused.js'
import type { Pair } from './target.js'

/** Options of a deletion, apart from whether it is a dry run. */
export interface DeleteOptions {
  readonly options: JsonObject
  readonly dryRun: boolean
}

/** Reads the value of an option from a body, or from the text in a query. */
type OptionType = (value: JsonValue) => boolean

const isWholeNumber: OptionType = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isTruth: OptionType = (value) => typeof value === 'boolean'
const isPropagation: OptionType = (value) => value === 'Orphan' || value === 'Background' || value === 'Foreground'

const types: ReadonlyMap<string, OptionType> = new Map([
  ['gracePeriodSeconds', isWholeNumber],
  ['ignoreStoreReadErrorWithClusterBreakingPotential', isTruth],
  ['orphanDependents', isTruth],
  ['preconditions', isPreconditions],
  ['propagationPolicy', isPropagation],
])

function isPreconditions(value: JsonValue): boolean {
  if (!isObject(value)) return false
  return Object.entries(value).every(
    ([name, text]) => (name === 'uid' || name === 'resourceVersion') && typeof text === 'string' && text !== '',
  )
}

/** Reads DeleteOptions from a body, whatever version of an API they are said to be of. */
export function parseDeleteOptions(value: JsonValue, versions: ReadonlySet<string>): DeleteOptions | Refused {
  if (!isObject(value)) return refuse('The options of the deletion are no object.')
  const kind = own(value, 'kind') ?? 'DeleteOptions'
  const apiVersion = own(value, 'apiVersion') ?? 'v1'
  if (kind !== 'DeleteOptions') return refuse('The options of the deletion are of another kind.')
  if (typeof apiVersion !== 'string' || !versions.has(apiVersion)) {
    return refuse('The options of the deletion are of another version.')
  }
  const options: Record<string, JsonValue> = {}
  for (const [name, given] of Object.entries(value)) {
    if (name === 'kind' || name === 'apiVersion' || name === 'dryRun') continue
    const isOfType = types.get(name)
    if (isOfType === undefined) return refuse('The options of the deletion have a field that is not known.')
    if (!isOfType(given)) return refuse(`The options of the deletion have no valid ${name}.`)
    options[name] = given
  }
  const dryRun = dryRunOf(own(value, 'dryRun') ?? [])
  return dryRun === undefined ? refuse('The options of the deletion have no valid dryRun.') : { options, dryRun }
}

function dryRunOf(value: JsonValue): boolean | undefined {
  if (!Array.isArray(value)) return undefined
  if (value.length === 0) return false
  return value.length === 1 && value[0] === 'All' ? true : undefined
}

/** Takes the options of a deletion out of a query that is canonical. */
export function splitDeleteOptions(pairs: readonly Pair[]): {
  readonly given: JsonObject
  readonly rest: readonly Pair[]
} {
  const given: Record<string, JsonValue> = {}
  const rest: Pair[] = []
  for (const [name, value] of pairs) {
    if (name === 'dryRun') given[name] = [value]
    else if (types.has(name)) given[name] = valueOf(value)
    else rest.push([name, value])
  }
  return { given, rest }
}

function valueOf(text: string): JsonValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[0-9]+$/.test(text) ? Number(text) : text
}

/**
 * Unites the options of the query and of the body, because the server ignores those of the query when there is a body. Options that are given
 * in both places must be the same.
 */
export function uniteDeleteOptions(
  query: JsonObject,
  body: JsonValue,
  versions: ReadonlySet<string>,
): DeleteOptions | Refused {
  const ofQuery = parseDeleteOptions(query, versions)
  if (isRefused(ofQuery)) return ofQuery
  const ofBody = parseDeleteOptions(body, versions)
  if (isRefused(ofBody)) return ofBody
  const isGivenBoth = isObject(body) && Object.hasOwn(query, 'dryRun') && Object.hasOwn(body, 'dryRun')
  if (isGivenBoth && ofQuery.dryRun !== ofBody.dryRun) return refuse('The query and the body differ about dryRun.')
  for (const [name, value] of Object.entries(ofQuery.options)) {
    const other = own(ofBody.options, name)
    if (other !== undefined && other !== value) return refuse(`The query and the body differ about ${name}.`)
  }
  return { options: { ...ofQuery.options, ...ofBody.options }, dryRun: ofQuery.dryRun || ofBody.dryRun }
}

/** Options as a body says them. It names no kind: the server takes it for DeleteOptions of every version. */
export function writeDeleteOptions({ options, dryRun }: DeleteOptions): JsonObject {
  const sorted = Object.entries(options).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return { ...Object.fromEntries(sorted), ...(dryRun && { dryRun: ['All'] }) }
}
