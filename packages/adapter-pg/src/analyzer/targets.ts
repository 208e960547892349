import { type NamedFlow, Sources } from './column-flow.js'
import { targetName } from './output-names.js'
import { isLargeRow } from './room.js'
import type { Scope } from './scope.js'
import { isStar } from './stars.js'
import { bodyOf, listOf, namesOf, nodeOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** Handles a select list or RETURNING, and tells what each column is made of; undefined where these are not all known. */
export function visitTargets(walk: Walk, items: readonly TreeNode[], scope: Scope): readonly NamedFlow[] | undefined {
  const columns: NamedFlow[] = []
  let isKnown = true
  for (const item of items) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    const value = nodeOf(target, 'val') ?? {}
    if (!isKnown || !walk.flows.afford(1)) {
      isKnown = false
      columns.push({ name: undefined, flow: walk.flows.value(() => walk.visit(item, scope), false) })
    } else if (isStar(value)) {
      const starred = starFlows(scope, value)
      if (starred === undefined || !walk.flows.afford(starred.length)) isKnown = false
      else for (const column of starred) columns.push(column)
      visitStar(walk, item, scope, isKnown)
    } else {
      const isBare = bodyOf(value, 'ColumnRef') !== undefined
      columns.push({
        name: targetName(target) ?? caseName(value),
        flow: walk.flows.value(() => walk.visit(item, scope), isBare),
      })
    }
  }
  settleRow(walk, columns)
  return isKnown ? columns : undefined
}

/** A row that may be too large tells of all that is in it. */
export function settleRow({ flows }: Walk, columns: readonly NamedFlow[]): void {
  if (!isLargeRow(columns)) return
  flows.mayFail()
  flows.divert(columns.map(({ flow }) => flow))
}

/** The name of a CASE is that of what stands behind ELSE, where this is a column or a call. */
function caseName(value: TreeNode): string | undefined {
  const body = bodyOf(value, 'CaseExpr')
  if (body === undefined) return undefined
  const otherwise = unwrap(nodeOf(body, 'defresult'))
  return otherwise === undefined || otherwise.type === 'A_Const' ? 'case' : undefined
}

/** What it stands for is known one by one, or each column may hold anything of the query. */
function visitStar(walk: Walk, item: TreeNode, scope: Scope, isKnown: boolean): void {
  if (!isKnown) walk.flows.value(() => walk.visit(item, scope), false)
  else {
    const sources = new Sources()
    walk.flows.into(sources, () => walk.visit(item, scope))
    walk.flows.dropped.parts.add(sources)
  }
}

/** The columns that `*` or `t.*` stands for; undefined where these are not known. */
function starFlows(scope: Scope, value: TreeNode): readonly NamedFlow[] | undefined {
  const fields = listOf(bodyOf(value, 'ColumnRef') ?? {}, 'fields')
  if (fields.length === 0) return undefined
  if (fields.length > 1) {
    const qualifier = namesOf(fields.slice(0, -1)) ?? []
    return scope.range(qualifier.at(-1) ?? '', qualifier.at(-2))?.values.columns()
  }
  const all = scope.stars.map((columns) => columns())
  return all.some((columns) => columns === undefined) ? undefined : all.flatMap((columns) => columns ?? [])
}
