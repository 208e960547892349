/** Of the server's own access methods: GiST, GIN, BRIN and SP-GiST, which have the same ids in every version. */
const otherIndexes = ['783', '2742', '3580', '4000']

/** SQL: whether an access method sorts or hashes, or nobody knows what it does. */
export function mayCompare(method: string): string {
  return otherIndexes.map((id) => `${method} OPERATOR(pg_catalog.<>) '${id}'::pg_catalog.oid`).join(' AND ')
}
