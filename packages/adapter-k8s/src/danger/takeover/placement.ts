import type { Attributes } from '../attributes.js'
import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import type { Spot } from '../spot.js'

/** The smallest priority that only the system's own pods have. */
const systemPriority = 2_000_000_000
const controlPlaneTaints = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** Takeover: a pod that chooses where it runs, and before whom. `before` is the same template as it was. */
export function checkPlacement(
  { spec }: PodParts,
  before: PodParts | undefined,
  findings: Findings,
  attributes: Attributes,
): void {
  const nodeName = spec.at('nodeName')
  if (!nodeName.isUnsetOr('')) {
    attributes.put('placement', 'nodeName')
    if (nodeName.value !== before?.spec.at('nodeName').value)
      findings.add('takeover', 'nodeName', nodeName.path, 'puts the pod on a node past the scheduler')
  }
  for (const toleration of spec.at('tolerations').members) {
    if (toleratesControlPlane(toleration))
      findings.add(
        'takeover',
        'controlPlaneToleration',
        toleration.path,
        'lets the pod run on nodes of the control plane',
      )
  }
  const className = spec.at('priorityClassName')
  const priority = spec.at('priority')
  if (typeof className.value === 'string' && className.value.startsWith('system-'))
    findings.add('takeover', 'systemPriority', className.path, 'displaces pods as those of the system do')
  if (typeof priority.value === 'number' && priority.value >= systemPriority)
    findings.add('takeover', 'systemPriority', priority.path, 'displaces pods as those of the system do')
  notePlacement(spec, attributes)
}

/** A toleration of everything has no key. */
function toleratesControlPlane(toleration: Spot): boolean {
  return toleration.at('key').isUnsetOr('', ...controlPlaneTaints)
}

function notePlacement(spec: Spot, attributes: Attributes): void {
  if (spec.at('nodeSelector').isSet) attributes.put('placement', 'nodeSelector')
  if (spec.at('affinity', 'nodeAffinity').isSet) attributes.put('placement', 'nodeAffinity')
  if (spec.at('tolerations').members.length > 0) attributes.put('placement', 'tolerations')
  if (!spec.at('schedulerName').isUnsetOr('', 'default-scheduler')) attributes.put('placement', 'schedulerName')
}
