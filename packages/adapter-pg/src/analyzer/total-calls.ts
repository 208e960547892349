import type { Routine } from '../catalog/snapshot.js'
import type { InferredType } from './overloads.js'
import { isTotalCast } from './total-casts.js'
import { type CallFacts, meetsFacts, type TotalRule } from './total-facts.js'
import { totalRule } from './total-functions.js'
import { declaredType, type TypeCatalog, valueType } from './total-types.js'

export { isTotalCast } from './total-casts.js'
export type { CallFacts } from './total-facts.js'
export { isTotalOperator } from './total-operators.js'
export type { TypeCatalog } from './total-types.js'

/**
 * Whether a call of a routine raises no error, gives no rows, has no effect and takes no time or memory that a value decides,
 * whatever its arguments are: only those of the server that were reviewed, by the types that they declare. `types` are those
 * of what is passed, by place; a call that names arguments or writes VARIADIC is never total and must not be asked about.
 *
 * Taken as given: stored values are far below a gigabyte, where every text ends, and the server has memory.
 */
export function isTotalRoutine(
  catalog: TypeCatalog,
  routine: Routine,
  types: readonly InferredType[],
  facts: CallFacts = {},
): boolean {
  if (!routine.builtin || routine.schema !== 'pg_catalog' || routine.returnsSet) return false
  if (routine.volatility === 'volatile') return false
  const declared = signatureTypes(routine)
  const rule = ruleOf(routine)
  if (rule === undefined || !meetsFacts(rule, facts)) return false
  const wanted = routine.variadic ? spread(declared, types.length) : declared
  if (types.length !== wanted.length) return false
  if (!wanted.every((name, place) => isPassed(catalog, rule, name, types[place], routine.arguments[place])))
    return false
  const names = types.map((type) => valueType(catalog, type))
  return rule.literals === undefined || rule.literals(facts.literals ?? [], names)
}

/** What the lists say of a routine. */
export function ruleOf(routine: Routine): TotalRule | undefined {
  return totalRule(`${routine.name}(${signatureTypes(routine).join(',')})`)
}

/** As the lists write them; `?` for a type that none has. */
function signatureTypes(routine: Routine): readonly string[] {
  const names = routine.arguments.map((type) => declaredType(type) ?? '?')
  if (!routine.variadic) return names
  return names.map((name, place) => (place < names.length - 1 ? name : `${name.replace(/\[\]$/, '')}…`))
}

/** A VARIADIC argument takes one or more values. */
function spread(declared: readonly string[], count: number): readonly string[] {
  const last = declared.at(-1)?.slice(0, -1) ?? '?'
  const fixed = declared.slice(0, -1)
  return [...fixed, ...Array.from({ length: Math.max(1, count - fixed.length) }, () => last)]
}

function isPassed(
  catalog: TypeCatalog,
  rule: TotalRule,
  declared: string,
  type: InferredType,
  target: number | undefined,
): boolean {
  if (!declared.startsWith('any') && declared !== 'record')
    return isTotalCast(catalog, type, declared === 'text' ? textType : (target ?? 0))
  if (rule.carries === true) return true
  const name = valueType(catalog, type)
  if (name === undefined || (rule.only !== undefined && !rule.only(name))) return false
  if (rule.makesJson !== true || !/^(?:enum|row)/.test(name)) return true
  return !catalog.userCasts.some((cast) => jsonTypes.has(cast.target))
}

const jsonTypes: ReadonlySet<number> = new Set([114, 3802])
const textType = 25
