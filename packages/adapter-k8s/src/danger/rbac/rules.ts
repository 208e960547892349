import type { Findings } from '../finding.js'
import type { Fields, Shape } from '../shape.js'
import { checkShape } from '../shape.js'
import type { Spot } from '../spot.js'
import { words } from '../words.js'

const texts: Shape = { list: 'text' }
const ruleFields: Fields = {
  apiGroups: texts,
  nonResourceURLs: texts,
  resourceNames: texts,
  resources: texts,
  verbs: texts,
}
const rulesShape: Shape = { list: { fields: ruleFields } }

/** Resources to which any right is more than it seems; the group is not asked for. */
const strongResources: ReadonlyMap<string, readonly [check: string, message: string]> = new Map([
  ['secrets', ['secretsAccess', 'gives rights to secrets']],
  ['nodes/proxy', ['nodesProxy', 'gives the rights of the kubelet']],
  ['pods/exec', ['runsInPods', 'lets code be run in pods']],
  ['pods/attach', ['runsInPods', 'lets code be run in pods']],
  ['pods/ephemeralcontainers', ['runsInPods', 'lets code be run in pods']],
  ['pods/portforward', ['tunnels', 'lets bytes pass unseen']],
  ['pods/proxy', ['tunnels', 'lets bytes pass unseen']],
  ['services/proxy', ['tunnels', 'lets bytes pass unseen']],
  ['serviceaccounts/token', ['mintsTokens', 'lets tokens be made']],
])

/** Resources to which a right other than reading is more than it seems. */
const rbacResources: ReadonlySet<string> = new Set(words('roles clusterroles rolebindings clusterrolebindings'))
const controlPlaneResources: ReadonlySet<string> = new Set(
  words(`
    apiservices bindings certificatesigningrequests/approval certificatesigningrequests/status
    customresourcedefinitions mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations
    nodes nodes/status persistentvolumes pods/binding signers validatingadmissionpolicies
    validatingadmissionpolicybindings validatingwebhookconfigurations
  `),
)

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** Rights in the rules of a role that lead to more rights. Rules that cannot be read are reported. */
export function checkRules(rules: Spot, findings: Findings): void {
  checkShape(rules, rulesShape, { level: 'escalate', others: 'refused' }, findings)
  for (const rule of rules.members) {
    checkWildcards(rule, findings)
    checkVerbs(rule, findings)
    checkResources(rule, findings)
  }
}

function checkWildcards(rule: Spot, findings: Findings): void {
  for (const [field, check] of wildcards) {
    for (const member of rule.at(field).members) {
      if (typeof member.value === 'string' && member.value.includes('*'))
        findings.add('escalate', check, member.path, 'covers everything, also what comes later')
    }
  }
}

const wildcards = [
  ['verbs', 'wildcardVerbs'],
  ['resources', 'wildcardResources'],
  ['apiGroups', 'wildcardApiGroups'],
  ['nonResourceURLs', 'wildcardUrls'],
] as const

function checkVerbs(rule: Spot, findings: Findings): void {
  for (const verb of rule.at('verbs').members) {
    if (verb.value === 'escalate')
      findings.add('escalate', 'escalateVerb', verb.path, 'lets roles get rights that their writer has not')
    if (verb.value === 'bind')
      findings.add('escalate', 'bindVerb', verb.path, 'lets roles be given that their giver has not')
    if (typeof verb.value === 'string' && verb.value.startsWith('impersonate'))
      findings.add('escalate', 'impersonateVerb', verb.path, 'lets others be impersonated')
  }
}

function checkResources(rule: Spot, findings: Findings): void {
  const isReading = rule.at('verbs').members.every(({ value }) => typeof value === 'string' && readingVerbs.has(value))
  for (const { value, path } of rule.at('resources').members) {
    if (typeof value !== 'string') continue
    const strong = strongResources.get(value)
    if (strong !== undefined) findings.add('escalate', strong[0], path, strong[1])
    if (isReading) continue
    if (rbacResources.has(value)) findings.add('escalate', 'writesRbac', path, 'lets rights be changed')
    if (controlPlaneResources.has(value))
      findings.add('escalate', 'writesControlPlane', path, 'lets the control plane be changed')
  }
}
