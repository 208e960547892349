import { identifier, refused } from '../identifier.js'
import { ownMember } from '../own-member.js'

/** A claim that is a name. Throws ERR_TOKEN_INVALID that names the claim. */
export function nameIn(claims: unknown, claim: string): string {
  return identifier(ownMember(claims, claim), claim)
}

/** A claim of a given form. Throws ERR_TOKEN_INVALID that names the claim. */
export function textIn(claims: unknown, claim: string, form: RegExp): string {
  const value = nameIn(claims, claim)
  if (!form.test(value)) throw refused(`its ${claim} is not what the platform sends`)
  return value
}

/** A claim that is a group of others. Throws ERR_TOKEN_INVALID that names the claim. */
export function groupIn(claims: unknown, claim: string): object {
  const value = ownMember(claims, claim)
  if (Object.prototype.toString.call(value) !== '[object Object]') throw refused(`its ${claim} is not an object`)
  return value as object
}
