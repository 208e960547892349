import type { Attributes } from '../attributes.js'
import type { Findings } from '../finding.js'
import { type PodParts, type PodTemplate, podParts } from '../pod-template.js'
import { checkCredentials } from './credentials.js'
import { checkImages } from './images.js'
import { checkPlacement } from './placement.js'

/**
 * What a pod gets at that the Pod Security Standards say nothing of: another account, tokens, secrets, nodes and images. An account
 * or a node that the template had before is not reported again.
 */
export function checkTakeover(
  template: PodTemplate,
  before: PodTemplate | undefined,
  allowedImages: readonly string[] | undefined,
  findings: Findings,
  attributes: Attributes,
): void {
  const parts = podParts(template)
  const earlier = before === undefined ? undefined : podParts(before)
  checkAccount(parts, earlier, findings, attributes)
  checkCredentials(parts, findings, attributes)
  checkPlacement(parts, earlier, findings, attributes)
  checkImages(parts, allowedImages, findings, attributes)
  noteMounts(parts, attributes)
}

function checkAccount(
  { spec }: PodParts,
  before: PodParts | undefined,
  findings: Findings,
  attributes: Attributes,
): void {
  for (const field of ['serviceAccountName', 'serviceAccount']) {
    const account = spec.at(field)
    if (account.isUnsetOr('', 'default')) continue
    if (typeof account.value === 'string') attributes.put('serviceAccounts', account.value)
    if (account.value !== before?.spec.at(field).value)
      findings.add('takeover', 'serviceAccount', account.path, 'runs with the rights of another service account')
  }
  const hostUsers = spec.at('hostUsers')
  if (hostUsers.value === false) attributes.set('userNamespace', true)
  else if (hostUsers.isSet) findings.add('takeover', 'hostUsers', hostUsers.path, 'asks for the users of the host')
}

function noteMounts({ spec, containers, volumes }: PodParts, attributes: Attributes): void {
  if (spec.at('shareProcessNamespace').value === true) attributes.set('shareProcessNamespace', true)
  if (spec.at('imagePullSecrets').members.length > 0) attributes.set('imagePullSecrets', true)
  for (const { spot } of containers) {
    for (const mount of spot.at('volumeMounts').members) {
      if (mount.at('subPath').isSet || mount.at('subPathExpr').isSet) attributes.set('subPath', true)
      if (!mount.at('mountPropagation').isUnsetOr('None')) attributes.set('mountPropagation', true)
    }
  }
  for (const volume of volumes) {
    for (const [key, spot] of volume.entries) if (key !== 'name' && spot.isSet) attributes.put('volumeTypes', key)
  }
}
