import { readingSettings } from '../catalog/state-probe.js'
import { resource } from './resource.js'
import { mayHoldSecret } from './secret-settings.js'
import type { Walk } from './walk.js'

/**
 * Settings that change speed, limits, display and labels, never what names mean or a text may do. Changing them has no effect
 * worth a decision. Those by which values are read (`readingSettings`) are a part of every action that follows. Every other
 * one is a duty `session`.
 */
const harmless: ReadonlySet<string> = new Set(
  `application_name statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout
   transaction_timeout client_min_messages extra_float_digits bytea_output datestyle intervalstyle timezone
   lc_monetary lc_numeric lc_time lc_messages work_mem maintenance_work_mem hash_mem_multiplier logical_decoding_work_mem
   effective_cache_size effective_io_concurrency random_page_cost seq_page_cost cpu_tuple_cost cpu_index_tuple_cost
   cpu_operator_cost parallel_setup_cost parallel_tuple_cost max_parallel_workers_per_gather
   max_parallel_maintenance_workers min_parallel_table_scan_size min_parallel_index_scan_size
   parallel_leader_participation enable_async_append enable_bitmapscan enable_distinct_reordering enable_gathermerge
   enable_group_by_reordering enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan
   enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append
   enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join
   enable_presorted_aggregate enable_self_join_elimination enable_seqscan enable_sort enable_tidscan
   from_collapse_limit join_collapse_limit geqo geqo_threshold geqo_effort jit jit_above_cost
   jit_inline_above_cost jit_optimize_above_cost plan_cache_mode cursor_tuple_fraction
   default_statistics_target constraint_exclusion recursive_worktable_factor
   tcp_keepalives_idle tcp_keepalives_interval tcp_keepalives_count tcp_user_timeout
   client_connection_check_interval vacuum_cost_delay stats_fetch_consistency`.split(/\s+/),
)

const reading: ReadonlySet<string> = new Set(readingSettings.map((name) => name.toLowerCase()))

/** Whether a setting changes neither names nor rights. Names are case-insensitive. */
export function isHarmlessSetting(name: string): boolean {
  return harmless.has(name.toLowerCase())
}

/** Effects of changing a setting; of any setting when the name is not known. */
export function settingEffect(walk: Walk, name: string | undefined): void {
  if (name !== undefined && reading.has(name.toLowerCase())) walk.changesReading = true
  if (name !== undefined && isHarmlessSetting(name)) return
  walk.settingFree = false
  walk.effects.add('session', name === undefined ? 'setting:*' : settingResource(name))
}

/** Effects of reading a setting. */
export function showEffect(walk: Walk, name: string | undefined): void {
  if (name === undefined || name.toLowerCase() === 'all') walk.effects.add('read', 'setting:*')
  else if (mayHoldSecret(name)) walk.effects.add('read', settingResource(name))
}

/** `app.tenant` has two segments, so that a policy can say `setting:app.*`. */
function settingResource(name: string): string {
  return resource('setting', ...name.toLowerCase().split('.'))
}
