/** One member of the answer: rows as arrays. */
export function section(name: string, columns: readonly string[], from: string): string {
  return `'${name}', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(${columns.join(', ')})) FROM ${from})`
}
