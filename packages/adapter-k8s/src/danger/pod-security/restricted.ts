import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import { checkDroppedCapabilities } from './capabilities.js'
import { confinedProfiles } from './profiles.js'
import { words } from '../words.js'

const allowedVolumes: ReadonlySet<string> = new Set(
  words(`
  configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret
`),
)

/** Restricted: the checks that come on top of those of the baseline. Pods of Windows are let off where the standard does so. */
export function checkRestricted(parts: PodParts, findings: Findings): void {
  const isWindows = parts.spec.at('os', 'name').value === 'windows'
  checkVolumes(parts, findings)
  checkUser(parts, findings)
  if (isWindows) return
  checkEscalation(parts, findings)
  checkDroppedCapabilities(parts, findings)
  checkSeccomp(parts, findings)
}

function checkVolumes({ volumes }: PodParts, findings: Findings): void {
  for (const volume of volumes) {
    const sources = volume.entries.filter(([key, spot]) => key !== 'name' && spot.isSet)
    if (sources.length === 0)
      findings.add('restricted', 'restrictedVolumes', volume.path, 'does not say of which type the volume is')
    for (const [key, spot] of sources) {
      if (!allowedVolumes.has(key))
        findings.add('restricted', 'restrictedVolumes', spot.path, 'is a volume of a type that is not allowed')
    }
  }
}

function checkEscalation({ containers }: PodParts, findings: Findings): void {
  for (const { context } of containers) {
    const spot = context.at('allowPrivilegeEscalation')
    if (spot.value !== false)
      findings.add(
        'restricted',
        'allowPrivilegeEscalation',
        spot.path,
        'does not forbid that processes gain privileges',
      )
  }
}

function checkUser({ context, containers }: PodParts, findings: Findings): void {
  const root = (path: string) => findings.add('restricted', 'runAsUser', path, 'runs as root')
  for (const owner of [context, ...containers.map((container) => container.context)]) {
    const user = owner.at('runAsUser')
    if (user.isSet && (typeof user.value !== 'number' || user.value === 0)) root(user.path)
  }
  const ofPod = context.at('runAsNonRoot')
  const forbid = (path: string) => findings.add('restricted', 'runAsNonRoot', path, 'does not forbid to run as root')
  if (!ofPod.isUnsetOr(true)) forbid(ofPod.path)
  for (const container of containers) {
    const own = container.context.at('runAsNonRoot')
    if ((own.isSet ? own.value : ofPod.value) !== true) forbid(own.path)
  }
}

function checkSeccomp({ context, containers }: PodParts, findings: Findings): void {
  const forbid = (path: string) =>
    findings.add('restricted', 'seccompProfile_restricted', path, 'runs without a seccomp profile')
  const ofPod = context.at('seccompProfile', 'type')
  const isSetByPod = ofPod.isSet && ofPod.isUnsetOr(...confinedProfiles)
  if (context.at('seccompProfile').isSet && !isSetByPod) forbid(ofPod.path)
  for (const container of containers) {
    const profile = container.context.at('seccompProfile')
    const type = profile.at('type')
    const isConfined = profile.isSet ? type.isSet && type.isUnsetOr(...confinedProfiles) : isSetByPod
    if (!isConfined) forbid(type.path)
  }
}
