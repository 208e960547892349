import { applyCast, castFor } from './casts.js'
import type { Scope } from './scope.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import { typeNameId, typeOf } from './type-of.js'
import type { Handler, Walk } from './walk.js'

const [bool, int8, int2, int4, text, xml, float4, float8] = [16, 20, 21, 23, 25, 142, 700, 701]
const [numeric, interval, json, jsonb, bytea] = [1700, 1186, 114, 3802, 17]

type Wanted = readonly number[]

const condition: Wanted = [bool]
/** ROWS and GROUPS count; RANGE adds to what is ordered. */
const distance: Wanted = [int2, int4, int8, float4, float8, numeric, interval]
/** Of arrays, and of types of extensions that have subscripts. */
const subscript: Wanted = [int4, text]
const sample: Wanted = [float4, float8, int8, int4]
const markup: Wanted = [text, xml]

/** What SQL wants where, by types of nodes and their fields. */
const wanted: ReadonlyMap<string, Readonly<Record<string, Wanted>>> = new Map<string, Readonly<Record<string, Wanted>>>(
  [
    ['A_Indices', { lidx: subscript, uidx: subscript }],
    ['A_Expr', {}],
    ['BoolExpr', { args: condition }],
    ['BooleanTest', { arg: condition }],
    ['CaseWhen', { expr: condition }],
    ['Constraint', { raw_expr: condition, where_clause: condition }],
    ['CopyStmt', { whereClause: condition }],
    ['DeleteStmt', { whereClause: condition }],
    ['FuncCall', { agg_filter: condition }],
    ['IndexStmt', { whereClause: condition }],
    ['InferClause', { whereClause: condition }],
    ['JoinExpr', { quals: condition }],
    ['JsonAggConstructor', { agg_filter: condition }],
    ['JsonOutput', {}],
    ['JsonTableColumn', {}],
    ['MergeStmt', { joinCondition: condition }],
    ['MergeWhenClause', { condition }],
    ['OnConflictClause', { whereClause: condition }],
    ['PartitionBoundSpec', {}],
    ['RangeTableFunc', { docexpr: markup, rowexpr: markup, namespaces: markup }],
    ['RangeTableFuncCol', { colexpr: markup }],
    ['RangeTableSample', { args: sample, repeatable: sample }],
    ['SelectStmt', { whereClause: condition, havingClause: condition, limitOffset: [int8], limitCount: [int8] }],
    ['UpdateStmt', { whereClause: condition }],
    ['WindowDef', { startOffset: distance, endOffset: distance }],
    ['XmlExpr', { args: markup }],
    ['XmlSerialize', { expr: markup }],
  ],
)

/** Nodes in fields of others that have no handler of their own. */
const parts: Readonly<Record<string, readonly string[]>> = {
  DeleteStmt: ['usingClause'],
  InsertStmt: ['onConflictClause'],
  JoinExpr: ['larg', 'rarg'],
  MergeStmt: ['sourceRelation', 'mergeWhenClauses'],
  SelectStmt: ['fromClause'],
  UpdateStmt: ['fromClause'],
}

/**
 * Handlers that also see where SQL itself says of which type a value is: conditions, LIMIT, subscripts, TABLESAMPLE, XML. The
 * server turns a value into that type as if it stored it, so that casts of users for assignment run there.
 */
export function wanting([type, handler]: readonly [string, Handler]): readonly [string, Handler] {
  if (!wanted.has(type) && parts[type] === undefined) return [type, handler]
  return [
    type,
    (walk, body, scope) => {
      handler(walk, body, scope)
      // Only now the scope knows what is in FROM.
      if (walk.catalog.userCasts.length > 0) wantIn(walk, type, body, scope)
    },
  ]
}

function wantIn(walk: Walk, type: string, body: TreeNode, scope: Scope): void {
  for (const [field, types] of Object.entries(wanted.get(type) ?? {})) {
    for (const value of valuesIn(body, field)) {
      const source = typeOf(walk, value, scope)
      for (const target of types) castFor(walk, target, source)
    }
  }
  if (type === 'A_Expr') wantTruth(walk, body)
  if (type === 'JsonOutput' || type === 'JsonTableColumn') wantFromJson(walk, body)
  if (type === 'PartitionBoundSpec') wantBounds(walk, body, scope)
  if (type === 'RangeTableFuncCol') wantDefault(walk, body, scope)
  for (const field of parts[type] ?? []) {
    const items = listOf(body, field)
    for (const item of items.length > 0 ? items : [nodeOf(body, field)]) wantInPart(walk, field, item, scope)
  }
}

function wantInPart(walk: Walk, field: string, item: TreeNode | undefined, scope: Scope): void {
  if (item === undefined) return
  if (field === 'onConflictClause') wantIn(walk, 'OnConflictClause', item, scope)
  const part = unwrap(item)
  if (part?.type === 'JoinExpr' || part?.type === 'MergeWhenClause') wantIn(walk, part.type, part.body, scope)
}

/** IN and BETWEEN join what their operators give. */
function wantTruth(walk: Walk, body: TreeNode): void {
  const kind = textOf(body, 'kind')
  const names = kind === 'AEXPR_IN' ? (namesOf(listOf(body, 'name'))?.slice(-1) ?? []) : ['<', '<=', '>', '>=']
  if (kind !== 'AEXPR_IN' && !kind.includes('BETWEEN')) return
  const results = names.flatMap((name) => walk.catalog.userOperatorsNamed(name).map(({ result }) => result))
  if (results.some((result) => result !== bool)) castFor(walk, bool, undefined)
}

/** RETURNING and columns of JSON_TABLE: any cast there is. */
function wantFromJson(walk: Walk, body: TreeNode): void {
  const target = namedType(walk, body)
  if (target !== undefined) for (const source of [json, jsonb, text, bytea]) applyCast(walk, target, source)
}

/** Bounds of a partition become what the key of its table is. */
function wantBounds(walk: Walk, body: TreeNode, scope: Scope): void {
  const values = ['listdatums', 'lowerdatums', 'upperdatums'].flatMap((field) => listOf(body, field))
  for (const value of values) {
    const source = typeOf(walk, value, scope)
    for (const { target } of walk.catalog.userCasts) castFor(walk, target, source)
  }
}

function namedType(walk: Walk, body: TreeNode): number | undefined {
  const name = nodeOf(body, 'typeName')
  return name === undefined ? undefined : typeNameId(walk, name)
}

/** The default of a column of XMLTABLE becomes what the column is. */
function wantDefault(walk: Walk, body: TreeNode, scope: Scope): void {
  const target = namedType(walk, body)
  const value = nodeOf(body, 'coldefexpr')
  if (target !== undefined && value !== undefined) castFor(walk, target, typeOf(walk, value, scope))
}

function valuesIn(body: TreeNode, field: string): readonly TreeNode[] {
  const items = listOf(body, field)
  const values = items.length > 0 ? items : [nodeOf(body, field)]
  return values.flatMap((value) => {
    if (value === undefined) return []
    const target = bodyOf(value, 'ResTarget')
    return [target === undefined ? value : (nodeOf(target, 'val') ?? {})]
  })
}
