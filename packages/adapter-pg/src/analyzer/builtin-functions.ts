/** What a builtin function does, where its name and volatility do not say it. */
export type BuiltinRule =
  | { readonly does: 'nothing' }
  | { readonly does: 'text'; readonly arguments?: number }
  | { readonly does: 'set' }
  | { readonly does: 'show' }
  | { readonly does: 'sequence'; readonly duty: 'read' | 'write' }
  | { readonly does: 'notify' }
  | { readonly does: 'lock' }
  | { readonly does: 'input' }
  | { readonly does: 'populate' }
  | { readonly does: 'relation' }
  | { readonly does: 'statistics' }
  | { readonly does: 'measure'; readonly sensitive: boolean }
  | { readonly does: 'execute' }
  | { readonly does: 'define'; readonly object: string }
  | { readonly does: 'file'; readonly direction: 'in' | 'out' }
  | { readonly does: 'large-object'; readonly duty: 'read' | 'write' | 'delete'; readonly direction?: 'in' | 'out' }

const rules = new Map<string, BuiltinRule>()

function define(rule: BuiltinRule, names: string): void {
  for (const name of names.split(/\s+/).filter((word) => word !== '')) rules.set(name, rule)
}

/** Volatile by declaration only: they read, or touch nothing that outlives the call. Each was read in the source. */
define(
  { does: 'nothing' },
  `random random_normal setseed clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 array_sample array_shuffle
   currval lastval current_query bernoulli system
   pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size pg_database_size pg_tablespace_size
   pg_is_in_recovery pg_is_wal_replay_paused pg_get_wal_replay_pause_state pg_last_xact_replay_timestamp
   pg_blocking_pids pg_safe_snapshot_blocking_pids pg_lock_status
   pg_isolation_test_session_is_blocked pg_jit_available pg_collation_actual_version
   pg_database_collation_actual_version pg_partition_tree pg_partition_ancestors
   pg_xact_status txid_status pg_xact_commit_timestamp pg_last_committed_xact
   pg_notification_queue_usage pg_stat_clear_snapshot pg_stat_have_stats pg_stat_get_xact_blocks_fetched
   pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls pg_stat_get_xact_function_self_time
   pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted
   pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated
   pg_get_multixact_members pg_get_wait_events amvalidate tsvector_update_trigger tsvector_update_trigger_column
   suppress_redundant_updates_trigger`,
)

/** Runs text, or reads relations that are named in an argument. Most are declared stable. */
define(
  { does: 'text' },
  `query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml cursor_to_xmlschema
   table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema
   schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema ts_stat`,
)
define({ does: 'text', arguments: 2 }, 'ts_rewrite')
/** They analyse the body of the function that is named, and load its library. */
define({ does: 'text' }, 'fmgr_internal_validator fmgr_c_validator fmgr_sql_validator')

/** Makes a value of a type that is named in an argument: a domain runs its checks. */
define(
  { does: 'input' },
  `pg_input_is_valid pg_input_error_info domain_in domain_recv array_in array_recv record_in record_recv
   range_in range_recv multirange_in multirange_recv anyarray_in anyarray_recv`,
)

/** Makes a value of the type of its first argument; the last one is of the extension hstore. */
define(
  { does: 'populate' },
  `json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_recordset
   jsonb_populate_record_valid populate_record`,
)

/** Runs functions that belong to a relation or an index which is named in an argument. */
define(
  { does: 'relation' },
  `satisfies_hash_partition brin_summarize_new_values brin_summarize_range brin_desummarize_range
   gin_clean_pending_list pg_restore_attribute_stats pg_restore_relation_stats`,
)

define({ does: 'set' }, 'set_config')
/** All of them where there is no argument. */
define({ does: 'show' }, 'current_setting pg_show_all_settings')
define({ does: 'sequence', duty: 'write' }, 'nextval setval')
define({ does: 'sequence', duty: 'read' }, 'pg_sequence_last_value pg_get_sequence_data')
define({ does: 'notify' }, 'pg_notify')
define(
  { does: 'lock' },
  `pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock
   pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_advisory_unlock
   pg_advisory_unlock_shared pg_advisory_unlock_all`,
)

/** Waits or takes a transaction id: seen by others, changes no data. */
define(
  { does: 'execute' },
  'pg_sleep pg_sleep_for pg_sleep_until txid_current pg_current_xact_id pg_current_xact_id_as_xid8',
)

define({ does: 'define', object: 'collation' }, 'pg_import_system_collations')

/**
 * Tells how much an update stored, which is as much as the new row is unlike the old one: the server logs no bytes that both
 * begin or end with.
 */
define(
  { does: 'measure', sensitive: false },
  `pg_current_wal_lsn pg_current_wal_insert_lsn pg_current_wal_flush_lsn pg_last_wal_receive_lsn pg_last_wal_replay_lsn
   pg_get_replication_slots pg_stat_get_replication_slot pg_stat_get_wal
   pg_stat_get_tuples_hot_updated pg_stat_get_tuples_newpage_updated
   pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_newpage_updated`,
)

define(
  { does: 'measure', sensitive: true },
  `pg_get_wal_summarizer_state pg_control_checkpoint pg_control_recovery pg_stat_get_backend_wal pg_stat_get_io
   pg_stat_get_backend_io`,
)

/** What other sessions run, and values that the planner keeps. */
define(
  { does: 'statistics' },
  `pg_stat_get_activity pg_stat_get_backend_activity pg_stat_get_backend_activity_start pg_stat_get_backend_client_addr
   pg_stat_get_backend_client_port pg_stat_get_backend_userid pg_stat_get_backend_wait_event pg_stat_get_progress_info
   pg_stat_get_wal_senders pg_stat_get_wal_receiver pg_stat_get_subscription pg_prepared_xact`,
)

define(
  { does: 'file', direction: 'out' },
  `pg_read_file pg_read_file_old pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_logdir pg_ls_waldir
   pg_ls_archive_statusdir pg_ls_tmpdir pg_ls_replslotdir pg_ls_logicalsnapdir pg_ls_logicalmapdir
   pg_ls_summariesdir pg_current_logfile pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings`,
)

define({ does: 'large-object', duty: 'read' }, 'lo_get loread lo_open lo_close lo_lseek lo_lseek64 lo_tell lo_tell64')
define(
  { does: 'large-object', duty: 'write' },
  'lo_create lo_creat lo_from_bytea lo_put lowrite lo_truncate lo_truncate64',
)
define({ does: 'large-object', duty: 'delete' }, 'lo_unlink')
define({ does: 'large-object', duty: 'read', direction: 'out' }, 'lo_export')
define({ does: 'large-object', duty: 'write', direction: 'in' }, 'lo_import')

/** The reviewed rule of a builtin function; undefined when its declared volatility decides. */
export function builtinRule(name: string): BuiltinRule | undefined {
  return rules.get(name)
}

/** Extensions whose immutable and stable C functions were reviewed: they compute from their arguments alone. */
export const computingExtensions: ReadonlySet<string> = new Set(
  `btree_gin btree_gist citext cube earthdistance fuzzystrmatch hstore intarray isn ltree pg_trgm pgcrypto seg
   unaccent uuid-ossp vector`.split(/\s+/),
)

/** Their volatile functions that draw what nobody can guess, and change nothing: keys by default, salts, encrypted texts. */
export const drawingFunctions: ReadonlySet<string> = new Set(
  `uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_random_uuid gen_salt pgp_pub_encrypt
   pgp_pub_encrypt_bytea pgp_sym_encrypt pgp_sym_encrypt_bytea`.split(/\s+/),
)
