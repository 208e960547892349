import { relationRange } from './from.js'
import { expectRelation, rangeVarName } from './names.js'
import { changeRelation } from './relation-changes.js'
import { readRelation } from './relation-reads.js'
import { Scope } from './scope.js'
import { flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** COPY, both ways, with the client, a file of the server or a program on it. */
export const copyStatement: Handler = (walk, body, outer) => {
  const into = flagOf(body, 'is_from')
  const withClient = textOf(body, 'filename') === '' && !flagOf(body, 'is_program')
  if (withClient) walk.copy = into ? 'in' : 'out'
  transfer(walk, body, into, withClient)
  walk.visit(nodeOf(body, 'query'), outer)
  const name = nodeOf(body, 'relation')
  const relation = name === undefined ? undefined : expectRelation(walk, rangeVarName(name))
  if (relation === undefined) return
  const named = namesOf(listOf(body, 'attlist')) ?? []
  const columns = new Set(named.length > 0 ? named : relation.columns.keys())
  if (into) changeRelation(walk, relation, 'insert', { columns, ...(withClient && { payload: 'unbound' }) })
  // COPY TO reads the table itself, never its children.
  else readRelation(walk, relation, columns, { only: true })
  const scope = new Scope(outer)
  const read = new Set<string>()
  scope.ranges.push(relationRange(relation, undefined, [], read))
  walk.visit(nodeOf(body, 'whereClause'), scope)
}

/** Rows that leave to the client are a result like any other; rows that come from it were not seen at the decision. */
function transfer(walk: Walk, body: TreeNode, into: boolean, withClient: boolean): void {
  const direction = into ? 'in' : 'out'
  if (withClient) {
    if (into) walk.effects.add('transfer', 'stream:client', { direction, payload: 'unbound' })
    return
  }
  const target = flagOf(body, 'is_program') ? 'program:server' : 'file:server'
  walk.effects.add('transfer', target, { direction, sensitive: true })
  walk.settingFree = false
}
