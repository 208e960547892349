import type { Effect } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import { relationResource, resource, schemaLabel } from '../analyzer/resource.js'
import type { CatalogSnapshot } from '../catalog/snapshot.js'
import type { SessionState } from '../catalog/session-state.js'
import type { ServerState } from '../door/server-state.js'
import { unplannableRelations } from './plannable-relation.js'
import type { PlanReason } from './reasons.js'
import { isTrustedRoutine } from './trusted.js'

/** What a text is that holds one statement which is planned. */
const plannedOperations: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'merge'])
const rowDuties: ReadonlySet<string> = new Set(['read', 'write', 'delete'])

/**
 * Why a statement must not be planned, or undefined when planning it runs nothing that a user made (RULES 28). The planner
 * computes functions, and runs those behind operators, casts and types, also in the views, policies, defaults, checks,
 * indexes, keys and statistics of every relation in reach. What is not understood must not be planned.
 */
export function unplannable({ description }: Analysis, { catalog, session }: ServerState): PlanReason | undefined {
  if (!plannedOperations.has(description.operation)) return 'not-a-query'
  if (catalog.userCasts.some((cast) => !isTrustedRoutine(catalog, cast.function))) return 'untrusted-cast'
  const named = new Set<string>()
  for (const effect of description.effects) {
    if (isOfTrigger(effect, catalog, session)) continue
    const found = unplannableEffect(effect)
    if (found !== undefined) return found
    named.add(effect.resource)
  }
  const relations = [...catalog.relations.values()].filter((each) => named.has(relationResource(each, session)))
  const known = new Set(relations.map((each) => relationResource(each, session)))
  return known.size === named.size ? unplannableRelations(catalog, relations) : 'unknown-relation'
}

function unplannableEffect({ duty, resource: on }: Effect): PlanReason | undefined {
  if (duty === 'opaque') return 'opaque'
  if (duty === 'define') return 'not-a-query'
  if (on.startsWith('setting:')) return 'settings'
  return rowDuties.has(duty) && /^(?:table|sequence):/.test(on) ? undefined : 'untrusted-function'
}

/** Object id of the type `trigger`. */
const trigger = 2279

/**
 * Running a trigger, which no planner does. `via` alone does not tell: an effect names a function without its arguments, and
 * a condition runs functions by the trigger, too. Nothing but a trigger can run what takes no arguments and returns `trigger`.
 */
function isOfTrigger(
  { attributes, duty, resource: on }: Effect,
  catalog: CatalogSnapshot,
  state: SessionState,
): boolean {
  if (duty !== 'execute' || attributes['via'] !== 'trigger') return false
  const meant = [...catalog.routines.values()].filter(
    ({ name, schema }) => resource('function', schemaLabel(schema, state), name) === on,
  )
  return meant.length > 0 && meant.every((routine) => routine.result === trigger && routine.arguments.length === 0)
}
