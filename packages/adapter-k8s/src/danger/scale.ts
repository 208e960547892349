import type { JsonValue } from '../json.js'
import type { Findings } from './finding.js'
import { own } from './spot.js'

/** What of a request to a scale is looked at. */
interface ScaleFacts {
  readonly verb: string
  readonly subresource?: string | undefined
  readonly body?: JsonValue | undefined
}

/** A scale that leaves no pods, or of which that cannot be told: the API server reads no number as 0. */
export function checkScale({ body, subresource, verb }: ScaleFacts, findings: Findings): void {
  if (subresource !== 'scale' || (verb !== 'update' && verb !== 'patch')) return
  const replicas = own(own(body, 'spec'), 'replicas')
  if (typeof replicas === 'number' && replicas > 0) return
  findings.add('destroy', 'scaledToZero', 'spec.replicas', 'stops all pods')
}
