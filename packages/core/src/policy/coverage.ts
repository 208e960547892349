import type { Duty } from '../model/effect.js'
import { patternCovers, patternsOverlap } from './pattern-relations.js'
import type { ResourcePattern } from './resource-pattern.js'
import type { Condition, Restriction, Scope } from './rules.js'
import type { TextPattern } from './text-pattern.js'

/** One target, duty and resource pattern out of a scope. Undefined: every resource. */
export interface Corner {
  readonly target: string
  readonly duty: Duty
  readonly resource: ResourcePattern | undefined
}

/** Takes a scope apart: a rule is fully shadowed when each of its corners is. */
export function cornersOf(scope: Scope): readonly Corner[] {
  const resources = scope.resources ?? [undefined]
  return [...scope.targets].flatMap((target) =>
    [...scope.duties].flatMap((duty) => resources.map((resource): Corner => ({ target, duty, resource }))),
  )
}

/** Whether a restriction finds every effect that a scope finds in one of its corners, and for everybody it finds it for. */
export function coversCorner(
  wide: Scope & Partial<Pick<Restriction, 'roles'>>,
  corner: Corner,
  narrow: Scope,
  who: ReadonlySet<string> | undefined,
): boolean {
  return (
    wide.targets.has(corner.target) &&
    wide.duties.has(corner.duty) &&
    coversResource(wide.resources, corner.resource) &&
    wide.when.every((condition) => narrow.when.some((given) => implies(given, condition))) &&
    coversRoles(wide.roles, who)
  )
}

/** Whether a restriction finds every text and every argument list that another one finds. */
export function coversBytes(wide: Restriction, narrow: Partial<Pick<Restriction, 'text' | 'argv'>>): boolean {
  return coversPatterns(wide.text, narrow.text) && coversPatterns(wide.argv, narrow.argv)
}

/** Whether everybody in `narrow` is in `wide`. Undefined means everybody. */
export function coversRoles(wide: ReadonlySet<string> | undefined, narrow: ReadonlySet<string> | undefined): boolean {
  return wide === undefined || (narrow !== undefined && [...narrow].every((role) => wide.has(role)))
}

/** Whether some resource is in both lists. Undefined means every resource. */
export function resourcesOverlap(
  one: readonly ResourcePattern[] | undefined,
  other: readonly ResourcePattern[] | undefined,
): boolean {
  if (one === undefined || other === undefined) return true
  return one.some((pattern) => other.some((each) => patternsOverlap(pattern, each)))
}

function coversResource(wide: readonly ResourcePattern[] | undefined, narrow: ResourcePattern | undefined): boolean {
  if (wide === undefined) return true
  return narrow !== undefined && wide.some((pattern) => patternCovers(pattern, narrow))
}

function implies(given: Condition, wanted: Condition): boolean {
  return given.attribute === wanted.attribute && [...given.values].every((value) => wanted.values.has(value))
}

function coversPatterns(wide: readonly TextPattern[] | undefined, narrow: readonly TextPattern[] | undefined): boolean {
  if (wide === undefined) return true
  return narrow !== undefined && narrow.every((pattern) => wide.some((each) => each.source === pattern.source))
}
