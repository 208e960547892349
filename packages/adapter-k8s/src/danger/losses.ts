import type { JsonObject, JsonValue } from '../json.js'
import type { Findings } from './finding.js'
import type { KindedObject } from './kind.js'
import { own, Spot } from './spot.js'

/** What is lost by a write, compared with the object as it was. */
export function checkLosses({ kind, spot }: KindedObject, before: JsonObject | undefined, findings: Findings): void {
  const lose = (check: string, place: Spot, message: string) => findings.add('destroy', check, place.path, message)
  const earlier = new Spot(before, '')

  for (const path of [
    ['metadata', 'finalizers'],
    ['spec', 'finalizers'],
  ] as const) {
    const now = new Set(spot.at(...path).members.map(({ value }) => value))
    if (earlier.at(...path).members.some(({ value }) => !now.has(value)))
      lose('finalizersRemoved', spot.at(...path), 'lets the object be deleted without what was to be done before')
  }
  if (before !== undefined && ownersOf(spot) !== ownersOf(earlier))
    lose('ownerReferences', spot.at('metadata', 'ownerReferences'), 'may have the object collected as garbage')
  if (before !== undefined && replicas(kind, spot) === 0 && replicas(kind, earlier) !== 0)
    lose('scaledToZero', spot.at('spec', 'replicas'), 'stops all pods')
  if (
    own(spot.at('spec').value, 'suspend') === true &&
    earlier.at('spec', 'suspend').value !== true &&
    before !== undefined
  )
    lose('suspended', spot.at('spec', 'suspend'), 'stops what is running, or what was to run')
  checkReclaimPolicy(kind, spot, earlier, lose)
}

/** The API server leaves out a number of 0 in scales. Elsewhere a number that is not there is 1. */
function replicas(kind: string, spot: Spot): JsonValue {
  return spot.at('spec', 'replicas').value ?? (kind === 'Scale' ? 0 : 1)
}

/** Owners in the words by which the collector of garbage knows them. */
function ownersOf(object: Spot): string {
  const owners = object.at('metadata', 'ownerReferences').members
  return JSON.stringify(owners.map((owner) => ofOwners.map((field) => textOf(owner.at(field)))))
}

const ofOwners = ['apiVersion', 'kind', 'name', 'uid'] as const

function textOf({ value }: Spot): string {
  return typeof value === 'string' ? value : ''
}

function checkReclaimPolicy(
  kind: string,
  spot: Spot,
  earlier: Spot,
  lose: (check: string, place: Spot, message: string) => void,
): void {
  if (kind !== 'PersistentVolume') return
  const path = ['spec', 'persistentVolumeReclaimPolicy'] as const
  const policy = spot.at(...path)
  if (!policy.isUnsetOr('Retain') && policy.value !== earlier.at(...path).value)
    lose('reclaimPolicy', policy, 'has the data deleted with the claim')
}
