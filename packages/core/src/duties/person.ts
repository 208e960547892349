/**
 * Names one person or agent across issuers: `issuer#id`. An issuer holds no `#` (OpenID Connect Discovery 1.0,
 * section 2: no fragment; principals are checked for it), so two different pairs never share a name.
 */
export function personKey(issuer: string, id: string): string {
  return `${issuer}#${id}`
}
