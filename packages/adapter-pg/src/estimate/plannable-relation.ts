import type { CatalogSnapshot, Relation, StoredUse } from '../catalog/snapshot.js'
import type { PlanReason } from './reasons.js'
import { isTrustedRoutine, isTrustedType, looksAtSettings } from './trusted.js'

const plainKinds: ReadonlySet<string> = new Set(['table', 'partitioned-table', 'view', 'materialized-view', 'sequence'])

/** Why a statement on these relations must not be planned, for one of them or for what is below or behind them. */
export function unplannableRelations(catalog: CatalogSnapshot, named: readonly Relation[]): PlanReason | undefined {
  const waiting = [...named]
  const seen = new Set<number>()
  for (let relation = waiting.pop(); relation !== undefined; relation = waiting.pop()) {
    if (seen.has(relation.id)) continue
    seen.add(relation.id)
    const found = unplannableRelation(catalog, relation)
    if (found !== undefined) return found
    for (const id of [...relation.children, ...storedIn(relation).flatMap((use) => use.relations)]) {
      const next = catalog.relations.get(id)
      if (next === undefined) return 'unknown-relation'
      waiting.push(next)
    }
  }
  return undefined
}

function unplannableRelation(catalog: CatalogSnapshot, relation: Relation): PlanReason | undefined {
  if (!plainKinds.has(relation.kind)) return 'foreign'
  if (relation.temporary) return 'temporary'
  if (relation.rules.length > 0) return 'rule'
  const stored = storedIn(relation)
  if (stored.some((use) => looksAtSettings(catalog, use))) return 'settings'
  const functions = [...relation.searches, ...stored.flatMap((use) => use.functions)]
  if (!functions.every((id) => isTrustedRoutine(catalog, id))) return 'untrusted-function'
  const types = [
    ...[...relation.columns.values()].map(({ type }) => type),
    ...stored.flatMap((use) => [...use.types, ...use.values]),
  ]
  return types.every((id) => isTrustedType(catalog, id)) ? undefined : 'untrusted-function'
}

/** Everything that the server stores of a relation and may put into a plan, whole: what the planner computes of it is less. */
function storedIn(relation: Relation): readonly StoredUse[] {
  return [
    ...(relation.query === undefined ? [] : [relation.query]),
    ...relation.policies.map(({ use }) => use),
    ...relation.defaults.map(({ use }) => use),
    ...relation.checks,
    ...relation.statistics,
  ]
}
