import type { Duty } from '@bothkeys/core/adapter'
import type { Routine } from '../catalog/snapshot.js'
import { type BuiltinRule, builtinRule, computingExtensions } from './builtin-functions.js'
import { constantText } from './constants.js'
import { findRelation, writtenName } from './names.js'
import { parseQualifiedName } from './qualified-name.js'
import { relationResource, resource, schemaLabel } from './resource.js'
import { settingEffect, showEffect } from './settings.js'
import type { TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** How a routine comes to be run. */
export interface Call {
  /** Its arguments, where they are in the text. */
  readonly arguments?: readonly TreeNode[]
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
  if (!routine.builtin) evaluateDefaults(walk, routine, call)
}

/** A C function of a reviewed extension: only a superuser can have put it there, and it computes from its arguments. */
function computes(routine: Routine): boolean {
  return (
    routine.extension !== undefined &&
    computingExtensions.has(routine.extension) &&
    routine.volatility !== 'volatile' &&
    (routine.language === 'c' || routine.language === 'internal')
  )
}

function callUserRoutine(walk: Walk, routine: Routine, { via }: Call): void {
  walk.settingFree = false
  walk.changesCatalog = true
  walk.effects.add('execute', resource('function', schemaLabel(routine.schema, walk.state), routine.name), {
    userDefined: true,
    ...(routine.kind === 'procedure' && { procedure: true }),
    ...(routine.securityDefiner && { securityDefiner: true }),
    ...(via !== undefined && { via }),
  })
}

/** Default values of arguments are evaluated by the caller. */
function evaluateDefaults(walk: Walk, routine: Routine, call: Call): void {
  const { argumentDefaults: defaults } = routine
  if (defaults === undefined || (call.arguments?.length ?? 0) >= routine.arguments.length) return
  for (const id of defaults.functions) {
    const other = walk.catalog.routines.get(id)
    if (other === undefined) walk.miss('function', `#${String(id)}`)
    else if (other.id !== routine.id) callRoutine(walk, other, { via: 'default' })
  }
}

function callBuiltin(walk: Walk, routine: Routine, call: Call): void {
  const rule = builtinRule(routine.name)
  if (rule !== undefined) applyRule(walk, routine, rule, call)
  else if (routine.volatility === 'volatile') execute(walk, routine, call, true)
}

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
      for (const type of walk.catalog.types.values()) {
        if (type.functions.length > 0) {
          walk.opaque(`${routine.name} may run the checks of a user-defined type`, 'function')
          return
        }
      }
      return
    case 'set':
      settingEffect(walk, constantText(call.arguments?.[0]))
      return
    case 'show':
      // A stored expression reads the setting that its owner chose.
      if (call.via === undefined) showEffect(walk, constantText(call.arguments?.[0]))
      return
    case 'sequence':
      add('write', sequenceResource(walk, call.arguments?.[0]))
      return
    case 'notify':
      add('write', channelResource(constantText(call.arguments?.[0])), { sensitive: true })
      return
    case 'lock':
      add('execute', 'lock:advisory', { sensitive: true })
      return
    case 'define':
      walk.changesCatalog = true
      add('define', resource('schema', constantText(call.arguments?.[0]) ?? '*'), { object: rule.object })
      return
    case 'statistics':
      add('read', 'table:pg_catalog.pg_stat_activity', { sensitive: true })
      return
    case 'execute':
      execute(walk, routine, call, false)
      return
    case 'file':
      add('transfer', 'file:server', { sensitive: true, direction: rule.direction })
      return
    case 'large-object':
      add(rule.duty, 'largeobject:*', { sensitive: true })
      if (rule.direction !== undefined) {
        add('transfer', 'file:server', { sensitive: true, direction: rule.direction })
      }
      return
  }
}

/** The channel of NOTIFY, `*` when it is not written in the text. */
export function channelResource(name: string | undefined): string {
  return name === undefined ? 'channel:*' : resource('channel', name)
}

/** The sequence that the first argument of nextval names, `*` when it is not written in the text. */
function sequenceResource(walk: Walk, argument: TreeNode | undefined): string {
  const text = constantText(argument)
  const parts = text === undefined ? undefined : parseQualifiedName(text)
  const written = parts === undefined ? undefined : writtenName(parts)
  const relation = written === undefined ? undefined : findRelation(walk, written)
  return relation?.kind === 'sequence' ? relationResource(relation, walk.state) : 'sequence:*'
}
