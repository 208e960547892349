import type { Findings } from '../finding.js'
import { contextShape, looseShape, podShape, volumeShape } from '../pod-shape.js'
import { type PodPlace, type PodTemplate, podParts } from '../pod-template.js'
import { checkShape, type Shape } from '../shape.js'
import { checkAddedCapabilities } from './capabilities.js'
import { checkHandlers } from './handlers.js'
import { checkIsolation } from './isolation.js'
import { checkProfiles } from './profiles.js'
import { checkRestricted } from './restricted.js'
import { checkSysctls } from './sysctls.js'

/** A level of the Pod Security Standards. */
export type PodSecurity = 'privileged' | 'baseline' | 'restricted'

const shapes: Readonly<Record<PodPlace, Shape>> = {
  kind: podShape,
  found: podShape,
  container: looseShape,
  context: contextShape,
  volume: volumeShape,
}

/**
 * Checks a template against the levels `baseline` and `restricted` of the Pod Security Standards as of Kubernetes 1.34; findings are
 * named as there. Stricter than the standard in three ways: what cannot be read and fields that are not known break the baseline,
 * the annotations from before seccomp had fields still count, and pods in user namespaces are let off nothing. A container that is
 * found alone never keeps `restricted`, because its pod is not seen.
 */
export function checkPodSecurity(template: PodTemplate, findings: Findings): void {
  const { place, spot } = template
  const others = place === 'kind' ? 'refused' : 'allowed'
  checkShape(spot, shapes[place], { level: 'baseline', others }, findings)
  const parts = podParts(template)
  checkIsolation(parts, findings)
  checkHandlers(parts, findings)
  checkProfiles(parts, findings)
  checkAddedCapabilities(parts, findings)
  checkSysctls(parts, findings)
  checkRestricted(parts, findings)
  if (place !== 'kind' && place !== 'found')
    findings.add('restricted', 'partOfPod', spot.path, 'is a part of a pod whose other parts are not seen')
}

/** The level that what was found keeps. */
export function podSecurityOf(findings: Findings): PodSecurity {
  if (findings.hasLevel('baseline')) return 'privileged'
  return findings.hasLevel('restricted') ? 'baseline' : 'restricted'
}
