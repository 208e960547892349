import { wrongOption } from '../known-options.js'
import { tableOf } from './claim-table.js'
import { refused } from './identifier.js'
import { jsonPointer } from './json-pointer.js'

/** The most values that the role claims of one token may have, listed in the table or not. */
const maxValues = 256

/** Where the roles stand and what they mean. */
export interface RoleOptions {
  /**
   * JSON Pointers to the claims with the roles, each an array of strings. Roles of all of them count; a token without
   * them has no roles.
   */
  readonly roles: string | readonly string[]
  /** Turns the issuer's role values into the policy's roles; values that are not listed are dropped. */
  readonly roleMap?: Readonly<Record<string, string>>
  /** Lets a role claim also be one string with spaces between the roles, like `scope`. Default false. */
  readonly spaceDelimitedRoles?: boolean
}

/** The pointers of the role claims, one or several. Throws ERR_CONFIG_INVALID. */
export function rolePointers({ roles }: RoleOptions, of: string): readonly string[] {
  const list = typeof roles === 'string' ? [roles] : roles
  if (!Array.isArray(list) || list.length === 0) throw wrongOption(of, 'roles must be a JSON Pointer or several')
  return list as readonly string[]
}

/** Compiles the reader of the roles. Reading throws ERR_TOKEN_INVALID when a claim has another shape than it should. */
export function rolesReader(options: RoleOptions, of: string): (claims: unknown) => readonly string[] {
  const pointers = rolePointers(options, of).map((pointer) => jsonPointer(pointer, 'roles'))
  const table = options.roleMap === undefined ? undefined : tableOf(options.roleMap, 'roleMap', of)
  const isSpaced = options.spaceDelimitedRoles ?? false
  if (typeof isSpaced !== 'boolean') throw wrongOption(of, 'spaceDelimitedRoles must be true or false')
  return (claims) => {
    const values = pointers.flatMap((pointer) => roleValues(pointer(claims) ?? [], isSpaced))
    if (values.length > maxValues) throw refused(`it has more than ${String(maxValues)} roles`)
    return table === undefined ? values : values.flatMap((value) => table.get(value) ?? [])
  }
}

function roleValues(claim: unknown, isSpaced: boolean): readonly string[] {
  if (isSpaced && typeof claim === 'string') return claim.split(' ').filter((value) => value !== '')
  return strings(claim, 'the roles claim')
}

/** A claim that must be an array of strings. Throws ERR_TOKEN_INVALID. */
export function strings(value: unknown, claim: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw refused(`${claim} is not an array of strings`)
  }
  return value as readonly string[]
}
