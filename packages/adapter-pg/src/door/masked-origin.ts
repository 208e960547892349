import type { ResultMasks } from '@bothkeys/core/adapter'
import { columnOrigins } from '../analyzer/column-origins.js'
import { relationResource } from '../analyzer/resource.js'
import type { NamedIn } from '../analyzer/whole-reads.js'
import type { Relation } from '../catalog/snapshot.js'
import type { ResultColumn } from './result-columns.js'

/**
 * Whether a rule masks the column that the server says a column of a result is, or one that its values come from: of what it
 * inherits from or that inherits from it, of what a view shows. What the catalog does not have may be anything, and counts as
 * masked.
 */
export function isFromMasked(
  { number, table }: Pick<ResultColumn, 'number' | 'table'>,
  masks: Pick<ResultMasks, 'covers'>,
  { catalog, session }: NamedIn,
): boolean {
  if (table === 0) return false
  const relation = catalog.relations.get(table)
  const name = relation && nameOf(relation, number)
  if (relation === undefined || name === undefined) return true
  return columnOrigins(catalog, relation, name).sources.some(({ column, relation: id }) => {
    const source = catalog.relations.get(id)
    return masks.covers(source === undefined ? '*' : relationResource(source, session), column)
  })
}

/** A whole row is any column of it. */
function nameOf({ columns }: Relation, number: number): string | undefined {
  if (number < 0) return systemColumns[-number - 1]
  if (number === 0) return '*'
  return [...columns.values()].find((column) => column.number === number)?.name
}

/** By their numbers, from -1 on (`sysattr.h`). */
const systemColumns: readonly string[] = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid']
