import type { Findings } from './finding.js'
import type { KindedObject } from './kind.js'

/** Objects that lead what others send to places that no selector of pods chose. */
export function checkTraffic({ group, kind, spot }: KindedObject, findings: Findings): void {
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
}
