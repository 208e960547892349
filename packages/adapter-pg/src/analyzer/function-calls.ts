import type { Routine } from '../catalog/snapshot.js'
import { applyCast } from './casts.js'
import type { Before } from './column-flow.js'
import { settleArguments } from './literals.js'
import { namesOnServer } from './later-syntax.js'
import { findRoutines, printed, typeOfCall, writtenName } from './names.js'
import { argumentsOf, baseType, candidates, type InferredType, unknownType } from './overloads.js'
import { type Call, callRoutine } from './routine-effects.js'
import type { Scope } from './scope.js'
import { readColumn } from './range-values.js'
import { rowField } from './resolve-column.js'
import { flagOf, listOf, namesOf, nodeOf, type TreeNode } from './tree.js'
import { judgeCall } from './totality.js'
import { typeOf } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** A call: everything in it, then whatever routines it may mean. */
export const functionCall: Handler = (walk, body, scope) => {
  const args = argumentsOf(body)
  const names = namesOnServer(walk, namesOf(listOf(body, 'funcname')) ?? [])
  const written = writtenName(names)
  // What WITHIN GROUP orders may give the arguments their types.
  if (written !== undefined && !flagOf(body, 'agg_within_group')) settleArguments(walk, written, args)
  const before = walk.flows.counted
  const isOrdered = !flagOf(body, 'agg_within_group')
  walk.descend('FuncCall', body, scope, isOrdered ? aroundCall : aroundOrdered)
  // Which rows an aggregate or a window takes, and in which order.
  walk.flows.aside(() => {
    if (isOrdered) walk.visitAll(listOf(body, 'agg_order'), scope)
    walk.visit(nodeOf(body, 'agg_filter'), scope)
    walk.visitAs('WindowDef', nodeOf(body, 'over'), scope)
  })
  callNamed(walk, names, args, scope, flagOf(body, 'func_variadic'))
  judgeNamed(walk, names, args, scope, !flagOf(body, 'func_variadic'), before)
}

/** What a call may mean is total where each routine is; it may be a cast, too. */
function judgeNamed(
  walk: Walk,
  parts: readonly string[],
  args: readonly TreeNode[],
  scope: Scope,
  isPlain: boolean,
  before: Before,
): void {
  const written = writtenName(parts)
  if (written === undefined || !walk.flows.isJudged) return
  if (args.length === 1 && typeOfCall(walk, written) !== undefined) walk.flows.mayFail()
  judgeCall(walk, findRoutines(walk, written), args, scope, isPlain, before)
}

/** Its name is looked up, not visited. */
const aroundOrdered: ReadonlySet<string> = new Set(['funcname', 'agg_filter', 'over'])
const aroundCall: ReadonlySet<string> = new Set([...aroundOrdered, 'agg_order'])

/** Effects of calling what a name with arguments may mean. */
export function callNamed(
  walk: Walk,
  parts: readonly string[],
  args: readonly TreeNode[],
  scope: Scope,
  variadic = false,
): void {
  const written = writtenName(parts)
  if (written === undefined) {
    walk.opaque('function name with too many parts', 'function')
    return
  }
  const routines = findRoutines(walk, written)
  if (args.length === 1) castByName(walk, written, typeOf(walk, args[0], scope), routines.length === 0)
  else if (routines.length === 0) walk.miss('function', printed(written))
  const possible = candidates(walk, routines, args, variadic, (argument) => typeOf(walk, argument, scope))
  callAll(walk, possible, { arguments: args, typeOf: (argument) => typeOf(walk, argument, scope) })
}

/** Builtin overloads of one name have one rule, and the least harmless volatility among them counts. */
function callAll(walk: Walk, routines: readonly Routine[], call: Call): void {
  let builtin: Routine | undefined
  for (const routine of routines) {
    if (!routine.builtin) callRoutine(walk, routine, call)
    else if (builtin === undefined || routine.volatility === 'volatile') builtin = routine
  }
  if (builtin !== undefined) callRoutine(walk, builtin, call)
}

/** `t(x)` and `(x).t` may be casts to a type `t`. */
function castByName(
  walk: Walk,
  written: { readonly schema: string | undefined; readonly name: string },
  from: InferredType,
  onlyMeaning: boolean,
): void {
  const type = typeOfCall(walk, written)
  if (type !== undefined) {
    walk.mention([{ type: type.id }])
    applyCast(walk, type.id, from)
  } else if (onlyMeaning) walk.miss('function', printed(written))
}

/** `x.f` and `(x).f` call a function of one argument, or cast, when x has no such column. `of` says what x surely is. */
export function callAttribute(walk: Walk, name: string, of: 'row' | 'value'): void {
  const written = { schema: undefined, name }
  castByName(walk, written, undefined, false)
  const routines = findRoutines(walk, written).filter(
    ({ arguments: declared, defaults, variadic }) =>
      declared.length - defaults <= 1 &&
      (declared.length > 0 || variadic) &&
      (of === 'value' || takesRow(walk, declared[0] ?? 0)),
  )
  walk.flows.blur()
  walk.flows.mayFail()
  callAll(walk, routines, {})
}

function takesRow(walk: Walk, declared: number): boolean {
  const type = walk.catalog.types.get(baseType(walk, declared))
  return type === undefined || type.kind === 'composite' || type.kind === 'pseudo'
}

/** Whether a value of a composite type has such a field, under the collation of the database: a function of that name comes after it. */
function isFieldOf(walk: Walk, name: string, of: InferredType): boolean {
  if (of === undefined || of === unknownType) return false
  const { kind, relation: id } = walk.catalog.types.get(baseType(walk, of)) ?? { kind: undefined, relation: 0 }
  const relation = kind === 'composite' ? walk.catalog.relations.get(id) : undefined
  const field = relation?.columns.get(name)
  return relation !== undefined && field !== undefined && !relation.collated.has(field.number)
}

/** `(x).field`, `x[1]`. */
export const indirection: Handler = (walk, body, scope) => {
  const field = rowField(scope, body)
  if (field !== undefined) {
    readColumn(walk, field.range, field.column)
    walk.flows.blur()
    return
  }
  walk.visit(nodeOf(body, 'arg'), scope)
  const of = typeOf(walk, nodeOf(body, 'arg'), scope)
  for (const [index, step] of listOf(body, 'indirection').entries()) {
    const [name] = namesOf([step]) ?? []
    if (name === undefined) {
      walk.flows.mayFail()
      walk.visit(step, scope)
    } else if (index === 0 && isFieldOf(walk, name, of)) walk.flows.blur()
    else callAttribute(walk, name, 'value')
  }
}
