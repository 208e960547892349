import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'

const handlers = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const

/** Baseline: a probe or a handler that names a host makes the kubelet send requests there. */
export function checkHandlers({ containers }: PodParts, findings: Findings): void {
  for (const { spot } of containers) {
    for (const handler of handlers) {
      for (const kind of ['httpGet', 'tcpSocket']) {
        const host = spot.at(...handler, kind, 'host')
        if (!host.isUnsetOr(''))
          findings.add(
            'baseline',
            'hostProbesAndHostLifecycle',
            host.path,
            'makes the node send requests to another host',
          )
      }
    }
  }
}
