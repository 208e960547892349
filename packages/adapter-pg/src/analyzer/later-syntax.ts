import { findRoutines } from './names.js'
import { callRoutine } from './routine-effects.js'
import { textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

type Since = readonly [version: number, name: (body: TreeNode) => string]

/**
 * What is syntax of its own in the grammar of PostgreSQL 18 and a plain call on a server before the given version: there a
 * user's function of that name is called.
 */
const later: ReadonlyMap<string, Since> = new Map<string, Since>([
  ['JsonObjectConstructor', [160_000, () => 'json_object']],
  ['JsonArrayConstructor', [160_000, () => 'json_array']],
  ['JsonArrayAgg', [160_000, () => 'json_arrayagg']],
  ['JsonObjectAgg', [160_000, () => 'json_objectagg']],
  ['JsonParseExpr', [170_000, () => 'json']],
  ['JsonScalarExpr', [170_000, () => 'json_scalar']],
  ['JsonSerializeExpr', [170_000, () => 'json_serialize']],
  ['JsonFuncExpr', [170_000, (body) => textOf(body, 'op').replace('_OP', '').toLowerCase()]],
  ['MergeSupportFunc', [170_000, () => 'merge_action']],
])

/** Types of nodes that are handled by `laterSyntax`. */
export const laterTypes: readonly string[] = [...later.keys()]

/** Handles everything in the node, and on an older server the function that it calls there. */
export const laterSyntax =
  (type: string): Handler =>
  (walk, body, scope) => {
    walk.descend(type, body, scope)
    walk.makesJson = true
    const [version, name] = later.get(type) ?? [0, () => '']
    if (walk.catalog.serverVersion < version) callOnOlderServer(walk, name(body))
  }

function callOnOlderServer(walk: Walk, name: string): void {
  for (const routine of findRoutines(walk, { schema: undefined, name }))
    if (!routine.builtin) callRoutine(walk, routine, {})
}

/**
 * The name of a call as the server at hand reads it: the grammar of PostgreSQL 16 and later puts `pg_catalog` before
 * `json_object`, which earlier ones leave to the search path; EXTRACT is `date_part` before 14.
 */
export function namesOnServer(walk: Walk, names: readonly string[]): readonly string[] {
  const [schema, name] = names
  if (schema !== 'pg_catalog' || names.length !== 2) return names
  if (name === 'json_object' && walk.catalog.serverVersion < 160_000) return [name]
  if (name === 'extract' && walk.catalog.serverVersion < 140_000) return [schema, 'date_part']
  return names
}
