import type { Routine } from '../catalog/snapshot.js'
import type { InferredType } from './overloads.js'
import type { Literal, TotalRule } from './total-facts.js'
import { type TypeCatalog, valueType } from './total-types.js'

type Growth = NonNullable<TotalRule['grows']>

export const twice: Growth = () => 2

/** Each element is a value with a head of its own. */
export const intoElements: Growth = () => 4

/** A separator for each element, or what stands for a missing one. */
export const joined: Growth = ([, separator, missing]) => 1 + bytesOf(separator) + bytesOf(missing)

/** The text may be made of what is replaced, and nothing else. */
export const replaced: Growth = ([, from, to]) => Math.max(1, bytesOf(to) / Math.max(1, bytesOf(from)))

/** Quoted values have their quotes twice. */
export const formatted: Growth = ([format]) => (typeof format === 'string' && format.includes('L') ? 2 : 1)

function bytesOf(value: Literal | undefined): number {
  return typeof value === 'string' ? new TextEncoder().encode(value).length : 0
}

/** Whether a type is written with quotes in it, which get quotes or backslashes of their own where it is written into another one. */
export function swells(catalog: TypeCatalog, type: InferredType): boolean {
  const name = valueType(catalog, type)
  return name === undefined || name.startsWith('json') || name.startsWith('row') || name.endsWith('[]')
}

/**
 * How many times the room of what is passed a call takes: while it is worked out (`at once`), and for whatever is made of it, where
 * JSON and the like get their quotes.
 */
export function growthOf(
  catalog: TypeCatalog,
  routines: readonly Routine[],
  ruleOf: (routine: Routine) => TotalRule | undefined,
  types: readonly InferredType[],
  literals: readonly (Literal | undefined)[],
): { readonly atOnce: number; readonly later: number } {
  const rules = routines.flatMap((routine) => ruleOf(routine) ?? [])
  const quotes = rules.some((rule) => rule.makesJson === true) || types.some((type) => swells(catalog, type))
  const writes = rules.some((rule) => rule.needsSize === true)
  return { atOnce: Math.max(1, ...rules.map((rule) => rule.grows?.(literals) ?? 1)), later: quotes && writes ? 2 : 1 }
}
