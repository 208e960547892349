import type { Relation } from '../catalog/snapshot.js'

/**
 * System relations that show other sessions' work, other people's values or credentials (RULES 27). Only a rule that
 * names one of them covers it.
 */
const sensitive: ReadonlySet<string> = new Set(
  `pg_stat_activity pg_stat_statements pg_stat_replication pg_stat_wal_receiver pg_stat_subscription pg_stat_ssl
   pg_stat_gssapi pg_stat_progress_copy pg_prepared_xacts
   pg_stats pg_stats_ext pg_stats_ext_exprs pg_statistic pg_statistic_ext_data
   pg_authid pg_shadow pg_db_role_setting pg_user_mapping pg_user_mappings pg_subscription pg_foreign_server
   pg_largeobject pg_largeobject_metadata
   pg_hba_file_rules pg_ident_file_mappings pg_file_settings
   _pg_foreign_servers _pg_user_mappings user_mapping_options foreign_server_options`.split(/\s+/),
)

const systemSchemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast'])

/** Whether only a rule that names the relation covers it. Toast tables hold values of other tables. */
export function isSensitiveRelation(relation: Relation): boolean {
  if (relation.schema === 'pg_toast') return true
  // An extension puts pg_stat_statements wherever it was told to.
  if (relation.name === 'pg_stat_statements') return true
  return systemSchemas.has(relation.schema) && sensitive.has(relation.name)
}

/** Whether a relation is part of the server's own catalog. */
export function isSystemRelation(relation: Relation): boolean {
  return systemSchemas.has(relation.schema)
}
