import type { Effect } from '@bothkeys/core/adapter'
import { constantText } from './constants.js'
import { EffectSet } from './effect-set.js'
import { followAnything } from './flows.js'
import { nothingRead, type QueryFlow, Sources } from './column-flow.js'
import { Scope } from './scope.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/**
 * EXPLAIN plans: the planner reads statistics and runs functions that it may fold, a user's among them, so that a statement
 * that calls any counts as run. Otherwise it only reads what it names. With ANALYZE it is the statement, which declares no
 * cursor all the same.
 */
export const explain: Handler = (walk, body, scope) => {
  const query = nodeOf(body, 'query')
  const lookups = walk.flows.lookups.length
  const inner = Scope.claiming(scope)
  scope.flow = planFlow()
  if (isOn(body, 'analyze')) {
    const read = walk.flows.gather(() => keepingNames(walk, () => walk.visit(query, inner)))
    // How much memory and time rows take tells how long their values are.
    walk.flows.divert([{ sources: read }])
    // As much is logged as the new row is unlike the old one.
    if (isOn(body, 'wal')) followAnything(walk)
    divertLookups(walk, lookups)
    return
  }
  // EXPLAIN EXECUTE computes what it passes.
  walk.visitAll(listOf(executed(query), 'params'), scope)
  let effects: readonly Effect[] = []
  // The planner's widths are how long values are on the average.
  const sources = walk.flows.gather(() => {
    effects = apart(walk, () => walk.visit(query, inner))
  })
  walk.flows.divert([{ sources }])
  divertLookups(walk, lookups)
  if (effects.some(mayRunInPlanning)) walk.effects.addAll(effects)
  else {
    nameOnly(walk, effects)
    // The planner computes what is stable for its estimates, and says what fails with the value.
    walk.effects.addAll(effects.filter(({ duty, resource }) => duty === 'read' && resource.startsWith('setting:')))
  }
}

/** One column, of no values. */
function planFlow(): QueryFlow {
  const flow = { sources: new Sources(), plain: false, total: true, ...nothingRead }
  return { columns: [{ name: 'QUERY PLAN', flow }], everything: new Sources() }
}

/** A plan tells how many rows the statistics expect for a value. */
function divertLookups({ flows }: Walk, from: number): void {
  for (const { sources } of flows.lookups.splice(from)) flows.divert([{ sources }])
}

/** The EXECUTE of EXPLAIN EXECUTE and of EXPLAIN CREATE TABLE AS EXECUTE. */
function executed(query: TreeNode | undefined): TreeNode {
  const made = bodyOf(query, 'CreateTableAsStmt')
  return bodyOf(made === undefined ? query : nodeOf(made, 'query'), 'ExecuteStmt') ?? {}
}

/** What a part of a text would do, which the text itself does not do: of it, only what literals become is left. */
export function apart(walk: Walk, visit: () => void): readonly Effect[] {
  const outside = walk.effects
  const { settingFree, changesCatalog, copy } = walk
  const inside = new EffectSet()
  walk.effects = inside
  try {
    keepingNames(walk, visit)
  } finally {
    // Also when the stack ran out: what the text does besides still counts.
    walk.effects = outside
  }
  const effects = inside.list()
  if (!effects.some(mayRunInPlanning)) {
    walk.settingFree = settingFree
    walk.changesCatalog = changesCatalog
    walk.copy = copy
  }
  return effects
}

/** Visits what makes and drops no names, whatever it says. */
function keepingNames({ registry }: Walk, visit: () => void): void {
  const { length } = registry
  visit()
  registry.length = length
}

/** Relations that are only looked up, and locked as if they were read. */
export function nameOnly(walk: Walk, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.resource.startsWith('table:'))
      walk.effects.addAll([{ ...effect, duty: 'read', attributes: withoutChange(effect) }])
  }
}

/** Triggers do not run in planning; whatever else a user made may. */
function mayRunInPlanning({ duty, attributes }: Effect): boolean {
  if (duty === 'opaque') return true
  return attributes['userDefined'] === true && attributes['via'] !== 'trigger'
}

function withoutChange({ attributes }: Effect): Effect['attributes'] {
  const { unbounded: _unbounded, payload: _payload, lock: _lock, ...rest } = attributes
  return rest
}

/** An option in any spelling: no value, `true`, `on`, `1`. The last one counts; any that is on is enough here. */
function isOn(body: TreeNode, name: string): boolean {
  return listOf(body, 'options').some((item) => {
    const option = bodyOf(item, 'DefElem') ?? {}
    if (textOf(option, 'defname') !== name) return false
    const value = nodeOf(option, 'arg')
    if (value === undefined) return true
    const word = textOf(bodyOf(value, 'String') ?? {}, 'sval') || (constantText(value) ?? '')
    const number = bodyOf(value, 'Integer')
    if (number !== undefined) return number['ival'] !== undefined && number['ival'] !== 0
    return !['false', 'off', '0'].includes(word.toLowerCase())
  })
}
