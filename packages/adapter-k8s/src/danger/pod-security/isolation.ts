import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import type { Spot } from '../spot.js'

/** Baseline: what shares the host's devices, namespaces, files and ports with a pod. */
export function checkIsolation({ spec, context, containers, volumes }: PodParts, findings: Findings): void {
  const forbid = (check: string, spot: Spot, message: string) => findings.add('baseline', check, spot.path, message)

  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) {
    const spot = spec.at(field)
    if (!spot.isUnsetOr(false)) forbid('hostNamespaces', spot, 'shares a namespace of the host')
  }
  for (const volume of volumes) {
    const hostPath = volume.at('hostPath')
    if (hostPath.isSet) forbid('hostPathVolumes', hostPath, 'mounts files of the host')
  }
  for (const container of containers) {
    const privileged = container.context.at('privileged')
    if (!privileged.isUnsetOr(false))
      forbid('privileged', privileged, 'runs without most of the isolation of a container')
    const procMount = container.context.at('procMount')
    if (!procMount.isUnsetOr('Default')) forbid('procMount', procMount, 'unmasks parts of /proc')
    for (const port of container.spot.at('ports').members) {
      const hostPort = port.at('hostPort')
      if (!hostPort.isUnsetOr(0)) forbid('hostPorts', hostPort, 'takes a port of the host')
    }
  }
  for (const owner of [context, ...containers.map((container) => container.context)]) {
    const hostProcess = owner.at('windowsOptions', 'hostProcess')
    if (!hostProcess.isUnsetOr(false))
      forbid('windowsHostProcess', hostProcess, 'runs as a process of the Windows host')
  }
}
