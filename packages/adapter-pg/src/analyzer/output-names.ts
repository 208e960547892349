import { isStar } from './stars.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/** Names of the columns that a query gives; undefined when they are not plain to see (`*`, a changing query). */
export function columnNames(query: TreeNode | undefined): readonly string[] | undefined {
  const typed = unwrap(query)
  return typed?.type === 'SelectStmt' ? selectNames(typed.body) : undefined
}

function selectNames(body: TreeNode): readonly string[] | undefined {
  // The first arm of a set operation names the columns.
  let select = body
  for (let arm = nodeOf(select, 'larg'); arm !== undefined; arm = nodeOf(select, 'larg')) select = arm
  const row = listOf(select, 'valuesLists')[0]
  if (row !== undefined) {
    const items = listOf(bodyOf(row, 'List') ?? {}, 'items')
    return items.some(isStar) ? undefined : items.map((_, index) => `column${String(index + 1)}`)
  }
  const names: string[] = []
  for (const target of listOf(select, 'targetList')) {
    const name = targetName(unwrap(target)?.body ?? {})
    if (name === undefined) return undefined
    names.push(name)
  }
  return names
}

/** The name that the server gives to an item of the select list; undefined for `*`. */
export function targetName(target: TreeNode): string | undefined {
  const alias = textOf(target, 'name')
  if (alias !== '') return alias
  return expressionName(nodeOf(target, 'val'))
}

/** As the server's FigureColname; undefined where that has a name that is not worked out here. */
function expressionName(node: TreeNode | undefined): string | undefined {
  const typed = unwrap(node)
  if (typed === undefined) return undefined
  const { type, body } = typed
  switch (type) {
    case 'ColumnRef':
      return namesOf(listOf(body, 'fields'))?.at(-1)
    case 'FuncCall':
      return namesOf(listOf(body, 'funcname'))?.at(-1)
    case 'A_Indirection':
      // `(row).*` gives as many columns as the row has.
      return namesOf(listOf(body, 'indirection'))?.at(-1)
    case 'TypeCast':
      return castName(body)
    case 'CollateClause':
      return expressionName(nodeOf(body, 'arg'))
    case 'CoalesceExpr':
      return 'coalesce'
    case 'A_ArrayExpr':
      return 'array'
    case 'RowExpr':
      return 'row'
    case 'A_Expr':
      return textOf(body, 'kind') === 'AEXPR_NULLIF' ? 'nullif' : unnamed
    case 'A_Const':
    case 'ParamRef':
    case 'BoolExpr':
    case 'NullTest':
    case 'BooleanTest':
      return unnamed
    default:
      return undefined
  }
}

/** The name of what is cast, or else of the type of the outermost cast. */
function castName(body: TreeNode): string | undefined {
  let inner = nodeOf(body, 'arg')
  for (let typed = unwrap(inner); typed !== undefined; typed = unwrap(inner)) {
    if (typed.type !== 'TypeCast' && typed.type !== 'CollateClause') break
    inner = nodeOf(typed.body, 'arg')
  }
  const name = expressionName(inner)
  return name === unnamed ? namesOf(listOf(nodeOf(body, 'typeName') ?? {}, 'names'))?.at(-1) : name
}

const unnamed = '?column?'
