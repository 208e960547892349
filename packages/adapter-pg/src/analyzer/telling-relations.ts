import type { Relation } from '../catalog/snapshot.js'
import { isSystemRelation } from './sensitive-relations.js'

/** Whether updates changed what indexes hold, and fit beside the old row. */
const updates = ['n_tup_hot_upd', 'n_tup_newpage_upd']

/**
 * Columns of system relations that hold values of other tables: samples that statistics keep, texts of other sessions with the
 * values in them, large objects, how much was stored. `*` for every column.
 */
const telling: Readonly<Record<string, readonly string[]>> = {
  pg_attribute: ['attmissingval'],
  pg_cursors: ['statement'],
  pg_largeobject: ['*'],
  pg_prepared_statements: ['statement'],
  pg_replication_slots: ['*'],
  pg_stat_activity: ['query'],
  pg_stat_all_tables: updates,
  pg_stat_io: ['*'],
  pg_stat_replication: ['*'],
  pg_stat_replication_slots: ['*'],
  pg_stat_statements: ['*'],
  pg_stat_subscription: ['*'],
  pg_stat_sys_tables: updates,
  pg_stat_user_tables: updates,
  pg_stat_wal: ['*'],
  pg_stat_wal_receiver: ['*'],
  pg_stat_xact_all_tables: updates,
  pg_stat_xact_sys_tables: updates,
  pg_stat_xact_user_tables: updates,
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
