import type { Entry } from '../entry.js'

/** Statements that only have a table planned in whose stored expressions a function waits. */
const statements: Readonly<Record<string, readonly string[]>> = {
  planned_index: [
    'select id from planned_index',
    'update planned_index set b = null',
    'delete from planned_index',
    'explain select 1 from planned_index',
    'explain delete from planned_index',
    'select exists (select from planned_index)',
    'merge into planned_index t using plain p on false when matched then delete',
  ],
  planned_predicate: ['select id from planned_predicate where id = 1', 'table planned_predicate'],
  planned_statistics: ['select count(*) from planned_statistics where a + 1 = 2', 'table planned_statistics'],
  planned_check: ['select id from planned_check where a = 3'],
  planned_keys: ['select id from planned_keys where a = 1', 'select id from planned_keys_all where a = 1'],
  planned_branch: ['table planned_branch'],
  planned_null: ['table planned_null'],
  planned_field: ['table planned_field'],
  planned_array: ['table planned_array'],
  planned_operator: ['table planned_operator'],
  planned_referenced: [
    'insert into planned_references values (2, 2)',
    'delete from planned_referenced where id = 1',
    'update planned_references set r = 3',
  ],
  planned_parts: ['select id from planned_parts', 'select id from planned_part'],
  planned_kept: [
    'table planned_kept',
    'select id from planned_kept where a = 1',
    'delete from planned_kept where id = 1',
  ],
}

export function plannedEntries(): readonly Entry[] {
  return Object.entries(statements).flatMap(([relation, texts]) =>
    texts.map((text): Entry => ({
      id: `${relation} × ${text}`,
      world: 'base',
      text,
      family: relation === 'planned_kept' ? 'waits for a row' : 'computed in planning',
      container: 'stored expression',
      ...(relation === 'planned_check' && { setup: ['set constraint_exclusion = on'] }),
    })),
  )
}
