import { define, relationTargets } from './define.js'
import { newRelation } from './create-as.js'
import { readBounds } from './definition-reads.js'
import { followAnything } from './flows.js'
import { lookAt, makeBounds } from './looked-at.js'
import { expectRelation, rangeVarName } from './names.js'
import { givenValues } from './range-values.js'
import { referencedTables } from './referenced-tables.js'
import { resource } from './resource.js'
import { type Range, Scope } from './scope.js'
import { bodyOf, listOf, nodeOf, numberOf, textOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** CREATE TABLE. Its defaults and checks run when rows come; bounds, keys and what is generated are computed now. */
export const createTable: Handler = (walk, body, scope) => {
  define(walk, newRelation(walk, nodeOf(body, 'relation') ?? {}))
  const bound = nodeOf(body, 'partbound')
  if (bound !== undefined) walk.visitAs('PartitionBoundSpec', bound, scope)
  for (const item of listOf(body, 'inhRelations')) {
    for (const { target, relation } of relationTargets(walk, rangeVarName(bodyOf(item, 'RangeVar') ?? {}))) {
      define(walk, target, { object: 'child' })
      if (bound === undefined || relation === undefined) continue
      // The new partition gets the indexes of the table; rows of a default partition are checked against the new bounds.
      lookAt(walk, relation, 'check')
      makeBounds(walk, relation)
      readBounds(walk, relation)
    }
  }
  const inside = new Scope(scope)
  inside.ranges.push(newTable(walk, body))
  for (const element of listOf(body, 'tableElts')) {
    referencedTables(walk, element, false)
    computeAtOnce(walk, element, inside)
  }
  walk.visitAll(listOf(nodeOf(body, 'partspec') ?? {}, 'partParams'), inside)
}

/** CREATE FOREIGN TABLE. */
export const createForeignTable: Handler = (walk, body, scope) => {
  walk.visitAs('CreateStmt', nodeOf(body, 'base'), scope)
  define(walk, resource('server', textOf(body, 'servername')), { object: 'foreign-table', sensitive: true })
  // Rows that others write to the whole table are sent to another server.
  if (nodeOf(nodeOf(body, 'base') ?? {}, 'partbound') !== undefined) followAnything(walk)
}

/**
 * Expressions of which the server computes what it can while it makes the table: generated columns (whether they are
 * immutable is seen after planning) and indexes, also those that LIKE takes over.
 */
function computeAtOnce(walk: Walk, element: TreeNode, scope: Scope): void {
  const constraint = bodyOf(element, 'Constraint')
  switch (constraint === undefined ? '' : textOf(constraint, 'contype')) {
    case 'CONSTR_GENERATED':
    case 'CONSTR_EXCLUSION':
      walk.visit(element, scope)
  }
  for (const inner of listOf(bodyOf(element, 'ColumnDef') ?? {}, 'constraints')) computeAtOnce(walk, inner, scope)
  const like = bodyOf(element, 'TableLikeClause')
  // Without INCLUDING there is nothing but columns.
  if (like === undefined || numberOf(like, 'options') === 0) return
  const source = expectRelation(walk, rangeVarName(nodeOf(like, 'relation') ?? {}))
  if (source !== undefined) lookAt(walk, source, 'index')
}

/** The table that is made, as its own expressions see it: columns that it has from elsewhere are not known. */
function newTable(walk: Walk, body: TreeNode): Range {
  const columns = new Map<string, string>()
  const types = new Map<string, number>()
  for (const element of listOf(body, 'tableElts')) {
    const definition = bodyOf(element, 'ColumnDef')
    if (definition === undefined) continue
    const name = textOf(definition, 'colname')
    const written = nodeOf(definition, 'typeName')
    const type = written === undefined ? undefined : typeNameId(walk, written)
    columns.set(name, name)
    if (type !== undefined) types.set(name, type)
  }
  const name = textOf(nodeOf(body, 'relation') ?? {}, 'relname')
  walk.mention(Array.from(types.values(), (type) => ({ type })))
  const rest = {
    schema: undefined,
    relation: undefined,
    complete: false,
    read: undefined,
    values: givenValues,
    lockable: [],
  }
  return { name, columns, types, ...rest, hidden: false, mayBeValue: false }
}
