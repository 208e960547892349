import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import type { Spot } from '../spot.js'

export const confinedProfiles = ['RuntimeDefault', 'Localhost'] as const

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']
const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'
const seccompAnnotations = [
  'seccomp.security.alpha.kubernetes.io/pod',
  'container.seccomp.security.alpha.kubernetes.io/',
]

/** Baseline: seccomp, AppArmor and SELinux stay as the cluster has them, in fields and in the annotations that came before. */
export function checkProfiles({ context, containers, metadata }: PodParts, findings: Findings): void {
  for (const owner of [context, ...containers.map((container) => container.context)]) {
    checkProfile('seccompProfile_baseline', owner.at('seccompProfile'), findings)
    checkProfile('appArmorProfile', owner.at('appArmorProfile'), findings)
    checkSeLinux(owner.at('seLinuxOptions'), findings)
  }
  for (const [key, spot] of metadata.at('annotations').entries) checkAnnotation(key, spot, findings)
}

function checkProfile(check: string, profile: Spot, findings: Findings): void {
  const type = profile.at('type')
  if (profile.isSet && !(type.isSet && type.isUnsetOr(...confinedProfiles)))
    findings.add('baseline', check, type.path, 'takes the profile of the runtime away')
}

function checkSeLinux(options: Spot, findings: Findings): void {
  const type = options.at('type')
  if (!type.isUnsetOr(...seLinuxTypes))
    findings.add('baseline', 'seLinuxOptions', type.path, 'runs with another SELinux type than containers do')
  for (const field of ['user', 'role']) {
    const spot = options.at(field)
    if (!spot.isUnsetOr(''))
      findings.add('baseline', 'seLinuxOptions', spot.path, 'runs with an SELinux user or role of its own')
  }
}

function checkAnnotation(key: string, spot: Spot, findings: Findings): void {
  const isLocal = typeof spot.value === 'string' && spot.value.startsWith('localhost/')
  if (key.startsWith(appArmorAnnotation)) {
    if (!isLocal && !spot.isUnsetOr('', 'runtime/default'))
      findings.add('baseline', 'appArmorProfile', spot.path, 'takes the profile of the runtime away')
  } else if (seccompAnnotations.some((prefix) => key.startsWith(prefix))) {
    if (!isLocal && !spot.isUnsetOr('runtime/default', 'docker/default'))
      findings.add('baseline', 'seccompProfile_baseline', spot.path, 'takes the profile of the runtime away')
  }
}
