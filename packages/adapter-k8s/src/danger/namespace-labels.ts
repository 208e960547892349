import type { Findings } from './finding.js'
import type { KindedObject } from './kind.js'
import { own, Spot } from './spot.js'
import type { JsonObject, JsonValue } from '../json.js'

const prefix = 'pod-security.kubernetes.io/'
const ranks: ReadonlyMap<JsonValue | undefined, number> = new Map([
  ['privileged', 0],
  ['baseline', 1],
  ['restricted', 2],
])
const modes: ReadonlySet<string> = new Set(['enforce', 'audit', 'warn'])
const versions: ReadonlySet<string> = new Set(['enforce-version', 'audit-version', 'warn-version'])

/** Labels of a namespace that let its pods do more than before. Without a label, what holds is not known: taking one away is reported. */
export function checkNamespaceLabels(
  { group, kind, spot }: KindedObject,
  before: JsonObject | undefined,
  findings: Findings,
): void {
  if (group !== '' || kind !== 'Namespace') return
  const labels = spot.at('metadata', 'labels')
  const earlier = new Spot(before, '').at('metadata', 'labels')
  const keys = new Set([...labels.entries, ...earlier.entries].map(([key]) => key))
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue
    const now = own(labels.value, key)
    if (isWeaker(key.slice(prefix.length), now, own(earlier.value, key)))
      findings.add('control-plane', 'podSecurityLabels', labels.at(key).path, 'may let pods do more than before')
  }
}

function isWeaker(name: string, now: JsonValue | undefined, before: JsonValue | undefined): boolean {
  if (now === before) return false
  if (versions.has(name)) return now !== 'latest'
  if (!modes.has(name)) return true
  const rank = ranks.get(now)
  return rank === undefined || rank === 0 || rank < (ranks.get(before) ?? 0)
}
