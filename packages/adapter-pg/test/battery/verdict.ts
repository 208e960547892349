import type { Effect } from '@bothkeys/core/adapter'
import type { Fact, FactKind, Facts } from './observe/facts.js'

/**
 * How observations and duties are compared.
 *
 * Each kind of fact (observe/facts.ts) stands for duties, in the table below. Relations are compared by name, and so are
 * user-defined functions, channels and sequences; of everything else only the duty, which is the level at which an
 * observation of, say, the catalog speaks.
 *
 * A user-defined function may do anything, and the analyzer says so with the duty `execute` on that function. To see what
 * the statement does besides, the battery runs it with exactly those functions made harmless that the analyzer named
 * (fixture/trap.ts). Every other one of the fixture leaves traces. So
 * - *covered* means: every fact is claimed by an effect. Whatever a named function does is gone from the run; what is still
 *   there was done by something that the analyzer must have named otherwise. That a function ran is a fact of its own,
 *   which only `execute` on this very function claims.
 * - *exact* means: covered, and every effect claims a fact. No duty too many: also an `execute` on a function that was not
 *   called, or a `read` of a relation that the server did not so much as lock, makes it inexact.
 * - *opaque* means: the analyzer does not claim to understand the statement. It counts as neither.
 *
 * So a statement cannot become exact by naming functions: a named function that was not called is a duty too many, and one
 * that was called but not named leaves its facts unclaimed.
 *
 * Reads are observed from two sides. The server demands the SELECT privilege on what a statement reads, and prints for
 * which relations (debug_print_rewritten): each has to be claimed. Nobody may claim to read what the server neither locked
 * nor scanned nor demanded a privilege for.
 *
 * Partitions and inheriting tables: rows are observed where they are; each such relation has to be claimed by name. An
 * effect on a relation counts as observed when anything of its family (ancestors and descendants) was. A view that is
 * written through is claimed with the table behind it.
 *
 * ALTER TABLE may rewrite every row of its table: that is claimed by `define` on this very table, and so is what becomes of
 * its rows when it is dropped. ALTER TYPE may change how every value of the type reads. COMMIT PREPARED makes visible what
 * another statement did. A change that finds nothing to change still takes a transaction id. An aggregate is called when one of the functions that it is made of is.
 *
 * A C function of an extension cannot be made harmless. When one is named, what is unclaimed counts as done by it, and the
 * statement never counts as exact.
 *
 * Facts without a duty: prepared statements and cursors (what they do counts when they do it), the state of the transaction
 * itself, and settings that only limit, format or plan.
 */
export interface Verdict {
  readonly outcome: 'exact' | 'covered' | 'opaque' | 'missed'
  /** Facts that no effect claims. */
  readonly unclaimed: readonly Fact[]
  /** Effects without a fact. */
  readonly unobserved: readonly Effect[]
}

/** Names of relations by inheritance, and of views with what is behind them. */
export interface Families {
  /** Everything in the family of a relation, itself included. */
  of(relation: string): ReadonlySet<string>
  /** What a function stands for: itself, or the functions that an aggregate is made of. */
  parts(routine: string): readonly string[]
  /** Whether it is a function in C of an extension. */
  isForeignCode(routine: string): boolean
  /** The table that owns a sequence. */
  owner(sequence: string): string | undefined
}

/** Judges the effects that the analyzer gave by the facts of a run in which the functions that it named were quiet. */
export function judge(effects: readonly Effect[], { list, touched }: Facts, families: Families): Verdict {
  const claimed = (fact: Fact): boolean => effects.some((effect) => claims(effect, fact, families))
  const unclaimed = list.filter((fact) => !dutyless(fact) && !claimed(fact))
  const unobserved = effects.filter(
    (effect) => effect.duty !== 'opaque' && !isObserved(effect, list, touched, families),
  )
  if (effects.some(({ duty }) => duty === 'opaque')) return { outcome: 'opaque', unclaimed, unobserved }
  if (unclaimed.length > 0 && effects.some(({ resource }) => families.isForeignCode(nameOf(resource)))) {
    return { outcome: 'covered', unclaimed: [], unobserved }
  }
  const outcome = unclaimed.length > 0 ? 'missed' : unobserved.length > 0 ? 'covered' : 'exact'
  return { outcome, unclaimed, unobserved }
}

/** Settings of the battery that neither change what a text means nor what it may do. */
const harmlessSettings: ReadonlySet<string> = new Set(['TimeZone', 'work_mem', 'transaction_deferrable'])

function dutyless({ kind, on }: Fact): boolean {
  if (kind === 'setting') return harmlessSettings.has(on)
  return kind === 'prepared' || kind === 'cursor' || kind === 'transaction' || kind === 'shown'
}

/**
 * What may claim a kind of fact: a duty, the kind of its resource when that matters, and `=` when its name has to be the
 * one that was observed.
 */
const claimants: Readonly<Record<FactKind, readonly string[]>> = {
  read: ['read table=', 'read sequence='],
  'row-written': ['write table=', 'define table=', 'define type', 'execute transaction'],
  'row-deleted': ['delete table=', 'execute transaction'],
  sequence: ['write sequence=', 'write table='],
  'table-lock': ['write table=', 'delete table=', 'define'],
  'row-lock': ['write table='],
  called: ['execute function='],
  notification: ['write channel='],
  listening: ['read channel='],
  definition: ['define'],
  privilege: ['grant'],
  'stored-setting': ['grant', 'define'],
  configuration: ['define'],
  database: ['define', 'grant'],
  tablespace: ['define'],
  subscription: ['define', 'grant'],
  slot: [],
  origin: ['define'],
  'prepared-transaction': ['execute transaction'],
  statistics: ['define'],
  storage: ['define'],
  'file-written': ['transfer file', 'transfer program'],
  'file-read': ['transfer file', 'transfer program'],
  setting: ['session'],
  role: ['session'],
  'advisory-lock': ['execute lock'],
  backend: [],
  'large-object': ['write largeobject', 'grant largeobject'],
  'large-object-deleted': ['delete largeobject'],
  library: ['execute library'],
  streamed: ['transfer stream'],
  shown: ['read setting'],
  'statistics-reset': [],
  snapshot: [],
  log: ['execute server'],
  'transaction-id': ['define', 'grant', 'write', 'delete'],
  delay: [],
  prepared: [],
  cursor: [],
  transaction: [],
}

/** What builtin functions do that have no duty but `execute` on them; and the views of the catalog that show files. */
const builtinClaims: ReadonlyMap<string, readonly FactKind[]> = new Map([
  ['execute function:pg_catalog.pg_terminate_backend', ['backend']],
  ['execute function:pg_catalog.pg_cancel_backend', ['backend']],
  ['execute function:pg_catalog.pg_reload_conf', ['configuration', 'file-read']],
  ['execute function:pg_catalog.pg_import_system_collations', ['definition']],
  ['execute function:pg_catalog.pg_logical_emit_message', ['log', 'transaction-id']],
  ['execute function:pg_catalog.pg_create_restore_point', ['log']],
  ['execute function:pg_catalog.pg_switch_wal', ['log']],
  ['execute function:pg_catalog.txid_current', ['transaction-id']],
  ['execute function:pg_catalog.pg_current_xact_id', ['transaction-id']],
  ['execute function:pg_catalog.pg_export_snapshot', ['snapshot', 'transaction-id']],
  ['execute function:pg_catalog.pg_create_physical_replication_slot', ['slot']],
  ['execute function:pg_catalog.pg_replication_origin_create', ['origin']],
  ['execute function:pg_catalog.pg_stat_reset', ['statistics-reset']],
  ['execute function:pg_catalog.pg_stat_reset_shared', ['statistics-reset']],
  ['execute function:pg_catalog.pg_sleep', ['delay']],
  ['execute function:pg_catalog.brin_summarize_new_values', ['log', 'transaction-id']],
  ['read table:pg_catalog.pg_hba_file_rules', ['file-read']],
])

function claims(effect: Effect, fact: Fact, families: Families): boolean {
  return agrees(effect, fact, (name) =>
    fact.kind === 'called'
      ? families.parts(name).includes(fact.on)
      : name === fact.on || (fact.kind === 'sequence' && name === families.owner(fact.on)),
  )
}

/** Less strict about names than a claim: anything of the family will do. */
function isObserved(effect: Effect, facts: readonly Fact[], touched: ReadonlySet<string>, families: Families): boolean {
  const observed = facts.some((fact) =>
    agrees(effect, fact, (name) =>
      fact.kind === 'called'
        ? families.parts(name).includes(fact.on)
        : families.of(name).has(fact.on) || (fact.kind === 'sequence' && name === families.owner(fact.on)),
    ),
  )
  if (observed) return true
  const isRead = effect.duty === 'read' && /^(table|sequence):/.test(effect.resource)
  return isRead && [...families.of(nameOf(effect.resource))].some((name) => touched.has(name))
}

/** Whether an effect is of a duty that stands for a fact, and, where it matters, its name passes. */
function agrees(effect: Effect, { kind }: Fact, passes: (name: string) => boolean): boolean {
  const { duty, resource, attributes } = effect
  if (builtinClaims.get(`${duty} ${resource}`)?.includes(kind) === true) return true
  // A function stands for its own call and for nothing else.
  if (attributes['userDefined'] === true && kind !== 'called') return false
  const [resourceKind = ''] = resource.split(':')
  return claimants[kind].some((claimant) => {
    if (claimant === duty || claimant === `${duty} ${resourceKind}`) return true
    const name = nameOf(resource)
    return claimant === `${duty} ${resourceKind}=` && (name === '*' || passes(name))
  })
}

/** The name in a resource, quotes taken off its segments. */
export function nameOf(resource: string): string {
  const written = resource.slice(resource.indexOf(':') + 1)
  return written.replace(/"((?:[^"]|"")*)"/g, (_, quoted: string) => quoted.replaceAll('""', '"'))
}
