import type { Relation } from '../catalog/snapshot.js'
import { runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

/**
 * Effects of what the server makes of a table's own expressions when a column gets another type: it writes checks and indexes
 * out and reads them again (`ATPostAlterTypeCleanup` of PostgreSQL's tablecmds.c), so that each name in them may mean any
 * operator, function or cast of a user. Statistics, too, but these are computed later; what their literals become, the look at
 * the table has said (`lookAt`).
 */
export function readAnew(walk: Walk, relation: Relation): void {
  const { catalog } = walk
  for (const id of new Set(relation.checks.flatMap(({ functions }) => functions))) {
    for (const name of catalog.operatorNames(id)) {
      runStored(
        walk,
        catalog.userOperatorsNamed(name).flatMap((operator) => operator.functions),
        'operator',
      )
    }
    const name = catalog.routines.get(id)?.name
    if (name !== undefined)
      runStored(
        walk,
        catalog.userRoutinesNamed(name).map((routine) => routine.id),
        'check',
      )
  }
  if (relation.checks.length > 0)
    runStored(
      walk,
      catalog.userCasts.map((cast) => cast.function),
      'cast',
    )
}
