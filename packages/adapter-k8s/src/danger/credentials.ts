import type { Findings } from './finding.js'
import type { KindedObject } from './kind.js'
import { words } from './words.js'

const credentialTypes: ReadonlyMap<unknown, string> = new Map([
  ['kubernetes.io/service-account-token', 'tokenSecret'],
  ['bootstrap.kubernetes.io/token', 'bootstrapToken'],
])
/** What clouds read on a service account to give its pods rights there. */
const cloudIdentities: ReadonlySet<string> = new Set(
  words(`
  azure.workload.identity/client-id eks.amazonaws.com/role-arn iam.gke.io/gcp-service-account
`),
)

/** Objects that become credentials when they are stored. Values of secrets are not looked at. */
export function checkCredentialObjects({ group, kind, spot }: KindedObject, findings: Findings): void {
  if (group !== '') return
  if (kind === 'Secret') {
    const type = spot.at('type')
    const check = credentialTypes.get(type.value)
    if (check !== undefined) findings.add('escalate', check, type.path, 'makes a credential for the cluster')
  }
  if (kind === 'ServiceAccount') {
    for (const [key, annotation] of spot.at('metadata', 'annotations').entries) {
      if (cloudIdentities.has(key) && annotation.isSet)
        findings.add('escalate', 'cloudIdentity', annotation.path, 'gives pods an identity of the cloud')
    }
  }
}
