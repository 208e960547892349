import { wrongOption } from '../known-options.js'
import { refused } from './identifier.js'
import type { JsonPointer } from './json-pointer.js'
import { jsonPointer } from './json-pointer.js'

/** A value that a claim can be pinned to. */
export type ClaimValue = string | number | boolean

/** The values that a claim may have, by JSON Pointer (RFC 6901). */
export type RequiredClaims = Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>

/**
 * Compiles a check of claims that must be there with exactly one of the values listed for them, type and all; what is
 * inherited, a list and a group are no value. Compiling throws ERR_CONFIG_INVALID, also for a list of nothing, which would
 * require nothing; the check throws ERR_TOKEN_INVALID that names the pointer and never the value. `of` names the function.
 */
export function claimsRequired(required: RequiredClaims, of: string): (claims: unknown) => void {
  const wrong = (what: string) => wrongOption(of, `require ${what}`)
  if (Object.prototype.toString.call(required) !== '[object Object]') throw wrong('must be a table of JSON Pointers')
  const pins = Object.entries(required).map(([pointer, values]): [string, JsonPointer, ReadonlySet<unknown>] => {
    const list: readonly unknown[] = Array.isArray(values) ? values : [values]
    if (list.length === 0 || !list.every(isValue))
      throw wrong('needs a text, a finite number, true or false for a claim')
    return [pointer, jsonPointer(pointer, `${of}: require`), new Set(list)]
  })
  if (pins.length === 0) throw wrong('must name at least one claim')
  return (claims) => {
    for (const [pointer, valueOf, allowed] of pins) {
      if (!allowed.has(valueOf(claims)))
        throw refused(
          `its ${pointer} is not one of the values required`,
          `see that ${of} requires what the issuer sends`,
        )
    }
  }
}

function isValue(value: unknown): value is ClaimValue {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'boolean' || (typeof value === 'string' && value !== '')
}
