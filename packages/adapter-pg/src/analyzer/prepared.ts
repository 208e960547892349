import type { ColumnSource, Lineage } from '@bothkeys/core/adapter'
import { firstUserId } from '../catalog/first-user-id.js'
import type { Analysis } from './analysis.js'
import { type ColumnFlow, type QueryFlow, Sources, unknownFlow } from './column-flow.js'
import { castParameters } from './casts.js'
import { apart, nameOnly } from './explain.js'
import { preparedText } from './prepared-text.js'
import { runStored } from './routine-effects.js'
import { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/**
 * PREPARE looks the statement's relations up, locks them and makes values of its literals; what the statement does counts at
 * each EXECUTE.
 */
export const prepareStatement: Handler = (walk, body, scope) => {
  const statement = unwrap(nodeOf(body, 'query'))
  if (statement === undefined) {
    walk.opaque('PREPARE without a statement', 'prepare')
    return
  }
  const parameterTypes = declaredTypes(walk, body)
  walk.registry.push({
    kind: 'prepare',
    name: textOf(body, 'name'),
    text: preparedText(walk.parsed, walk.statementIndex),
    statement,
    parameterTypes,
  })
  walk.mention(parameterTypes.map((type) => ({ type })))
  const outer = walk.parameterTypes
  walk.parameterTypes = parameterTypes
  const effects = apart(walk, () => {
    const inner = Scope.claiming(scope)
    walk.visitAs(statement.type, statement.body, inner)
    scope.flow = inner.flow
  })
  walk.parameterTypes = outer
  nameOnly(walk, effects)
  walk.effects.addAll(effects.filter(({ duty }) => duty === 'opaque'))
}

function declaredTypes(walk: Walk, body: TreeNode): readonly number[] {
  return listOf(body, 'argtypes').map((item) => {
    const name = bodyOf(item, 'TypeName') ?? {}
    const id = typeNameId(walk, name)
    if (id === undefined) walk.miss('type', namesOf(listOf(name, 'names'))?.join('.') ?? '')
    return id ?? 0
  })
}

/** Parameters become values of their types: checks of domains run, and casts that users made for assignment. */
export function passParameters(walk: Walk, types: readonly number[]): void {
  walk.mention(types.map((type) => ({ type })))
  castParameters(walk, types)
  for (const type of types) {
    const info = walk.catalog.types.get(type)
    if (type >= firstUserId && info === undefined) walk.miss('type', `#${String(type)}`)
    runStored(walk, info?.functions ?? [], 'type')
    runStored(walk, info?.comparisons ?? [], 'comparison')
  }
}

/** EXECUTE does what the prepared statement does, after computing its arguments. */
export const executeStatement: Handler = (walk, body, scope) => {
  walk.visitAll(listOf(body, 'params'), scope)
  const name = textOf(body, 'name')
  for (const change of walk.registry.toReversed()) {
    if (change.kind === 'prepare' && change.name === name) {
      // Prepared in the same text: it is right here.
      passParameters(walk, change.parameterTypes)
      walk.visitAs(change.statement.type, change.statement.body, scope)
      return
    }
  }
  walk.uses.push({ kind: 'prepared', name })
  const analysis = walk.context.prepared(name)
  if (analysis === undefined) walk.opaque('unknown prepared statement', 'execute')
  else useAnalysis(walk, analysis, scope)
}

/** Takes over where the values of another text go. */
function useLineage({ flows }: Walk, lineage: Lineage | undefined): QueryFlow | undefined {
  if (lineage === undefined) {
    flows.takeAnything()
    return undefined
  }
  const flowOf = (columns: readonly ColumnSource[], plain: boolean): ColumnFlow => {
    const sources = new Sources()
    for (const column of columns) sources.columns.add(column)
    return { ...unknownFlow, sources, plain, total: true }
  }
  flows.divert([flowOf(lineage.elsewhere, false)])
  for (const { column, resource, ...lookup } of lineage.lookups) {
    flows.lookups.push({ sources: flowOf([{ column, resource }], false).sources, ...lookup })
  }
  const everything = flowOf(lineage.read, false).sources
  flows.everything.parts.add(everything)
  // What it reads and gives to nobody was looked at there.
  flows.dropped.parts.add(everything)
  const columns = lineage.outputs?.map(({ plain, sources }) => ({ name: undefined, flow: flowOf(sources, plain) }))
  return { columns, everything }
}

/** Takes over what is known of another text. */
export function useAnalysis(walk: Walk, analysis: Analysis, scope: Scope): void {
  scope.flow = useLineage(walk, analysis.description.lineage)
  if (!scope.isClaimed) walk.flows.takeAll(scope.flow)
  walk.effects.addAll(analysis.description.effects)
  walk.settingFree &&= analysis.settingFree
  walk.changesReading ||= analysis.changesReading
  walk.changesCatalog ||= analysis.changesCatalog
  walk.runsInParse ||= analysis.runsInParse
}

/** DEALLOCATE. */
export const deallocate: Handler = (walk, body) => {
  walk.registry.push({ kind: 'deallocate', name: flagOf(body, 'isall') ? undefined : textOf(body, 'name') })
}
