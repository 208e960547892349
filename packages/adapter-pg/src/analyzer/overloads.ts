import type { Routine } from '../catalog/snapshot.js'
import { bodyOf, flagOf, listOf, nodeOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** The type of an expression: its id, `unknownType` for an untyped literal, undefined when it cannot be told. */
export type InferredType = number | undefined

/** The pseudo-type of a string literal without a cast. */
export const unknownType = 705

/** Pseudo-types that take any argument: any, anyelement, anyarray, anynonarray, anyenum, anyrange, record and the rest. */
const polymorphic: ReadonlySet<number> = new Set([
  2276, 2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538, 2249, 2287,
])

/**
 * The routines that a call may mean, of those with its name. As long as no user has one of that name these are all of
 * them; otherwise those whose arguments cannot be what is passed are left out, and a builtin whose arguments are exactly
 * what is passed wins, as it does on the server, where pg_catalog comes first. Arguments with names may be any of those
 * that a routine declares; no builtin wins then, since most have no names for them.
 */
export function candidates(
  walk: Walk,
  named: readonly Routine[],
  args: readonly TreeNode[],
  variadic: boolean,
  infer: (argument: TreeNode) => InferredType,
): readonly Routine[] {
  if (named.every((routine) => routine.builtin)) return named
  const types = args.map((argument) => (bodyOf(argument, 'NamedArgExpr') === undefined ? infer(argument) : undefined))
  const fitting = named.filter((routine) => fits(walk, routine, types, variadic))
  const exact = catalogFirst(walk)
    ? fitting.filter((routine) => routine.builtin && isExact(routine, types, variadic))
    : []
  // None fits: the server refuses the call, or this does not understand it; then every one may be meant.
  return exact.length > 0 ? exact : fitting.length > 0 ? fitting : named
}

/** Whether pg_catalog is searched before every schema of a user (the temporary one holds no functions for plain names). */
export function catalogFirst(walk: Walk): boolean {
  return walk.state.searchPath.find((schema) => schema !== walk.state.temporarySchema) === 'pg_catalog'
}

const record = 2249

/** Whether a value of the inferred type may be passed for a declared one. When in doubt, yes. */
export function mayPass(walk: Walk, type: InferredType, declared: number): boolean {
  if (type === undefined || type === declared || type === unknownType || polymorphic.has(declared)) return true
  const base = baseType(walk, type)
  const { catalog } = walk
  // A value turns into a domain as it turns into what that is over, an unnamed row into any row.
  const wanted = baseType(walk, declared)
  if (base === wanted || catalog.coercesImplicitly(base, wanted) || catalog.coercesImplicitly(type, wanted)) return true
  if (base === record && catalog.types.get(wanted)?.kind === 'composite') return true
  if (isComposite(walk, type, declared)) return true
  const [element, wantedElement] = [elementOf(walk, base), elementOf(walk, wanted)]
  return element !== 0 && wantedElement !== 0 && mayPass(walk, element, wantedElement)
}

function elementOf(walk: Walk, type: number): number {
  const info = walk.catalog.types.get(type)
  // Fixed-length types like point have elements, too; only arrays are written with an underscore.
  return info?.name.startsWith('_') === true ? info.element : 0
}

/** Whether every inferred type is the declared one. Without VARIADIC a variadic routine takes elements, not their array. */
function isExact(routine: Routine, types: readonly InferredType[], variadic: boolean): boolean {
  const declared = routine.arguments
  if (routine.variadic && !variadic) return false
  return declared.length === types.length && types.every((type, index) => type === declared[index])
}

/** A domain counts as what it is over. */
export function baseType(walk: Walk, type: number): number {
  let current = type
  for (let steps = 0; steps < 32; steps += 1) {
    const info = walk.catalog.types.get(current)
    if (info?.kind !== 'domain') return current
    current = info.base
  }
  return current
}

function fits(walk: Walk, routine: Routine, types: readonly InferredType[], variadic: boolean): boolean {
  const declared = passedArguments(routine)
  if (variadic || routine.variadic) return types.length >= declared.length - routine.defaults - 1
  if (types.length > declared.length || types.length < declared.length - routine.defaults) return false
  return types.every((type, index) => mayPass(walk, type, declared[index] ?? 0))
}

/** Types of what a call writes: for a procedure its OUT arguments, too. */
export function passedArguments({ arguments: declared, kind, outputs }: Routine): readonly number[] {
  return kind === 'procedure' && outputs.length > 0 ? outputs : declared
}

/** Rows of a child table pass for rows of its parents; rare enough to let every row type pass for every other. */
function isComposite(walk: Walk, type: number, declared: number): boolean {
  return walk.catalog.types.get(type)?.kind === 'composite' && walk.catalog.types.get(declared)?.kind === 'composite'
}

/** Arguments as the server counts them: WITHIN GROUP (ORDER BY x) adds x to those of an ordered-set aggregate. */
export function argumentsOf(call: TreeNode): readonly TreeNode[] {
  const direct = listOf(call, 'args')
  if (!flagOf(call, 'agg_within_group')) return direct
  return [...direct, ...listOf(call, 'agg_order').map((item) => nodeOf(bodyOf(item, 'SortBy') ?? {}, 'node') ?? {})]
}

/** The routine of the server of exactly these types, which it takes before any other unless users have some that come first. */
export function exactly(walk: Walk, routines: readonly Routine[], types: readonly InferredType[]): Routine | undefined {
  const exact = routines.find(
    ({ arguments: declared, builtin, variadic }) =>
      builtin &&
      !variadic &&
      declared.length === types.length &&
      declared.every((type, index) => type === types[index]),
  )
  return catalogFirst(walk) || routines.every(({ builtin }) => builtin) ? exact : undefined
}
