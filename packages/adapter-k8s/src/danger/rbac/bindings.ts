import type { Findings } from '../finding.js'
import type { Shape } from '../shape.js'
import { checkShape } from '../shape.js'
import type { Spot } from '../spot.js'
import { words } from '../words.js'

const subjectsShape: Shape = {
  list: {
    fields: { apiGroup: 'text', apiVersion: 'text', kind: 'text', name: 'text', namespace: 'text', userNames: 'any' },
  },
}
const roleShape: Shape = {
  fields: { apiGroup: 'text', apiVersion: 'text', kind: 'text', name: 'text', namespace: 'text' },
}

/** Groups and users that are everybody, or everybody with an account. */
const everybody: ReadonlySet<string> = new Set(
  words(`
  system:authenticated system:unauthenticated system:anonymous system:serviceaccounts
`),
)

/** What a binding gives, and to whom. That there is one at all is a `grant`. */
export function checkBinding(binding: Spot, findings: Findings): void {
  findings.add('grant', 'binding', binding.path, 'gives somebody the rights of a role')
  const rules = { level: 'escalate', others: 'refused' } as const
  checkShape(binding.at('roleRef'), roleShape, rules, findings)
  checkShape(binding.at('subjects'), subjectsShape, rules, findings)
  const role = binding.at('roleRef', 'name')
  if (role.value === 'cluster-admin') findings.add('escalate', 'clusterAdmin', role.path, 'gives all rights')
  else if (typeof role.value === 'string' && role.value.startsWith('system:'))
    findings.add('escalate', 'systemRole', role.path, 'gives the rights of a part of the system')
  for (const subject of binding.at('subjects').members) checkSubject(subject, findings)
}

function checkSubject(subject: Spot, findings: Findings): void {
  const name = subject.at('name')
  if (typeof name.value !== 'string') return
  if (name.value === 'system:masters')
    findings.add('escalate', 'mastersGroup', name.path, 'gives to the group that no rule restricts')
  else if (everybody.has(name.value) || name.value.startsWith('system:serviceaccounts:'))
    findings.add('escalate', 'broadSubject', name.path, 'gives to everybody')
  else if (name.value.startsWith('system:') || subject.at('namespace').value === 'kube-system')
    findings.add('escalate', 'systemSubject', name.path, 'gives to a part of the system')
}
