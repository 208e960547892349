import type { Attributes } from '../attributes.js'
import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import { isObject, type Spot } from '../spot.js'

/** Takeover: secrets and tokens that a pod gets to see. */
export function checkCredentials(
  { spec, containers, volumes }: PodParts,
  findings: Findings,
  attributes: Attributes,
): void {
  const secret = (check: string, spot: Spot) => findings.add('takeover', check, spot.path, 'shows the pod a secret')
  if (spec.at('automountServiceAccountToken').isSet && spec.at('automountServiceAccountToken').value !== false)
    findings.add('takeover', 'automountToken', spec.at('automountServiceAccountToken').path, 'shows the pod a token')

  for (const { spot } of containers) {
    for (const variable of spot.at('env').members) {
      const from = variable.at('valueFrom', 'secretKeyRef')
      if (from.isSet) secret('secretEnv', from)
    }
    for (const source of spot.at('envFrom').members) {
      const from = source.at('secretRef')
      if (from.isSet) secret('secretEnv', from)
    }
  }
  for (const volume of volumes) {
    if (volume.at('secret').isSet) secret('secretVolume', volume.at('secret'))
    for (const spot of secretsNamedIn(volume)) secret('secretVolume', spot)
    checkProjected(volume, findings, attributes)
  }
}

const secretFields = ['secretRef', 'secretName', 'nodePublishSecretRef'] as const

/** Drivers of volumes use secrets of their own. */
function secretsNamedIn(volume: Spot): readonly Spot[] {
  return volume.entries
    .filter(([key]) => key !== 'secret')
    .flatMap(([, source]) => secretFields.map((field) => source.at(field)).filter((spot) => spot.isSet))
}

function checkProjected(volume: Spot, findings: Findings, attributes: Attributes): void {
  const sources = volume.at('projected', 'sources').members
  if (isOwnToken(volume, sources)) return attributes.set('tokenMounted', true)
  for (const source of sources) {
    if (source.at('secret').isSet)
      findings.add('takeover', 'secretVolume', source.at('secret').path, 'shows the pod a secret')
    for (const field of ['serviceAccountToken', 'podCertificate']) {
      const spot = source.at(field)
      if (spot.isSet) findings.add('takeover', 'tokenVolume', spot.path, 'shows the pod a token that it asks for')
    }
  }
}

/** The volume that the API server itself puts into every pod that may use its own account. */
function isOwnToken(volume: Spot, sources: readonly Spot[]): boolean {
  const name = volume.at('name').value
  if (typeof name !== 'string' || !/^kube-api-access-[a-z0-9]{5}$/.test(name)) return false
  const tokens = sources.map((source) => source.at('serviceAccountToken')).filter((spot) => spot.isSet)
  return (
    sources.every((source) => source.entries.every(([key]) => ofOwnToken.has(key))) &&
    tokens.length === 1 &&
    tokens.every((token) => isObject(token.value) && !token.at('audience').isSet)
  )
}

const ofOwnToken: ReadonlySet<string> = new Set(['serviceAccountToken', 'configMap', 'downwardAPI'])
