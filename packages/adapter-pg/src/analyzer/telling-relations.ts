import type { Relation } from '../catalog/snapshot.js'
import { isSystemRelation } from './sensitive-relations.js'

/**
 * Columns of system relations that hold values of other tables: samples that statistics keep, texts of other sessions with the
 * values in them, large objects. `*` for every column.
 */
const telling: Readonly<Record<string, readonly string[]>> = {
  pg_attribute: ['attmissingval'],
  pg_cursors: ['statement'],
  pg_largeobject: ['*'],
  pg_prepared_statements: ['statement'],
  pg_stat_activity: ['query'],
  pg_stat_statements: ['*'],
  pg_statistic: ['*'],
  pg_statistic_ext_data: ['*'],
  pg_stats: ['*'],
  pg_stats_ext: ['*'],
  pg_stats_ext_exprs: ['*'],
}

/** Whether a column may hold values of any column of any relation. */
export function holdsAnyColumn(relation: Relation, column: string): boolean {
  if (relation.schema === 'pg_toast') return true
  // An extension puts pg_stat_statements wherever it was told to.
  if (!isSystemRelation(relation) && relation.name !== 'pg_stat_statements') return false
  const columns = telling[relation.name]
  return columns !== undefined && (column === '*' || columns.includes('*') || columns.includes(column))
}
