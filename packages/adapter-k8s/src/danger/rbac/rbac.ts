import type { Findings } from '../finding.js'
import type { KindedObject } from '../kind.js'
import type { Spot } from '../spot.js'
import { checkBinding } from './bindings.js'
import { checkRules } from './rules.js'

const aggregateLabel = 'rbac.authorization.k8s.io/aggregate-to-'
const builtInRoles: ReadonlySet<string> = new Set(['admin', 'cluster-admin', 'edit', 'view'])

/** Roles and bindings, of whatever group: other groups' have the same form and the same sense. */
export function checkRbac({ kind, spot }: KindedObject, findings: Findings): void {
  if (kind === 'Role' || kind === 'ClusterRole') checkRole(kind, spot, findings)
  if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') checkBinding(spot, findings)
}

function checkRole(kind: 'Role' | 'ClusterRole', spot: Spot, findings: Findings): void {
  checkRules(spot.at('rules'), findings)
  const aggregation = spot.at('aggregationRule')
  if (aggregation.isSet)
    findings.add(
      'escalate',
      'aggregationRule',
      aggregation.path,
      'takes over the rules of other roles, also of later ones',
    )
  for (const [key, label] of spot.at('metadata', 'labels').entries) {
    if (key.startsWith(aggregateLabel))
      findings.add('escalate', 'aggregateLabel', label.path, 'adds its rules to another role')
  }
  const name = spot.at('metadata', 'name')
  if (typeof name.value !== 'string') return
  if (name.value.startsWith('system:') || (kind === 'ClusterRole' && builtInRoles.has(name.value)))
    findings.add('escalate', 'systemRole', name.path, 'changes a role that the system comes with')
}
