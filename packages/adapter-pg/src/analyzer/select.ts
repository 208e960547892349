import { constantInteger } from './constants.js'
import {
  type ColumnFlow,
  flowsOf,
  type NamedFlow,
  type QueryFlow,
  renameFlows,
  Sources,
  uniteColumns,
  unknownFlow,
} from './column-flow.js'
import { addFromItems } from './from.js'
import { defineTarget } from './create-as.js'
import { settle } from './literals.js'
import { visitWhere } from './lookups.js'
import { rangeVarName } from './names.js'
import { commonColumns, outputColumns, renameColumns } from './output-columns.js'
import { columnNames, targetName } from './output-names.js'
import { type Outputs, visitByOutput, visitGroups } from './output-references.js'
import { lockRelation } from './relation-reads.js'
import { type OutputColumn, Scope } from './scope.js'
import { isStar } from './stars.js'
import { settleRow, visitTargets } from './targets.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** SELECT, VALUES, TABLE and set operations of them. `scope` is the level that the query's own items are added to. */
export const selectStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  let columns: readonly NamedFlow[] | undefined
  const everything = walk.flows.gather(() => {
    defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
    columns = textOf(body, 'op') === 'SETOP_NONE' ? plainSelect(walk, body, scope) : setOperation(walk, body, scope)
  })
  scope.flow = { columns, everything }
  if (!outer.isClaimed) walk.flows.takeAll(scope.flow)
  outer.adopt(scope)
}

/** Everything of a SELECT that is handled by name; another field makes it opaque. */
const selectFields: ReadonlySet<string> = new Set(
  `withClause op all larg rarg intoClause fromClause targetList distinctClause whereClause groupClause groupDistinct
   havingClause windowClause valuesLists sortClause limitOffset limitCount limitOption lockingClause`.split(/\s+/),
)

function plainSelect(walk: Walk, body: TreeNode, scope: Scope): readonly NamedFlow[] | undefined {
  for (const field in body) if (!selectFields.has(field)) walk.opaque('unknown part of SELECT', 'select')
  scope.select = body
  const into = nodeOf(body, 'intoClause')
  if (into !== undefined) {
    walk.flows.isStored = true
    defineTarget(walk, into)
  }
  walk.flows.aside(() => addFromItems(walk, listOf(body, 'fromClause'), scope))
  const targets = visitTargets(walk, listOf(body, 'targetList'), scope)
  visitWhere(walk, nodeOf(body, 'whereClause'), scope)
  const rows = listOf(body, 'valuesLists')
  const values = visitRows(walk, rows, scope)
  const columns = rows.length > 0 ? values : targets
  settleRow(walk, values ?? [])
  const outputs: Outputs = { names: outputNames(body), columns, everything: walk.flows.everything }
  scope.result = outputColumns(walk, body, scope)
  walk.flows.aside(() => {
    visitGroups(walk, listOf(body, 'groupClause'), outputs, scope)
    walk.visit(nodeOf(body, 'havingClause'), scope)
    walk.visitAll(listOf(body, 'windowClause'), scope)
    visitByOutput(walk, listOf(body, 'distinctClause'), outputs, scope)
    // DISTINCT without ON compares whole rows.
    if (listOf(body, 'distinctClause').some((item) => unwrap(item) === undefined)) walk.flows.divert(flowsOf(outputs))
    tail(walk, body, outputs, scope)
  })
  return columns
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
function tail(walk: Walk, body: TreeNode, outputs: Outputs, scope: Scope): void {
  visitByOutput(walk, listOf(body, 'sortClause'), outputs, scope)
  for (const field of ['limitOffset', 'limitCount']) settle(walk, nodeOf(body, field))
  for (const field of ['limitOffset', 'limitCount']) if (!isCount(nodeOf(body, field))) walk.flows.mayFail()
  walk.visit(nodeOf(body, 'limitOffset'), scope)
  walk.visit(nodeOf(body, 'limitCount'), scope)
  if (listOf(body, 'lockingClause').length > 0) walk.flows.mayFail()
  for (const clause of listOf(body, 'lockingClause')) lockRows(walk, bodyOf(clause, 'LockingClause') ?? {}, scope)
}

/** Nothing, or a number that is not below zero. */
function isCount(node: TreeNode | undefined): boolean {
  return node === undefined || (constantInteger(node) ?? -1) >= 0
}

/** The arms one after the other: a chain of thousands of UNIONs leans to the left and must not cost stack. */
function setOperation(walk: Walk, body: TreeNode, scope: Scope): readonly NamedFlow[] | undefined {
  const arms: TreeNode[] = []
  let compares = false
  let current = body
  for (;;) {
    compares ||= textOf(current, 'op') !== 'SETOP_UNION' || !flagOf(current, 'all')
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
  const inner = arms.reverse().map((arm) => {
    const each = Scope.claiming(scope)
    walk.flows.aside(() => walk.visitAs('SelectStmt', arm, each))
    return each
  })
  scope.result = commonColumns(inner.map(({ result }) => result))
  const given = inner.map(({ flow }) => flow?.columns)
  const count = given.reduce((sum, each) => sum + (each?.length ?? 1), 0)
  const columns = walk.flows.afford(count) ? uniteColumns(given) : undefined
  const { everything } = walk.flows
  for (const { sources } of flowsOf({ columns, everything })) walk.meetings?.link([sources])
  const outputs: Outputs = { names: new Set(columnNames({ SelectStmt: body })), columns, everything }
  walk.flows.drop(outputs)
  if (compares) walk.flows.divert(flowsOf(outputs))
  walk.flows.aside(() => tail(walk, body, outputs, scope))
  return columns
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
  const define = (
    table: TreeNode,
    columns: readonly OutputColumn[] | undefined,
    flow: QueryFlow,
    isTotal: boolean,
  ): void => {
    const names = namesOf(listOf(table, 'aliascolnames')) ?? []
    const name = textOf(table, 'ctename')
    scope.define({ name, columns: renameColumns(columns, names), flow: renameFlows(flow, names), isTotal })
  }
  const later = new Map<TreeNode, QueryFlow>()
  if (flagOf(clause, 'recursive')) {
    for (const table of tables) {
      const names = grows(table) ? undefined : columnNames(nodeOf(table, 'ctequery'))
      const flow = recursiveFlow(names)
      later.set(table, flow)
      define(
        table,
        names?.map((name) => ({ name, type: undefined })),
        flow,
        true,
      )
    }
  }
  for (const table of tables) {
    const inner = Scope.claiming(scope)
    let everything = walk.flows.everything
    const { total } = walk.flows.judge(() => {
      everything = walk.flows.gather(() => {
        walk.visit(nodeOf(table, 'ctequery'), inner)
        walk.descend('CommonTableExpr', table, scope, queryOnly)
      })
    })
    const flow = { columns: grows(table) ? undefined : inner.flow?.columns, everything }
    walk.flows.drop(flow)
    // What CYCLE finds ends the query.
    if (grows(table)) walk.flows.divert(flowsOf(flow))
    resolveLater(later.get(table), flow)
    define(table, grows(table) ? undefined : inner.result, flow, total)
  }
}

/** What a query of WITH RECURSIVE gives, before it was handled. */
function recursiveFlow(names: readonly string[] | undefined): QueryFlow {
  const value = (): ColumnFlow => ({ ...unknownFlow, sources: new Sources(), total: true })
  return { columns: names?.map((name) => ({ name, flow: value() })), everything: new Sources() }
}

/** Each column is made of what the query gives in its place, itself among it. */
function resolveLater(later: QueryFlow | undefined, { columns, everything }: QueryFlow): void {
  if (later === undefined) return
  later.everything.parts.add(everything)
  for (const [index, { flow }] of (later.columns ?? []).entries()) {
    const given = columns?.length === later.columns?.length ? columns?.[index]?.flow.sources : undefined
    flow.sources.parts.add(given ?? everything)
  }
}

/** Handles VALUES, and tells what each column is made of; undefined where these are not all known. */
function visitRows(walk: Walk, rows: readonly TreeNode[], scope: Scope): readonly NamedFlow[] | undefined {
  const columns: ColumnFlow[] = []
  const items = rows.map((row) => listOf(bodyOf(row, 'List') ?? {}, 'items'))
  for (const row of items) {
    walk.nest('List', () => {
      for (const [index, item] of row.entries()) {
        const known = columns[index]
        const flow = walk.flows.value(() => walk.visit(item, scope), false, known?.sources)
        const most = (count: 'documents' | 'size' | 'values'): number => Math.max(flow[count], known?.[count] ?? 0)
        columns[index] = {
          ...flow,
          total: flow.total && known?.total !== false,
          size: most('size'),
          values: most('values'),
          documents: most('documents'),
          collations: flow.collations + (known?.collations ?? 0),
        }
      }
    })
  }
  if (items.some((row) => row.some(isStar))) return undefined
  return columns.map((flow, index) => ({ name: `column${String(index + 1)}`, flow }))
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
