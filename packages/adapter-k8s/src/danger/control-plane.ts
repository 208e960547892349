import type { Findings } from './finding.js'
import type { KindedObject } from './kind.js'
import type { Spot } from './spot.js'

interface ControlPlanePart {
  readonly check: string
  readonly message: string
}

const part = (check: string, message: string): ControlPlanePart => ({ check, message })

/** Groups of which every kind steers the control plane. */
const wholeGroups: ReadonlyMap<string, ControlPlanePart> = new Map([
  ['admissionregistration.k8s.io', part('admission', 'sees or changes what others write')],
  ['apiregistration.k8s.io', part('apiService', 'answers requests in the place of the API server')],
  ['apiextensions.k8s.io', part('customResourceDefinition', 'changes what the API server knows')],
  ['certificates.k8s.io', part('certificate', 'asks for, signs or trusts certificates')],
  ['authentication.k8s.io', part('tokenReview', 'makes or judges tokens')],
  ['flowcontrol.apiserver.k8s.io', part('flowControl', 'changes whose requests wait')],
])

/** Kinds, by the resource that requests name. */
const singleKinds: readonly (readonly [group: string, kind: string, resource: string, ControlPlanePart])[] = [
  [
    'scheduling.k8s.io',
    'PriorityClass',
    'priorityclasses',
    part('priorityClass', 'changes which pods displace others'),
  ],
  ['node.k8s.io', 'RuntimeClass', 'runtimeclasses', part('runtimeClass', 'changes what isolates pods')],
  ['policy', 'PodSecurityPolicy', 'podsecuritypolicies', part('podSecurityPolicy', 'changes what pods may do')],
  ['', 'Node', 'nodes', part('node', 'changes a node')],
  ['', 'Binding', 'bindings', part('podBinding', 'puts a pod on a node')],
]

const partsByKind = new Map(singleKinds.map(([group, kind, , found]) => [`${group}/${kind}`, found]))
const partsByResource = new Map(singleKinds.map(([group, , resource, found]) => [`${group}/${resource}`, found]))
const leases = part('systemLease', 'takes the lead from a part of the control plane')
const systemNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-node-lease'])

/** Asking who one is oneself changes nothing. */
const harmless: ReadonlySet<string> = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/SelfSubjectReview',
])

/** The part of the control plane that a resource belongs to. */
export function controlPlanePartOf(
  group: string,
  resource: string,
  namespace: string | undefined,
): ControlPlanePart | undefined {
  if (group === 'coordination.k8s.io' && resource === 'leases')
    return namespace === undefined || systemNamespaces.has(namespace) ? leases : undefined
  if (harmless.has(`${group}/${resource}`)) return undefined
  return wholeGroups.get(group) ?? partsByResource.get(`${group}/${resource}`)
}

/** Objects that steer the control plane, and volumes that are files of a node. */
export function checkControlPlane({ group, kind, spot }: KindedObject, findings: Findings): void {
  const found = wholeGroups.get(group) ?? partsByKind.get(`${group}/${kind}`) ?? leaseOf(group, kind, spot)
  if (!harmless.has(`${group}/${kind}`) && found !== undefined)
    findings.add('control-plane', found.check, spot.path, found.message)
  if (group !== '' || kind !== 'PersistentVolume') return
  for (const field of ['hostPath', 'local']) {
    const source = spot.at('spec', field)
    if (source.isSet) findings.add('escalate', 'hostVolume', source.path, 'makes files of a node a volume')
  }
}

function leaseOf(group: string, kind: string, spot: Spot): ControlPlanePart | undefined {
  if (group !== 'coordination.k8s.io' || kind !== 'Lease') return undefined
  const { value } = spot.at('metadata', 'namespace')
  return typeof value !== 'string' || systemNamespaces.has(value) ? leases : undefined
}
