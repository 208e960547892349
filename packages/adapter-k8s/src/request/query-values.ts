import { canonicalLabelSelector } from './label-selector.js'
import { parseFieldSelector } from './field-selector.js'

/** Writes a value in one way, or returns `undefined` when it is none of its type. An empty text is the value that is not given. */
export type ValueType = (value: string) => string | undefined

const matching =
  (pattern: RegExp): ValueType =>
  (value) =>
    pattern.test(value) ? value : undefined

/** Values for which the server takes an empty one as if it were not given. */
const orNothing =
  (type: ValueType): ValueType =>
  (value) =>
    value === '' ? '' : type(value)

const oneOf = (...values: readonly string[]): ValueType => {
  const known = new Set(values)
  return (value) => (known.has(value) ? value : undefined)
}

const truths = new Map([
  ['true', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['0', 'false'],
])

/** Other words are true for some versions of the server and errors for others. */
export const truth: ValueType = (value) => truths.get(value)
/** Said by being there, as in `/readyz?verbose`. */
export const flag: ValueType = (value) => (value === '' ? 'true' : truth(value))
export const wholeNumber = matching(/^(?:0|[1-9][0-9]{0,14})$/)
export const port: ValueType = (value) =>
  /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65_535 ? value : undefined
export const duration = matching(/^(?=[0-9])(?:[0-9]{1,4}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?$/)
export const moment = matching(
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/,
)
export const resourceVersion = orNothing(wholeVersion)
export const continueToken = orNothing(matching(/^[A-Za-z0-9+/=_.-]{1,8192}$/))
export const container = orNothing(matching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/))
export const labelSelector = orNothing(canonicalLabelSelector)
export const fieldSelector = orNothing((value) => parseFieldSelector(value)?.text)
export const versionMatch = orNothing(oneOf('Exact', 'NotOlderThan'))
export const fieldManager = orNothing(matching(/^[\x20-\x7e]{1,128}$/))
export const fieldValidation = oneOf('Ignore', 'Warn', 'Strict')
export const dryRun = oneOf('All')
export const propagation = oneOf('Orphan', 'Background', 'Foreground')
export const includeObject = oneOf('None', 'Metadata', 'Object')
export const logStream = oneOf('All', 'Stdout', 'Stderr')
export const hash = matching(/^[A-Za-z0-9]{1,256}$/)
export const check = matching(/^[a-z0-9/-]{1,128}$/)

/** A word of a command: any text, as the command decides what it means. */
export const word: ValueType = (value) => value

function wholeVersion(value: string): string | undefined {
  return /^(?:0|[1-9][0-9]{0,19})$/.test(value) ? value : undefined
}
