import type { Principal, Subject } from '../model/principal.js'

/**
 * Names one person or agent across issuers: `issuer#id`. An issuer holds no `#` (OpenID Connect Discovery 1.0,
 * section 2: no fragment; principals are checked for it), so two different pairs never share a name.
 */
export function personKey(issuer: string, id: string): string {
  return `${issuer}#${id}`
}

/** Names one person of the directory, whichever account they use: `#name`. No account is called so: issuers are not empty. */
export function personName(person: string): string {
  return personKey('', person)
}

/** The account that a name stands for; undefined for the name of a person. */
export function accountOfKey(key: string): Subject | undefined {
  const end = key.indexOf('#')
  return end < 1 ? undefined : { issuer: key.slice(0, end), id: key.slice(end + 1) }
}

/** The names of every account of a principal, its own first. */
export function accountsOf(principal: Pick<Principal, 'subject' | 'aliases'>): readonly string[] {
  return [principal.subject, ...principal.aliases].map(({ id, issuer }) => personKey(issuer, id))
}
