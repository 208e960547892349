import type { JsonValue } from '../json.js'
import type { Findings } from './finding.js'
import { checkShape, type Shape } from './shape.js'
import { Spot } from './spot.js'

/** With these, other things go than what is named. */
const wide: ReadonlyMap<string, string> = new Map([
  ['/namespaces', 'deletes all that is in a namespace'],
  ['/nodes', 'deletes a node, and the pods on it'],
  ['/persistentvolumes', 'may delete the data of a volume'],
  ['/persistentvolumeclaims', 'may delete the data of a volume'],
  ['storage.k8s.io/storageclasses', 'stops volumes from being made'],
  ['apiextensions.k8s.io/customresourcedefinitions', 'deletes all objects of a kind'],
])

/** Options of deletions, as the API server takes them. */
const optionsShape: Shape = {
  fields: {
    apiVersion: 'text',
    kind: 'text',
    dryRun: { list: 'text' },
    gracePeriodSeconds: 'number',
    ignoreStoreReadErrorWithClusterBreakingPotential: 'flag',
    orphanDependents: 'flag',
    preconditions: { fields: { resourceVersion: 'text', uid: 'text' } },
    propagationPolicy: 'text',
  },
}

interface Deletion {
  readonly verb: string
  readonly apiGroup: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly body?: JsonValue | undefined
}

/** What is deleted, and how. An eviction is a deletion too. */
export function checkDeletion({ verb, apiGroup, resource, subresource, body }: Deletion, findings: Findings): void {
  const sent = new Spot(body, '')
  if (subresource === 'eviction') checkOptions(sent.at('deleteOptions'), findings)
  if (verb !== 'delete' && verb !== 'deletecollection') return
  checkOptions(sent, findings)
  if (verb === 'deletecollection')
    findings.add('destroy', 'deleteCollection', '', 'deletes all objects of a kind that are chosen')
  const message = wide.get(`${apiGroup}/${resource}`)
  if (message !== undefined) findings.add('destroy', 'wideDelete', '', message)
}

function checkOptions(options: Spot, findings: Findings): void {
  checkShape(options, optionsShape, { level: 'destroy', others: 'refused' }, findings)
  const grace = options.at('gracePeriodSeconds')
  if (typeof grace.value === 'number' && grace.value <= 0)
    findings.add('destroy', 'noGrace', grace.path, 'does not let it end by itself')
  const policy = options.at('propagationPolicy')
  if (!policy.isUnsetOr('Background', 'Foreground'))
    findings.add('destroy', 'orphans', policy.path, 'leaves behind what belongs to it')
  const orphan = options.at('orphanDependents')
  if (!orphan.isUnsetOr(false)) findings.add('destroy', 'orphans', orphan.path, 'leaves behind what belongs to it')
  const broken = options.at('ignoreStoreReadErrorWithClusterBreakingPotential')
  if (!broken.isUnsetOr(false)) findings.add('destroy', 'breaksCluster', broken.path, 'deletes what cannot be read')
}
