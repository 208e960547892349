import type { FunctionsOfOperator } from './operators.js'
import type { Routine, StoredUse } from './snapshot.js'
import { type ExpressionNode, expressionNodes } from './stored-tree.js'
import { storedUse } from './stored-use.js'
import { storedUseTokens } from './stored-use-sql.js'

/** How routines are found by their ids, and the functions of operators by theirs. */
export interface KnownRoutines {
  readonly routines: ReadonlyMap<number, Routine>
  readonly functionsOfOperator: FunctionsOfOperator
}

/**
 * What the server may compute of a stored expression while it only plans: the planner replaces calls of immutable functions
 * by their results wherever no column takes part (`eval_const_expressions` of PostgreSQL's clauses.c), in the indexes, the
 * keys of partitions, the checks and the extended statistics of every table that a statement names. `tree` is the text of a
 * `pg_node_tree`.
 *
 * A call that a column surely goes into waits for the run. Where that cannot be told (a branch may fall away, a strict
 * function may meet NULL, a function in SQL may be put in the place of its call) the call counts as computed.
 */
export function plannedUse(tree: string, known: KnownRoutines): StoredUse {
  const computed = new Set<string>()
  for (const node of expressionNodes(tree)) judge(node, known, computed)
  return storedUse([...computed], known.functionsOfOperator)
}

/** Whether a column surely remains in a node once the planner has simplified it. Adds what is computed to `computed`. */
function judge(node: ExpressionNode, known: KnownRoutines, computed: Set<string>): boolean {
  const arguments_ = node.children.map((child) => judge(child, known, computed))
  if (node.type === 'VAR') return true
  if (node.type === 'CONST') return false
  const tokens = storedUseTokens(node.own)
  const called = storedUse(tokens, known.functionsOfOperator).functions.map((id) => known.routines.get(id))
  const inlined = called.some((routine) => routine === undefined || isInlined(routine))
  const remains =
    !inlined &&
    transparent.has(node.type) &&
    arguments_.includes(true) &&
    node.children.every((child, index) => arguments_[index] === true || isValue(child))
  const onlyRuns =
    called.length > 0 && called.every((routine) => routine !== undefined && routine.volatility !== 'immutable')
  if (!remains && (inlined || !onlyRuns)) for (const token of tokens) computed.add(token)
  return remains
}

/** The planner takes its body instead; what that computes from constants is not known. */
function isInlined(routine: Routine): boolean {
  return !routine.builtin && routine.language === 'sql'
}

/** Nodes that have a column in them after simplification when each of their arguments is a column or a value. */
const transparent: ReadonlySet<string> = new Set([
  'FUNCEXPR',
  'OPEXPR',
  'DISTINCTEXPR',
  'SCALARARRAYOPEXPR',
  'RELABELTYPE',
  'COERCEVIAIO',
  'COLLATEEXPR',
])

function isValue(node: ExpressionNode): boolean {
  return node.type === 'CONST' && node.own.includes(' :constisnull false ')
}
