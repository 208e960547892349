import { firstUserId } from '../catalog/first-user-id.js'
import { Sources } from './column-flow.js'
import { resolveColumn } from './resolve-column.js'
import type { Scope } from './scope.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { typeNameId, typeOf } from './type-of.js'
import type { Walk } from './walk.js'

/**
 * WHERE of SELECT, UPDATE and DELETE: what compares a column with values that the caller gives, AND-ed with the rest, is a
 * lookup, which tells no more than whether they are equal.
 */
export function visitWhere(walk: Walk, where: TreeNode | undefined, scope: Scope): void {
  if (where === undefined) return
  const conjunction = bodyOf(where, 'BoolExpr')
  if (conjunction !== undefined && textOf(conjunction, 'boolop') === 'AND_EXPR') {
    walk.flows.aside(() =>
      walk.nest('BoolExpr', () => {
        for (const part of listOf(conjunction, 'args')) visitWhere(walk, part, scope)
      }),
    )
    return
  }
  const values = walk.flows.isLateral ? undefined : lookedUp(walk, bodyOf(where, 'A_Expr'), scope)
  if (values === undefined) {
    walk.flows.aside(() => walk.visit(where, scope))
    return
  }
  const sources = new Sources()
  const { plain } = walk.flows.into(sources, () => walk.visit(where, scope))
  if (plain) walk.flows.lookups.push({ sources, values })
  else walk.flows.divert([{ sources }])
}

/** How many values a column is compared with; undefined for anything else. */
function lookedUp(walk: Walk, body: TreeNode | undefined, scope: Scope): number | undefined {
  const name = namesOf(listOf(body ?? {}, 'name')) ?? []
  if (body === undefined || name.length !== 1 || name[0] !== '=') return undefined
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  switch (textOf(body, 'kind')) {
    case 'AEXPR_OP':
      if (isColumn(walk, left, scope) && isGiven(walk, right)) return 1
      return isColumn(walk, right, scope) && isGiven(walk, left) ? 1 : undefined
    case 'AEXPR_IN': {
      const items = listOf(bodyOf(right, 'List') ?? {}, 'items')
      const isKnown = items.length > 0 && items.every((item) => isGiven(walk, item))
      return isKnown && isColumn(walk, left, scope) ? items.length : undefined
    }
    default:
      return undefined
  }
}

/** A column of this very level, of a type that no user compares. */
function isColumn(walk: Walk, node: TreeNode | undefined, scope: Scope): boolean {
  const body = bodyOf(node, 'ColumnRef')
  const found = body === undefined ? undefined : resolveColumn(scope, body)
  if (found === undefined || !scope.ranges.includes(found.range)) return false
  if (walk.catalog.userOperatorsNamed('=').length === 0) return true
  const type = typeOf(walk, node, scope)
  const users = walk.catalog.userOperatorsNamed('=')
  return type !== undefined && type < firstUserId && !users.some(({ left, right }) => left === type || right === type)
}

/** A literal or a parameter, also as a value of one of the server's types. */
export function isGiven(walk: Walk, node: TreeNode | undefined): boolean {
  if (isValue(node)) return true
  const cast = bodyOf(node, 'TypeCast')
  const name = nodeOf(cast ?? {}, 'typeName')
  if (cast === undefined || name === undefined) return false
  const type = typeNameId(walk, name)
  return type !== undefined && type < firstUserId && isValue(nodeOf(cast, 'arg'))
}

function isValue(node: TreeNode | undefined): boolean {
  return bodyOf(node, 'A_Const') !== undefined || bodyOf(node, 'ParamRef') !== undefined
}
