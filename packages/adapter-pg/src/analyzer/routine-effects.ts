import type { Duty } from '@bothkeys/core/adapter'
import type { Relation, Routine, StoredUse } from '../catalog/snapshot.js'
import { type BuiltinRule, builtinRule, computingExtensions, drawingFunctions } from './builtin-functions.js'
import { channelResource, nameArgument, namedRelations, sequenceResource } from './named-by-argument.js'
import { baseType, type InferredType, passedArguments } from './overloads.js'
import { relationResource, resource, schemaLabel } from './resource.js'
import { settingEffect, showEffect } from './settings.js'
import { followAnything } from './flows.js'
import { followSetting, schemasOf } from './taken-names.js'
import type { TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** How a routine comes to be run. */
export interface Call {
  /** Its arguments, where they are in the text. */
  readonly arguments?: readonly TreeNode[]
  /** The type of one of them. */
  readonly typeOf?: (argument: TreeNode | undefined) => InferredType
  /** `trigger`, `view` and the like, when it is not called by the text itself. */
  readonly via?: string
}

/**
 * Effects of running one routine. A builtin has the effects that are known of it. A user's is a `execute` of its own: what
 * it does is unknown, so that whoever allows it allows whatever it does.
 */
export function callRoutine(walk: Walk, routine: Routine, call: Call): void {
  if (routine.builtin) callBuiltin(walk, routine, call)
  else if (!computes(routine)) callUserRoutine(walk, routine, call)
  else if (builtinRule(routine.name)?.does === 'populate') populate(walk, routine, call)
  if (routine.builtin) return
  evaluateDefaults(walk, routine, call)
  passValues(walk, routine)
}

/**
 * The caller makes the values of the arguments, so that checks of domains run, and gets a value that may then be compared.
 * What is done with values in the routine is part of executing it.
 */
function passValues(walk: Walk, routine: Routine): void {
  if (!walk.effects.isFirst(routine)) return
  const { types } = walk.catalog
  for (const type of routine.arguments) runStored(walk, types.get(type)?.functions ?? [], 'type')
  for (const type of [routine.result, ...routine.outputs]) {
    runStored(walk, types.get(type)?.comparisons ?? [], 'comparison')
    walk.mention([{ type }])
  }
  walk.mention(routine.arguments.map((type) => ({ type })))
}

/** A C function of a reviewed extension: only a superuser can have put it there, and it computes from its arguments or draws. */
export function computes(routine: Routine): boolean {
  return (
    routine.extension !== undefined &&
    computingExtensions.has(routine.extension) &&
    (routine.volatility !== 'volatile' || drawingFunctions.has(routine.name)) &&
    (routine.language === 'c' || routine.language === 'internal')
  )
}

function callUserRoutine(walk: Walk, routine: Routine, { via }: Call): void {
  walk.settingFree = false
  walk.changesCatalog = true
  walk.meetings?.run(via)
  // What the text itself calls may read anything; what else it makes run, no value of it chooses.
  if (via === undefined || called.has(via)) walk.flows.takeAnything()
  else walk.flows.mayFail()
  walk.effects.add('execute', resource('function', schemaLabel(routine.schema, walk.state), routine.name), {
    userDefined: true,
    ...(routine.kind === 'procedure' && { procedure: true }),
    ...(routine.securityDefiner && { securityDefiner: true }),
    ...(via !== undefined && { via }),
  })
}

/** Ways in which an expression of the text calls a routine. */
const called: ReadonlySet<string> = new Set(['operator', 'cast'])

/** Default values of arguments are evaluated by the caller. */
function evaluateDefaults(walk: Walk, routine: Routine, call: Call): void {
  const { argumentDefaults: defaults } = routine
  if (defaults === undefined || (call.arguments?.length ?? 0) >= passedArguments(routine).length) return
  readSettings(walk, defaults, 'default')
  for (const id of defaults.functions) {
    const other = walk.catalog.routines.get(id)
    if (other === undefined) walk.miss('function', `#${String(id)}`)
    else if (other.id !== routine.id) callRoutine(walk, other, { via: 'default' })
  }
  for (const type of defaults.types) runStored(walk, walk.catalog.types.get(type)?.functions ?? [], 'default')
}

function callBuiltin(walk: Walk, routine: Routine, call: Call): void {
  if (routine.name.includes('json')) walk.makesJson = true
  const rule = builtinRule(routine.name)
  if (rule !== undefined) applyRule(walk, routine, rule, call)
  else if (routine.volatility === 'volatile') {
    execute(walk, routine, call, true)
    // Nobody has read what it gives: changes of others, as slots do, or how much was logged.
    const isTold = call.via === undefined || called.has(call.via)
    if (isTold && !saysDone.has(routine.result)) walk.flows.takeAnything()
  }
}

/** Types of results that say no more than that it was done: boolean and void. */
const saysDone: ReadonlySet<number> = new Set([16, 2278])

function execute(walk: Walk, routine: Routine, { via }: Call, sensitive: boolean): void {
  if (sensitive) walk.settingFree = false
  walk.effects.add('execute', resource('function', routine.schema, routine.name), {
    ...(sensitive && { sensitive: true }),
    ...(via !== undefined && { via }),
  })
}

function applyRule(walk: Walk, routine: Routine, rule: BuiltinRule, call: Call): void {
  const add = (duty: Duty, target: string, attributes: Record<string, string | boolean> = {}): void => {
    walk.effects.add(duty, target, { ...attributes, ...(call.via !== undefined && { via: call.via }) })
  }
  switch (rule.does) {
    case 'nothing':
      return
    case 'text':
      // The other forms of ts_rewrite only compute.
      if (rule.arguments === undefined || call.arguments?.length === rule.arguments || call.arguments === undefined) {
        walk.opaque(`${routine.name} runs or reads what its arguments name`, 'function')
      }
      return
    case 'input':
      makeAnyValue(walk, routine)
      return
    case 'populate':
      populate(walk, routine, call)
      return
    case 'relation':
      if (routine.volatility === 'volatile') execute(walk, routine, call, true)
      for (const relation of namedRelations(walk, call.arguments?.[0])) {
        lookAtOne(walk, relation, 'index')
        runStored(walk, relation.valueFunctions, 'type')
      }
      return
    case 'set':
      settingEffect(walk, nameArgument(walk, call.arguments?.[0]))
      setPath(walk, call)
      return
    case 'show':
      if (call.via === undefined) showEffect(walk, nameArgument(walk, call.arguments?.[0]))
      // What a stored expression reads is said with the setting (`readSettings`), where it has a name.
      else if (!isStored.has(call.via) || (shows.has(call.via) && routine.name !== 'current_setting'))
        showEffect(walk, undefined)
      return
    case 'sequence':
      add(rule.duty, sequenceResource(walk, call.arguments?.[0]))
      return
    case 'notify':
      add('write', channelResource(nameArgument(walk, call.arguments?.[0])), { sensitive: true })
      return
    case 'lock':
      add('execute', 'lock:advisory', { sensitive: true })
      return
    case 'define':
      walk.changesCatalog = true
      add('define', resource('schema', nameArgument(walk, call.arguments?.[0]) ?? '*'), { object: rule.object })
      return
    case 'statistics':
      add('read', 'table:pg_catalog.pg_stat_activity', { sensitive: true })
      if (call.via === undefined || called.has(call.via)) walk.flows.takeAnything()
      return
    case 'measure':
      if (rule.sensitive) execute(walk, routine, call, true)
      if (call.via === undefined || called.has(call.via)) walk.flows.takeAnything()
      return
    case 'execute':
      execute(walk, routine, call, false)
      return
    case 'file':
      add('transfer', 'file:server', { sensitive: true, direction: rule.direction })
      walk.flows.takeAnything()
      return
    case 'large-object':
      add(rule.duty, 'largeobject:*', { sensitive: true })
      walk.flows.takeAnything()
      if (rule.direction !== undefined) {
        add('transfer', 'file:server', { sensitive: true, direction: rule.direction })
      }
      return
  }
}

/** set_config of what names are looked up in, of who acts, or of nobody knows what. A stored call of it is that of its owner. */
function setPath(walk: Walk, { arguments: [name, value] = [], via }: Call): void {
  if (via !== undefined && !called.has(via)) return
  const set = nameArgument(walk, name)
  if (set === undefined) return followAnything(walk)
  const text = nameArgument(walk, value)
  const isPath = set.toLowerCase() === 'search_path'
  followSetting(walk, set, text === undefined ? undefined : isPath ? schemasOf(text) : [text])
}

/** Ways to what the server keeps in its catalog. */
const isStored: ReadonlySet<string> = new Set(
  'check comparison default event-trigger foreign-key index plan policy rule trigger type view'.split(' '),
)

/** Stored expressions whose values come out: of a view or rule with its rows, of a default with what RETURNING gives. */
const shows: ReadonlySet<string> = new Set(['view', 'rule', 'default'])

/** Settings that a stored expression tells; the others only decide by them. */
function readSettings(walk: Walk, { settings }: StoredUse, via: string): void {
  if (shows.has(via)) for (const name of settings) showEffect(walk, name)
}

/** Makes a value of a type that only the server knows. */
function makeAnyValue(walk: Walk, routine: Routine): void {
  if (walk.catalog.checksValues) walk.opaque(`${routine.name} may run the checks of a user-defined type`, 'function')
}

/** Makes a value of its first argument's type. A stored expression names that type itself. */
function populate(walk: Walk, routine: Routine, { arguments: args, typeOf, via }: Call): void {
  if (via !== undefined && via !== 'operator') return
  const type = typeOf?.(args?.[0])
  const info = type === undefined ? undefined : walk.catalog.types.get(baseType(walk, type))
  if (type === undefined || info?.kind !== 'composite') makeAnyValue(walk, routine)
  else runStored(walk, walk.catalog.types.get(type)?.functions ?? [], 'type')
}

/** What the server may compute of one relation, without those below; what planning computes is a part of it. */
export function lookAtOne(walk: Walk, relation: Relation, via: string): void {
  for (const use of relation.checks) evaluateStored(walk, use, via)
  for (const use of relation.statistics) evaluateStored(walk, use, via)
  runStored(walk, relation.searches, 'index')
  runStored(walk, relation.comparisons, 'comparison')
}

/** Effects of functions that the server runs by itself because of something stored: a trigger, a view, a check. */
export function runStored(walk: Walk, functions: readonly number[], via: string): void {
  for (const id of functions) {
    const routine = walk.catalog.routines.get(id)
    if (routine === undefined) walk.miss('function', `#${String(id)}`)
    else callRoutine(walk, routine, { via })
  }
}

/**
 * Effects of evaluating a stored expression: its functions, its sequences, the values it makes. A sequence that belongs to
 * a column of `owner` is part of that table.
 */
export function evaluateStored(walk: Walk, use: StoredUse, via: string, owner?: Relation): void {
  readSettings(walk, use, via)
  // Drawing from a sequence is said with the sequence, below, where each has a name.
  const isSaid = use.sequences.length > 0 && !use.drawsUnnamed
  const drawing = (routine: Routine | undefined): boolean => routine?.builtin === true && routine.name === 'nextval'
  runStored(
    walk,
    use.functions.filter((id) => !(isSaid && drawing(walk.catalog.routines.get(id)))),
    via,
  )
  for (const type of use.types) runStored(walk, walk.catalog.types.get(type)?.functions ?? [], via)
  for (const type of use.values) {
    runStored(walk, walk.catalog.types.get(type)?.comparisons ?? [], 'comparison')
    walk.mention([{ type }])
  }
  for (const id of use.sequences) {
    const sequence = walk.catalog.relations.get(id)
    if (sequence === undefined) walk.miss('relation', `#${String(id)}`)
    else if (owner === undefined || sequence.table !== owner.id) {
      walk.effects.add('write', relationResource(sequence, walk.state), { via })
    }
  }
}
