import { constantInteger } from './constants.js'
import { nodesIn } from './nodes-in.js'
import { bodyOf, listOf, nodeOf, type TreeNode, type TypedNode, unwrap } from './tree.js'

/** The nodes of a text that stand for values. */
export interface GivenNodes {
  /** `A_Const`, NULL among them. */
  readonly constants: readonly TreeNode[]
  /** `ParamRef`. */
  readonly parameters: readonly TreeNode[]
  /**
   * Nodes, with their types, that meet no column if they are a literal or a parameter: of LIMIT and OFFSET, of the select list
   * of a whole statement, lengths and precisions of types, places in the select list, what is only asked whether it is NULL.
   */
  readonly free: readonly TreeNode[]
}

/** Finds them in statements. */
export function givenNodes(statements: readonly TypedNode[]): GivenNodes {
  const found = { constants: [] as TreeNode[], parameters: [] as TreeNode[], free: [] as TreeNode[] }
  for (const statement of statements) found.free.push(...outputsOf(statement))
  for (const node of nodesIn(statements.map(({ body, type }) => ({ [type]: body })))) {
    const constant = bodyOf(node, 'A_Const')
    const parameter = bodyOf(node, 'ParamRef')
    if (constant !== undefined) found.constants.push(constant)
    else if (parameter !== undefined) found.parameters.push(parameter)
    else for (const each of freeIn(node)) found.free.push(each)
  }
  return found
}

function freeIn(node: TreeNode): readonly TreeNode[] {
  const tested = nodeOf(bodyOf(node, 'NullTest') ?? {}, 'arg')
  const counts = [nodeOf(node, 'limitCount'), nodeOf(node, 'limitOffset'), tested]
  const sorted = listOf(node, 'sortClause').map((item) => nodeOf(bodyOf(item, 'SortBy') ?? {}, 'node'))
  const places = [...sorted, ...listOf(node, 'groupClause')].filter((item) => constantInteger(item) !== undefined)
  return [...counts, ...places, ...listOf(node, 'typmods')].filter((each) => each !== undefined)
}

/** What the select list of a statement gives back to whoever asks. */
function outputsOf({ body, type }: TypedNode): readonly TreeNode[] {
  const inner = type === 'ExplainStmt' ? unwrap(nodeOf(body, 'query')) : undefined
  if (inner !== undefined) return outputsOf(inner)
  if (type !== 'SelectStmt' || nodeOf(body, 'intoClause') !== undefined) return []
  return listOf(body, 'targetList').map((item) => nodeOf(bodyOf(item, 'ResTarget') ?? {}, 'val') ?? {})
}
