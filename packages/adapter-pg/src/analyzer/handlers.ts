import { columnReference } from './columns.js'
import { caseExpression, sortBy, subLink, tableSample, typeCast, typeName } from './expressions.js'
import { functionCall, indirection } from './function-calls.js'
import { deleteStatement, insertStatement, mergeStatement, updateStatement } from './modify.js'
import { operatorExpression } from './operators.js'
import { selectStatement } from './select.js'
import { setStatement, showStatement } from './set-statements.js'
import { transactionStatement } from './transactions.js'
import type { Handler } from './walk.js'

/** Nodes that hold nothing but their own plain values. */
const plain: Handler = () => undefined

/** Nodes that do nothing themselves: everything in them is handled. */
const container =
  (type: string): Handler =>
  (walk, body, scope) => {
    walk.descend(type, body, scope)
  }

const plainNodes = `A_Const A_Star Alias BitString Boolean CurrentOfExpr Float Integer JsonFormat MergeSupportFunc ParamRef
  RoleSpec SetToDefault SQLValueFunction String JsonTablePathSpec ReturningOption`

const containers = `A_ArrayExpr A_Indices BoolExpr BooleanTest CaseWhen CTECycleClause CTESearchClause CoalesceExpr
  CollateClause GroupingFunc GroupingSet IndexElem InferClause JsonAggConstructor JsonArgument JsonArrayAgg
  JsonArrayConstructor JsonArrayQueryConstructor JsonBehavior JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg
  JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning JsonScalarExpr JsonSerializeExpr JsonTable
  JsonTableColumn JsonValueExpr List MinMaxExpr MultiAssignRef NamedArgExpr NullTest RangeFunction RangeTableFunc
  RangeTableFuncCol ResTarget RowExpr WindowDef XmlExpr XmlSerialize`

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** What each type of node does. A type that is not here makes its statement opaque. */
export const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...words(plainNodes).map((type): [string, Handler] => [type, plain]),
  ...words(containers).map((type): [string, Handler] => [type, container(type)]),
  ['A_Expr', operatorExpression],
  ['A_Indirection', indirection],
  ['CaseExpr', caseExpression],
  ['ColumnRef', columnReference],
  ['DeleteStmt', deleteStatement],
  ['FuncCall', functionCall],
  ['InsertStmt', insertStatement],
  ['MergeStmt', mergeStatement],
  ['RangeTableSample', tableSample],
  ['SelectStmt', selectStatement],
  ['SortBy', sortBy],
  ['SubLink', subLink],
  ['TransactionStmt', transactionStatement],
  ['TypeCast', typeCast],
  ['TypeName', typeName],
  ['UpdateStmt', updateStatement],
  ['VariableSetStmt', setStatement],
  ['VariableShowStmt', showStatement],
])
