import { applyCast } from './casts.js'
import { settleAmong, settleCast } from './literals.js'
import { applyOperator, impliedOperator, rowFields } from './operators.js'
import { findRoutines, printed, writtenName } from './names.js'
import { baseType, unknownType } from './overloads.js'
import { readColumn } from './range-values.js'
import type { Before } from './column-flow.js'
import { roomOfCall } from './room.js'
import { quoted } from './stored-room.js'
import { callRoutine, runStored } from './routine-effects.js'
import { rowsAtMost } from './row-count.js'
import { Scope } from './scope.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { takesNoTime } from './takes-no-time.js'
import {
  hasRoom,
  judgeAmong,
  judgeCast,
  judgedType,
  judgeOperator,
  judgeQuoted,
  mayBringCollation,
} from './totality.js'
import { elementType, typeNameId, typeOf } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** `(SELECT …)`, `EXISTS`, `x IN (SELECT …)`, `x = ANY (SELECT …)`. */
export const subLink: Handler = (walk, body, scope) => {
  const tested = nodeOf(body, 'testexpr')
  const query = nodeOf(body, 'subselect')
  const kind = textOf(body, 'subLinkType')
  // Whether there are rows does not depend on what these hold.
  const before = walk.flows.counted
  const inner = kind === 'EXISTS_SUBLINK' ? Scope.claiming(scope) : new Scope(scope)
  walk.visit(tested, scope)
  walk.visit(query, inner)
  if (inner.isClaimed) walk.flows.drop(inner.flow)
  walk.flows.blur()
  const rows = walk.flows.isJudged ? rowsAtMost(walk, query, inner) : Infinity
  if (kind === 'ARRAY_SUBLINK') {
    walk.flows.grow(roomOfCall)
    walk.flows.repeat(before, rows)
    walk.flows.multiply(before, quoted)
  }
  if (walk.flows.isJudged && mayFail(walk, kind, rows, inner, before)) walk.flows.mayFail()
  if (tested === undefined) return
  const name = namesOf(listOf(body, 'operName')) ?? []
  const operator = name.length > 0 ? name : ['=']
  // A row is compared field by field.
  const isRow = bodyOf(tested, 'RowExpr') !== undefined
  const fields = isRow ? rowFields(tested) : [tested]
  if (fields === undefined) {
    walk.flows.mayFail()
    applyOperator(walk, operator, undefined, undefined)
    return
  }
  const isKnown = inner.result?.every(({ rest }) => rest !== true) === true
  for (const [index, field] of fields.entries()) {
    const given = isKnown ? inner.result?.[index]?.type : undefined
    if (walk.flows.isJudged) judgeOperator(walk, operator, judgedType(walk, field, scope), given)
    applyOperator(walk, operator, typeOf(walk, field, scope), given)
  }
}

/** More than one row for a value, more values than an array has room for, or arrays, which have to be of one size. */
function mayFail(walk: Walk, kind: string, rows: number, { result }: Scope, before: Before): boolean {
  if (kind === 'ARRAY_SUBLINK') {
    const type = result?.[0]?.type
    return !hasRoom(walk.flows, before) || type === undefined || elementType(walk, type) !== undefined
  }
  return !/^(?:EXISTS|ANY|ALL)_/.test(kind) && rows > 1
}

/** ON CONFLICT (a, b) and index elements: a column by its name, or an expression. */
export const indexElement: Handler = (walk, body, scope) => {
  walk.descend('IndexElem', body, scope)
  const name = textOf(body, 'name')
  if (name !== '') for (const range of scope.ranges) readColumn(walk, range, name)
  const operatorClass = namesOf(listOf(body, 'opclass'))?.at(-1)
  if (operatorClass !== undefined) runStored(walk, walk.catalog.operatorClass(operatorClass), 'index')
}

/** `JSON_ARRAY(SELECT …)`: a query with names of its own. */
export const jsonArrayQuery: Handler = (walk, body, scope) => {
  walk.descend('JsonArrayQueryConstructor', body, new Scope(scope))
}

/** `x COLLATE c`. */
export const collateClause: Handler = (walk, body, scope) => {
  walk.descend('CollateClause', body, scope)
  walk.flows.collate()
}

/** `x::t`, `CAST(x AS t)`, `t 'literal'`. */
export const typeCast: Handler = (walk, body, scope) => {
  const name = nodeOf(body, 'typeName')
  const target = name === undefined ? undefined : typeNameId(walk, name)
  settleCast(walk, nodeOf(body, 'arg'), target)
  const before = walk.flows.counted
  walk.descend('TypeCast', body, scope)
  if (mayBringCollation(target)) walk.flows.collate()
  judgeCast(walk, body, target, scope, before)
  if (target !== undefined && walk.catalog.userCasts.length > 0) {
    applyCast(walk, target, typeOf(walk, nodeOf(body, 'arg'), scope))
  }
}

/** A type by its name: its checks run wherever values of it are made. */
export const typeName: Handler = (walk, body, scope) => {
  walk.visitAll(listOf(body, 'typmods'), scope)
  const parts = namesOf(listOf(body, 'names')) ?? []
  const written = writtenName(parts)
  const id = typeNameId(walk, body)
  if (id !== undefined) {
    walk.mention([{ type: id }])
    applyCast(walk, id, 0)
    runStored(walk, walk.catalog.types.get(id)?.comparisons ?? [], 'comparison')
  } else if (written !== undefined && body['pct_type'] !== true) walk.miss('type', printed(written))
}

/** Values that become values of one type. */
export const amongThemselves =
  (type: string, field: string): Handler =>
  (walk, body, scope) => {
    const values = listOf(body, field)
    settleAmong(walk, values, scope)
    const before = walk.flows.counted
    if (type === 'CoalesceExpr') coalesce(walk, values, scope)
    else walk.descend(type, body, scope)
    // Arrays of arrays are to be of one size.
    const isNested = type === 'A_ArrayExpr' && values.some((value) => mayBeArray(walk, value, scope))
    if (walk.flows.isJudged && isNested) walk.flows.mayFail()
    judgeAmong(walk, values, scope, type === 'MinMaxExpr' ? { name: '<', before } : undefined)
    if (type === 'A_ArrayExpr') judgeQuoted(walk, before)
  }

/** `ROW(a, b)`, `(a, b)`. */
export const rowExpression: Handler = (walk, body, scope) => {
  const before = walk.flows.counted
  walk.descend('RowExpr', body, scope)
  judgeQuoted(walk, before)
}

/** Whether the first value is missing shows in the time that the others take, unless these stand there as they are. */
function coalesce(walk: Walk, values: readonly TreeNode[], scope: Scope): void {
  const [first, ...others] = values
  if (others.every((value) => takesNoTime(value))) return walk.visitAll(values, scope)
  walk.flows.asideOf(() => walk.visit(first, scope))
  for (const [index, value] of others.entries()) {
    if (index === others.length - 1) walk.visit(value, scope)
    else walk.flows.asideOf(() => walk.visit(value, scope))
  }
}

/** AND and OR stop at the first that decides: how far they came shows in the time that it takes. */
export const condition: Handler = (walk, body, scope) => {
  if (textOf(body, 'boolop') === 'NOT_EXPR') walk.descend('BoolExpr', body, scope)
  else walk.flows.aside(() => walk.descend('BoolExpr', body, scope))
}

function mayBeArray(walk: Walk, value: TreeNode, scope: Scope): boolean {
  if (!walk.flows.isJudged) return false
  const type = judgedType(walk, value, scope)
  if (type === undefined) return true
  return type !== unknownType && walk.catalog.types.get(baseType(walk, type))?.element !== 0
}

/** `CASE x WHEN y` compares. */
export const caseExpression: Handler = (walk, body, scope) => {
  settleAmong(walk, resultsOf(body), scope)
  const compared = nodeOf(body, 'arg')
  walk.flows.aside(() => walk.visit(compared, scope))
  walk.descend('CaseExpr', body, scope, withoutCompared)
  judgeAmong(walk, resultsOf(body), scope)
  if (compared !== undefined && walk.flows.isJudged) {
    for (const item of listOf(body, 'args')) {
      const value = nodeOf(bodyOf(item, 'CaseWhen') ?? {}, 'expr')
      const isOne = bodyOf(compared, 'ColumnRef') !== undefined && bodyOf(value, 'A_Const') !== undefined
      const types = [judgedType(walk, compared, scope), judgedType(walk, value, scope)] as const
      judgeOperator(walk, ['='], ...types, isOne ? { collations: 1 } : {})
    }
  }
  if (compared !== undefined) impliedOperator(walk, '=', typeOf(walk, compared, scope))
}

const withoutCompared: ReadonlySet<string> = new Set(['arg'])

/** Which branch is worked out shows in the time that it takes. */
export const caseBranch: Handler = (walk, body, scope) => {
  walk.flows.aside(() => walk.visit(nodeOf(body, 'expr'), scope))
  walk.visit(nodeOf(body, 'result'), scope)
}

function resultsOf(body: TreeNode): readonly TreeNode[] {
  const otherwise = nodeOf(body, 'defresult')
  const results = listOf(body, 'args').map((item) => nodeOf(bodyOf(item, 'CaseWhen') ?? {}, 'result') ?? {})
  return otherwise === undefined ? results : [...results, otherwise]
}

/** `ORDER BY x USING <`. */
export const sortBy: Handler = (walk, body, scope) => {
  walk.visit(nodeOf(body, 'node'), scope)
  const operator = namesOf(listOf(body, 'useOp')) ?? []
  if (operator.length > 0) {
    walk.flows.mayFail()
    const type = typeOf(walk, nodeOf(body, 'node'), scope)
    applyOperator(walk, operator, type, type)
  }
}

/** TABLESAMPLE: the method is a function. The relation is handled where FROM is. */
export const tableSample: Handler = (walk, body, scope) => {
  walk.visitAll(listOf(body, 'args'), scope)
  walk.visit(nodeOf(body, 'repeatable'), scope)
  const written = writtenName(namesOf(listOf(body, 'method')) ?? [])
  const routines = written === undefined ? [] : findRoutines(walk, written)
  if (routines.length === 0) walk.miss('function', textOf(body, 'method'))
  for (const routine of routines) callRoutine(walk, routine, {})
}

/** OVER and WINDOW. Where a frame begins and ends may not be below zero. */
export const windowDefinition: Handler = (walk, body, scope) => {
  if (nodeOf(body, 'startOffset') !== undefined || nodeOf(body, 'endOffset') !== undefined) walk.flows.mayFail()
  walk.descend('WindowDef', body, scope)
}
