import { isUser, qualifiedEquals as eq } from './qualified-sql.js'

/** Of no collation, or of the database's own, which tells all texts apart. */
const isPlainCollation = (id: string): string => `(${eq(id, "'0'")} OR ${eq(id, "'100'")})`

/** A unique index that holds at any time and compares values as `=` of the server does. */
export const isKey = `i.indisunique AND i.indimmediate AND i.indisvalid AND i.indexprs IS NULL AND i.indpred IS NULL AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) AS o(o) WHERE ${isUser('o.o')}) AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) AS o(o) WHERE NOT ${isPlainCollation('o.o')}) AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.unnest(i.indkey::pg_catalog.int2[]) AS k(k) ON ${eq('k.k', 'a.attnum')} WHERE ${eq('a.attrelid', 'i.indrelid')} AND NOT ${isPlainCollation('a.attcollation')})`

/** Columns under another collation than the database's own. */
export const collatedColumns = `pg_catalog.pg_attribute AS a WHERE ${isUser('a.attrelid')} AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT ${isPlainCollation('a.attcollation')}`

/** Whether a column has a value in each row. Since PostgreSQL 18 some of the rows may still be to be looked at. */
export const isNotNull = `a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS n WHERE ${eq('n.conrelid', 'a.attrelid')} AND n.contype OPERATOR(pg_catalog.=) 'n' AND NOT n.convalidated AND n.conkey[1] OPERATOR(pg_catalog.=) a.attnum)`
