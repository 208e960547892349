import { addFromItems } from './from.js'
import { defineTarget } from './create-as.js'
import { settle } from './literals.js'
import { rangeVarName } from './names.js'
import { commonColumns, outputColumns, renameColumns } from './output-columns.js'
import { columnNames, targetName } from './output-names.js'
import { visitByOutput, visitGroups } from './output-references.js'
import { lockRelation } from './relation-reads.js'
import { type OutputColumn, Scope } from './scope.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** SELECT, VALUES, TABLE and set operations of them. `scope` is the level that the query's own items are added to. */
export const selectStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
  if (textOf(body, 'op') === 'SETOP_NONE') plainSelect(walk, body, scope)
  else setOperation(walk, body, scope)
  outer.adopt(scope)
}

/** Everything of a SELECT that is handled by name; another field makes it opaque. */
const selectFields: ReadonlySet<string> = new Set(
  `withClause op all larg rarg intoClause fromClause targetList distinctClause whereClause groupClause groupDistinct
   havingClause windowClause valuesLists sortClause limitOffset limitCount limitOption lockingClause`.split(/\s+/),
)

function plainSelect(walk: Walk, body: TreeNode, scope: Scope): void {
  for (const field in body) if (!selectFields.has(field)) walk.opaque('unknown part of SELECT', 'select')
  const into = nodeOf(body, 'intoClause')
  if (into !== undefined) defineTarget(walk, into)
  addFromItems(walk, listOf(body, 'fromClause'), scope)
  walk.visitAll(listOf(body, 'targetList'), scope)
  walk.visit(nodeOf(body, 'whereClause'), scope)
  walk.visitAll(listOf(body, 'valuesLists'), scope)
  const outputs = outputNames(body)
  scope.result = outputColumns(walk, body, scope)
  visitGroups(walk, listOf(body, 'groupClause'), outputs, scope)
  walk.visit(nodeOf(body, 'havingClause'), scope)
  walk.visitAll(listOf(body, 'windowClause'), scope)
  visitByOutput(walk, listOf(body, 'distinctClause'), outputs, scope)
  tail(walk, body, outputs, scope)
}

function outputNames(body: TreeNode): ReadonlySet<string> {
  const names = new Set<string>()
  for (const target of listOf(body, 'targetList')) {
    const name = targetName(unwrap(target)?.body ?? {})
    if (name !== undefined) names.add(name)
  }
  return names
}

/** ORDER BY, LIMIT, OFFSET and FOR UPDATE. */
function tail(walk: Walk, body: TreeNode, outputs: ReadonlySet<string>, scope: Scope): void {
  visitByOutput(walk, listOf(body, 'sortClause'), outputs, scope)
  for (const field of ['limitOffset', 'limitCount']) settle(walk, nodeOf(body, field))
  walk.visit(nodeOf(body, 'limitOffset'), scope)
  walk.visit(nodeOf(body, 'limitCount'), scope)
  for (const clause of listOf(body, 'lockingClause')) lockRows(walk, bodyOf(clause, 'LockingClause') ?? {}, scope)
}

/** The arms one after the other: a chain of thousands of UNIONs leans to the left and must not cost stack. */
function setOperation(walk: Walk, body: TreeNode, scope: Scope): void {
  const arms: TreeNode[] = []
  let current = body
  for (;;) {
    const left = nodeOf(current, 'larg')
    const right = nodeOf(current, 'rarg')
    if (right !== undefined) arms.push(right)
    if (left === undefined) break
    if (textOf(left, 'op') === 'SETOP_NONE' || !isBare(left)) {
      arms.push(left)
      break
    }
    current = left
  }
  const results = arms.reverse().map((arm) => {
    const inner = new Scope(scope)
    walk.visitAs('SelectStmt', arm, inner)
    return inner.result
  })
  scope.result = commonColumns(results)
  tail(walk, body, new Set(columnNames({ SelectStmt: body })), scope)
}

/** A set operation with nothing of its own but its arms. */
function isBare(body: TreeNode): boolean {
  for (const field in body)
    if (field !== 'op' && field !== 'all' && field !== 'larg' && field !== 'rarg' && field !== 'limitOption')
      return false
  return true
}

/** Queries of WITH: each sees those before it, with RECURSIVE all of them. */
export function defineCommonTables(walk: Walk, clause: TreeNode | undefined, scope: Scope): void {
  if (clause === undefined) return
  const tables = listOf(clause, 'ctes').map((item) => bodyOf(item, 'CommonTableExpr') ?? {})
  const define = (table: TreeNode, columns: readonly OutputColumn[] | undefined): void => {
    const names = namesOf(listOf(table, 'aliascolnames')) ?? []
    scope.define({ name: textOf(table, 'ctename'), columns: renameColumns(columns, names) })
  }
  if (flagOf(clause, 'recursive')) {
    for (const table of tables) {
      const names = grows(table) ? undefined : columnNames(nodeOf(table, 'ctequery'))
      define(
        table,
        names?.map((name) => ({ name, type: undefined })),
      )
    }
  }
  for (const table of tables) {
    const inner = new Scope(scope)
    walk.visit(nodeOf(table, 'ctequery'), inner)
    walk.descend('CommonTableExpr', table, scope, queryOnly)
    define(table, grows(table) ? undefined : inner.result)
  }
}

/** SEARCH and CYCLE add columns to what the query gives. */
function grows(table: TreeNode): boolean {
  return nodeOf(table, 'search_clause') !== undefined || nodeOf(table, 'cycle_clause') !== undefined
}

const queryOnly: ReadonlySet<string> = new Set(['ctequery', 'aliascolnames'])

const strengths: Readonly<Record<string, string>> = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
}

/** FOR UPDATE and its kin lock rows of the named items, or of all: others wait, and the rows' versions change. */
function lockRows(walk: Walk, clause: TreeNode, scope: Scope): void {
  const lock = strengths[textOf(clause, 'strength')] ?? 'update'
  const named = listOf(clause, 'lockedRels')
  const ranges =
    named.length === 0
      ? scope.ranges
      : named.map((item) => scope.range(rangeVarName(bodyOf(item, 'RangeVar') ?? {}).name))
  for (const range of ranges) for (const relation of range?.lockable ?? []) lockRelation(walk, relation, lock)
}
