import type { Relation } from '../catalog/snapshot.js'
import type { CopyOut } from './copy-format.js'
import { copyOut } from './copy-out.js'
import { flowsOf, type QueryFlow, Sources } from './column-flow.js'
import { relationRange } from './from.js'
import { isLargeCopied } from './room.js'
import { expectRelation, rangeVarName } from './names.js'
import { changeRelation } from './relation-changes.js'
import { readRelation } from './relation-reads.js'
import { Scope } from './scope.js'
import { flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'
import { unknownValues } from './written-values.js'

/** COPY, both ways, with the client, a file of the server or a program on it. */
export const copyStatement: Handler = (walk, body, outer) => {
  const into = flagOf(body, 'is_from')
  const withClient = textOf(body, 'filename') === '' && !flagOf(body, 'is_program')
  if (withClient) walk.copy = into ? 'in' : 'out'
  transfer(walk, body, into, withClient)
  // Only what leaves for the client is a result; what goes into a file is kept.
  const source = withClient && outer.isClaimed ? outer : new Scope(outer)
  walk.visit(nodeOf(body, 'query'), source)
  const name = nodeOf(body, 'relation')
  const relation = name === undefined ? undefined : expectRelation(walk, rangeVarName(name))
  if (relation === undefined) {
    if (name !== undefined) outer.flow = undefined
    if (withClient && !into) leaves(walk, copyOut(walk, body, undefined, source.result), outer)
    return
  }
  const named = namesOf(listOf(body, 'attlist')) ?? []
  const columns = new Set(named.length > 0 ? named : relation.columns.keys())
  if (into) {
    const values = unknownValues(columns)
    changeRelation(walk, relation, 'insert', { columns, values, ...(withClient && { payload: 'unbound' }) })
  }
  // COPY TO reads the table itself, never its children.
  else readRelation(walk, relation, columns, { only: true })
  const names = named.length > 0 ? named : ownColumns(relation)
  outer.flow = into ? nothingGiven() : columnsOut(walk, relation, names, withClient)
  if (withClient && !into) leaves(walk, copyOut(walk, body, { relation, names }, undefined), outer)
  const scope = new Scope(outer)
  const read = new Set<string>()
  scope.ranges.push(relationRange(walk, relation, undefined, [], read))
  walk.visit(nodeOf(body, 'whereClause'), scope)
}

/** Those that are generated are not copied. */
function ownColumns({ columns }: Relation): readonly string[] {
  return [...columns.values()].filter(({ generated }) => !generated).map(({ name }) => name)
}

/** What is written in a way that is not known cannot be masked: it goes where nobody can tell. So does what may have no room. */
function leaves(walk: Walk, out: CopyOut, { flow }: Scope): void {
  walk.copiesOut.push(out)
  if (flow === undefined) return
  const isUnknown = out.format === undefined
  walk.flows.divert(flowsOf(flow).filter((value) => isUnknown || isLargeCopied(value)))
}

/** The columns of COPY TO. A file keeps them. */
function columnsOut(walk: Walk, relation: Relation, names: readonly string[], withClient: boolean): QueryFlow {
  const { values } = relationRange(walk, relation, undefined, [], undefined, { only: true })
  const columns = names.flatMap((name) => {
    const flow = values.column(name)
    return flow === undefined ? [] : [{ name, flow }]
  })
  const given = { columns, everything: walk.flows.everything }
  for (const { sources } of flowsOf(given)) walk.flows.everything.parts.add(sources)
  if (!withClient) walk.flows.divert(flowsOf(given))
  return given
}

function nothingGiven(): QueryFlow {
  return { columns: [], everything: new Sources() }
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
