import { findRoutines, writtenName } from './names.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, type TreeValue, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/**
 * Whether every row of a query stands in the text or in its parameters, so that whoever sees these knows how many there can
 * be: VALUES, a SELECT without FROM, and lists that builtin functions take apart. A table, a query of WITH and a function
 * that makes rows by itself (`generate_series`) may give any number.
 */
export function bringsOwnRows(walk: Walk, query: TreeNode): boolean {
  const waiting: TreeNode[] = [bodyOf(query, 'SelectStmt') ?? query]
  for (let select = waiting.pop(); select !== undefined; select = waiting.pop()) {
    const arms = [nodeOf(select, 'larg'), nodeOf(select, 'rarg')].filter((arm) => arm !== undefined)
    if (textOf(select, 'op') !== 'SETOP_NONE') {
      waiting.push(...arms)
      continue
    }
    const [item, ...others] = listOf(select, 'fromClause')
    if (others.length > 0) return false
    if ([...listOf(select, 'targetList'), ...listOf(select, 'valuesLists')].some((value) => multiplies(walk, value)))
      return false
    if (item === undefined) continue
    const subquery = nodeOf(bodyOf(item, 'RangeSubselect') ?? {}, 'subquery')
    if (subquery !== undefined) waiting.push(bodyOf(subquery, 'SelectStmt') ?? subquery)
    else if (!listsOwnRows(walk, bodyOf(item, 'RangeFunction'))) return false
  }
  return true
}

/** `unnest($1, $2)` and its kin in FROM. */
function listsOwnRows(walk: Walk, item: TreeNode | undefined): boolean {
  const functions = item === undefined ? [] : listOf(item, 'functions')
  // Each is a list: the call, and the columns that it is said to give.
  return (
    functions.length > 0 &&
    functions.every((entry) => takesApart(walk, listOf(bodyOf(entry, 'List') ?? {}, 'items')[0]))
  )
}

/** Functions that give a row for each item of what they are passed. */
const takingApart: ReadonlySet<string> = new Set(
  `unnest json_array_elements json_array_elements_text json_to_recordset json_populate_recordset jsonb_array_elements
   jsonb_array_elements_text jsonb_to_recordset jsonb_populate_recordset`.split(/\s+/),
)

/** A call of one of these, of nobody else's function, with literals and parameters alone. */
function takesApart(walk: Walk, node: TreeNode | undefined): boolean {
  const call = bodyOf(node, 'FuncCall')
  const written = call === undefined ? undefined : writtenName(namesOf(listOf(call, 'funcname')) ?? [])
  if (call === undefined || written === undefined || !takingApart.has(written.name)) return false
  const routines = findRoutines(walk, written)
  return routines.every(({ builtin }) => builtin) && listOf(call, 'args').every((value) => isGiven(value, 0))
}

function isGiven(node: TreeNode, depth: number): boolean {
  if (depth > 20) return false
  const { type, body } = unwrap(node) ?? { type: '', body: {} }
  if (type === 'A_Const' || type === 'ParamRef') return true
  if (type === 'TypeCast') return isGiven(nodeOf(body, 'arg') ?? {}, depth + 1)
  return type === 'A_ArrayExpr' && listOf(body, 'elements').every((item) => isGiven(item, depth + 1))
}

/** Whether an expression may give several rows: it names a function or an operator that does. */
export function multiplies(walk: Walk, value: TreeNode): boolean {
  const waiting: TreeValue[] = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) {
      waiting.push(...(next as readonly TreeValue[]))
      continue
    }
    const node = next as TreeNode
    if (takesApart(walk, node)) continue
    const name = bodyOf(node, 'String')
    if (name !== undefined && namesSet(walk, textOf(name, 'sval'))) return true
    // A subquery in an expression gives one value.
    for (const field in node) if (field !== 'subselect') waiting.push(node[field] ?? null)
  }
  return false
}

function namesSet({ catalog }: Walk, name: string): boolean {
  if (catalog.routinesNamed(name).some(({ returnsSet }) => returnsSet)) return true
  const operators = catalog.userOperatorsNamed(name)
  return operators.some(({ functions }) => functions.some((id) => catalog.routines.get(id)?.returnsSet !== false))
}
