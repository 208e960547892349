import type { Routine } from '../catalog/snapshot.js'
import type { InferredType } from './overloads.js'
import type { Literal, TotalRule } from './total-facts.js'
import { type TypeCatalog, valueType } from './total-types.js'

type Growth = NonNullable<TotalRule['grows']>

export const twice: Growth = () => 2

/** One letter may become three: `ΐ` in capitals. */
export const inOtherLetters: Growth = () => 3

/** Each element is a value with a head of its own; each letter may be one. */
export const intoElements: Growth = () => 8

/** A separator for each element, and what stands for a missing one, which is one bit. */
export const joined: Growth = ([, separator, missing]) =>
  1 + bytesOf(separator) + (missing === undefined ? 0 : 8 * (bytesOf(separator) + bytesOf(missing)))

/** Each letter may become the longest one. */
export const translated: Growth = ([, , to]) =>
  typeof to === 'string' ? Math.max(1, ...Array.from(to, (letter) => bytesOf(letter))) : 4

/** In JSON a control character is written as `\u0001`. What is written already gets a backslash before a quote, numbers none. */
export const escaped: Growth = (_literals, types) => Math.max(1, ...types.map((type) => escapes(type)))

function escapes(type: string | undefined): number {
  if (type === undefined || texts.test(type)) return 6
  return type.endsWith('[]') || type === 'bytea' ? 2 : 1
}

const texts = /^(?:text|varchar|bpchar|name|char|unknown|xml|enum|row.*)$/

/** The text may be made of what is replaced, and nothing else. */
export const replaced: Growth = ([, from, to]) => Math.max(1, bytesOf(to) / Math.max(1, bytesOf(from)))

/** Quoted values have their quotes twice. */
export const formatted: Growth = ([format]) => (typeof format === 'string' && format.includes('L') ? 2 : 1)

function bytesOf(value: Literal | undefined): number {
  return typeof value === 'string' ? new TextEncoder().encode(value).length : 0
}

/** How many times the room of what is passed the value of a call takes. */
export function growthOf(
  catalog: TypeCatalog,
  routines: readonly Routine[],
  ruleOf: (routine: Routine) => TotalRule | undefined,
  types: readonly InferredType[],
  literals: readonly (Literal | undefined)[],
): number {
  const names = types.map((type) => valueType(catalog, type))
  return Math.max(1, ...routines.map((routine) => ruleOf(routine)?.grows?.(literals, names) ?? 1))
}
