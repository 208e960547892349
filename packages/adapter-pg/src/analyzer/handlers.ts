import { alterTable } from './alter-table.js'
import { callStatement, doStatement } from './calls.js'
import { columnReference } from './columns.js'
import { discard, listen, notify, setConstraints } from './connection-commands.js'
import { copyStatement } from './copy.js'
import { createForeignTable, createTable } from './create-table.js'
import { closeCursor, declareCursor, fetchCursor } from './cursors.js'
import { objectCommands } from './define-objects.js'
import {
  alterSequence,
  changePolicy,
  constraint,
  createIndex,
  createOnRelation,
  createSequence,
  createStatistics,
  createTableAs,
  createView,
  refreshView,
} from './define-relations.js'
import { changeObject, dropObjects, giveObject, grantOnObject, moveObject, renameObject } from './drop.js'
import { explain } from './explain.js'
import {
  amongThemselves,
  caseBranch,
  caseExpression,
  collateClause,
  condition,
  indexElement,
  jsonArrayQuery,
  rowExpression,
  sortBy,
  subLink,
  tableSample,
  typeCast,
  typeName,
  windowDefinition,
} from './expressions.js'
import { functionCall, indirection } from './function-calls.js'
import { changeRole, defaultPrivileges, grantOnObjects, grantRole, ownedObjects, roleSetting } from './grants.js'
import { laterSyntax, laterTypes } from './later-syntax.js'
import { literal, parameter } from './literals.js'
import { checkpoint, cluster, lockTable, reindex, vacuum } from './maintenance.js'
import { deleteStatement, insertStatement, mergeStatement, updateStatement } from './modify.js'
import { operatorExpression } from './operators.js'
import { deallocate, executeStatement, prepareStatement } from './prepared.js'
import { selectStatement } from './select.js'
import { setStatement, showStatement } from './set-statements.js'
import { transactionStatement } from './transactions.js'
import { truncate } from './truncate.js'
import { wanting } from './wanted-types.js'
import type { Handler } from './walk.js'

/** Nodes that hold nothing but their own plain values. */
const plain: Handler = () => undefined

/** Nodes that do nothing themselves: everything in them is handled. */
const container =
  (type: string): Handler =>
  (walk, body, scope) => {
    walk.descend(type, body, scope)
  }

const plainNodes = `A_Star Alias BitString Boolean CurrentOfExpr Float Integer JsonFormat
  RoleSpec SetToDefault SQLValueFunction String JsonTablePathSpec ReturningOption`

const containers = `ATAlterConstraint A_Indices BooleanTest CTECycleClause CTESearchClause
  ColumnDef DefElem GroupingFunc GroupingSet InferClause JsonAggConstructor JsonArgument
  JsonBehavior JsonIsPredicate JsonKeyValue JsonOutput JsonReturning JsonTable JsonTableColumn JsonValueExpr List
  MultiAssignRef NamedArgExpr NullTest PartitionBoundSpec PartitionElem RangeFunction RangeTableFunc
  RangeTableFuncCol ReplicaIdentityStmt ResTarget XmlExpr XmlSerialize`

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

const byType: readonly (readonly [string, Handler])[] = [
  ...laterTypes.map((type): [string, Handler] => [type, laterSyntax(type)]),
  ...objectCommands,
  ...words(plainNodes).map((type): [string, Handler] => [type, plain]),
  ...words(containers).map((type): [string, Handler] => [type, container(type)]),
  ['A_ArrayExpr', amongThemselves('A_ArrayExpr', 'elements')],
  ['A_Const', literal],
  ['A_Expr', operatorExpression],
  ['A_Indirection', indirection],
  ['AlterDefaultPrivilegesStmt', defaultPrivileges],
  ['AlterObjectDependsStmt', changeObject('objectType')],
  ['AlterObjectSchemaStmt', moveObject],
  ['AlterOwnerStmt', giveObject],
  ['AlterPolicyStmt', changePolicy],
  ['AlterRoleSetStmt', roleSetting],
  ['AlterRoleStmt', changeRole],
  ['AlterSeqStmt', alterSequence],
  ['AlterTableStmt', alterTable],
  ['BoolExpr', condition],
  ['CallStmt', callStatement],
  ['CaseExpr', caseExpression],
  ['CaseWhen', caseBranch],
  ['CheckPointStmt', checkpoint],
  ['ClosePortalStmt', closeCursor],
  ['ClusterStmt', cluster],
  ['CoalesceExpr', amongThemselves('CoalesceExpr', 'args')],
  ['CollateClause', collateClause],
  ['ColumnRef', columnReference],
  ['CommentStmt', changeObject('objtype')],
  ['Constraint', constraint],
  ['ConstraintsSetStmt', setConstraints],
  ['CopyStmt', copyStatement],
  ['CreateForeignTableStmt', createForeignTable],
  ['CreatePolicyStmt', changePolicy],
  ['CreateRoleStmt', changeRole],
  ['CreateSeqStmt', createSequence],
  ['CreateStatsStmt', createStatistics],
  ['CreateStmt', createTable],
  ['CreateTableAsStmt', createTableAs],
  ['CreateTrigStmt', createOnRelation('trigger')],
  ['DeallocateStmt', deallocate],
  ['DeclareCursorStmt', declareCursor],
  ['DeleteStmt', deleteStatement],
  ['DiscardStmt', discard],
  ['DoStmt', doStatement],
  ['DropOwnedStmt', ownedObjects],
  ['DropRoleStmt', changeRole],
  ['DropStmt', dropObjects],
  ['ExecuteStmt', executeStatement],
  ['ExplainStmt', explain],
  ['FetchStmt', fetchCursor],
  ['FuncCall', functionCall],
  ['GrantRoleStmt', grantRole],
  ['GrantStmt', grantOnObjects],
  ['IndexElem', indexElement],
  ['IndexStmt', createIndex],
  ['InsertStmt', insertStatement],
  ['JsonArrayQueryConstructor', jsonArrayQuery],
  ['ListenStmt', listen],
  ['LockStmt', lockTable],
  ['MergeStmt', mergeStatement],
  ['MinMaxExpr', amongThemselves('MinMaxExpr', 'args')],
  ['NotifyStmt', notify],
  ['ParamRef', parameter],
  ['PrepareStmt', prepareStatement],
  ['RangeTableSample', tableSample],
  ['ReassignOwnedStmt', ownedObjects],
  ['RefreshMatViewStmt', refreshView],
  ['ReindexStmt', reindex],
  ['RenameStmt', renameObject],
  ['RowExpr', rowExpression],
  ['RuleStmt', createOnRelation('rule')],
  ['SecLabelStmt', grantOnObject('objtype', 'security-label')],
  ['SelectStmt', selectStatement],
  ['SortBy', sortBy],
  ['SubLink', subLink],
  ['TransactionStmt', transactionStatement],
  ['TruncateStmt', truncate],
  ['TypeCast', typeCast],
  ['TypeName', typeName],
  ['UnlistenStmt', listen],
  ['UpdateStmt', updateStatement],
  ['VacuumStmt', vacuum],
  ['VariableSetStmt', setStatement],
  ['VariableShowStmt', showStatement],
  ['ViewStmt', createView],
  ['WindowDef', windowDefinition],
]

/** What each type of node does. A type that is not here makes its statement opaque. */
export const handlers: ReadonlyMap<string, Handler> = new Map(byType.map(wanting))
