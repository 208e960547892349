import type { Findings } from './finding.js'
import type { JsonObject, JsonValue } from '../json.js'
import type { KindedObject } from './kind.js'
import { Spot } from './spot.js'

/** Objects that lead what others send to places that no selector of pods chose. */
export function checkTraffic(
  { group, kind, spot }: KindedObject,
  before: JsonObject | undefined,
  findings: Findings,
): void {
  if (group === '' && kind === 'Service') {
    const addresses = spot.at('spec', 'externalIPs')
    // CVE-2020-8554: every node sends what is meant for these addresses to the pods of the service.
    if (addresses.isSet)
      findings.add('takeover', 'externalIPs', addresses.path, 'takes what is meant for other addresses')
    const type = spot.at('spec', 'type')
    if (type.value === 'ExternalName')
      findings.add('takeover', 'externalName', type.path, 'leads who asks for the service to another host')
  }
  const isEndpoints =
    (group === '' && kind === 'Endpoints') || (group === 'discovery.k8s.io' && kind === 'EndpointSlice')
  if (isEndpoints) findings.add('takeover', 'endpoints', spot.path, 'leads what is sent to a service where it says')
  if (before === undefined) return
  // Who writes a status says where what is sent goes, as long as nobody who knows better writes it again.
  for (const path of placesOf.get(`${group}/${kind}`) ?? []) {
    const [now, was] = [spot.at(...path), new Spot(before, '').at(...path)]
    if (now.isSet && textOf(now.value) !== textOf(was.value))
      findings.add('takeover', 'statusAddresses', now.path, 'leads what others send to addresses that it says')
  }
}

const ofBalancer = ['status', 'loadBalancer', 'ingress'] as const
/** Where a status has addresses that others believe: CVE-2020-8554 is of these, too. */
const placesOf: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['/Service', [ofBalancer]],
  ['networking.k8s.io/Ingress', [ofBalancer]],
  [
    '/Pod',
    [
      ['status', 'podIP'],
      ['status', 'podIPs'],
    ],
  ],
])

function textOf(value: JsonValue | undefined): string {
  return JSON.stringify(value ?? [])
}
