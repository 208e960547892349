import type { BothKeysError } from '../errors.js'
import { wrongOption } from '../known-options.js'
import { jsonPointer } from './json-pointer.js'

/** A claim and an explicit table of its values: what is not in the table means nothing. */
export interface ClaimTable<Value extends string = string> {
  /** JSON Pointer (RFC 6901) into the token's claims. */
  readonly claim: string
  /** What each value of the claim means. A value that is not here means nothing. */
  readonly values: Readonly<Record<string, Value>>
}

/** Reads a claim through its table; undefined when it is missing, no string, or not in the table. */
export function tableReader(option: ClaimTable, name: string, of: string): (claims: unknown) => string | undefined {
  const pointer = jsonPointer(option.claim, `${name}.claim`)
  const table = tableOf(option.values, `${name}.values`, of)
  return (claims) => {
    const value = pointer(claims)
    return typeof value === 'string' ? table.get(value) : undefined
  }
}

/** A table of strings as a map, in which no inherited name stands. Throws ERR_CONFIG_INVALID. */
export function tableOf(values: unknown, option: string, of: string): ReadonlyMap<string, string> {
  if (typeof values !== 'object' || values === null) throw wrongTable(option, of)
  const entries = Object.entries(values)
  if (entries.length === 0 || !entries.every((entry) => typeof entry[1] === 'string')) throw wrongTable(option, of)
  return new Map(entries as [string, string][])
}

function wrongTable(option: string, of: string): BothKeysError {
  return wrongOption(of, `${option} must be a table of strings with at least one entry`)
}
