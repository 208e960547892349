/** `left = right` with the builtin operator, whatever the search path holds. */
export function qualifiedEquals(left: string, right: string): string {
  return `${left} OPERATOR(pg_catalog.=) ${right}`
}
