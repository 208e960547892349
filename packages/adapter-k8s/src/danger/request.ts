import type { JsonValue } from '../json.js'
import { controlPlanePartOf } from './control-plane.js'
import { checkDeletion } from './deletion.js'
import { type Finding, Findings, type FindingLevel } from './finding.js'
import { checkScale } from './scale.js'
import { checkWriteStyle, type PatchType } from './write-style.js'

/** What a request asks of which resource, as the API server names it. */
export interface RequestFacts {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`. */
  readonly verb: string
  /** Empty for the core group. */
  readonly apiGroup: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly patchType?: PatchType | undefined
  /** Whether an apply takes fields over from others. */
  readonly force?: boolean | undefined
  /** What is sent; with a deletion all its options. */
  readonly body?: JsonValue | undefined
}

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch'])
const writingVerbs: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** What some subresources do, whatever the verb: the API server runs code for a `get` as well. */
const strongSubresources: ReadonlyMap<string, readonly [level: FindingLevel, check: string, message: string]> = new Map(
  [
    ['/pods/exec', ['run', 'exec', 'runs code in a pod']],
    ['/pods/attach', ['run', 'attach', 'joins what runs in a pod']],
    ['/pods/ephemeralcontainers', ['run', 'ephemeralContainers', 'adds a container to a pod that runs']],
    ['/pods/portforward', ['tunnel', 'portForward', 'carries bytes that nobody sees']],
    ['/pods/proxy', ['tunnel', 'proxy', 'carries requests that nobody sees']],
    ['/services/proxy', ['tunnel', 'proxy', 'carries requests that nobody sees']],
    ['/nodes/proxy', ['escalate', 'nodesProxy', 'has the rights of the kubelet']],
    ['/serviceaccounts/token', ['escalate', 'mintsToken', 'makes a token, also as a dry run']],
    ['/pods/binding', ['control-plane', 'podBinding', 'puts a pod on a node']],
    ['/pods/eviction', ['destroy', 'eviction', 'removes a pod']],
    ['/namespaces/finalize', ['destroy', 'namespaceFinalize', 'drops what was to be done before a namespace goes']],
    [
      'certificates.k8s.io/certificatesigningrequests/approval',
      ['escalate', 'certificateApproval', 'has a certificate signed'],
    ],
  ],
)

const harmlessSubresources: ReadonlySet<string> = new Set(['/pods/log', '/pods/resize'])
/** Every kind may have these. */
const commonSubresources: ReadonlySet<string> = new Set(['status', 'scale'])
const bindings: ReadonlySet<string> = new Set(['rolebindings', 'clusterrolebindings'])

/** Says what is dangerous about a request as such, whatever the object is that it writes. Pure; never throws. */
export function dangersOfRequest(request: RequestFacts): readonly Finding[] {
  const findings = new Findings()
  const { verb, apiGroup, resource, subresource, namespace } = request
  if (!readingVerbs.has(verb) && !writingVerbs.has(verb))
    findings.add('escalate', 'unknownVerb', '', 'asks for something that is not known')
  checkSubresource(apiGroup, resource, subresource, findings)
  if (readingVerbs.has(verb)) return findings.all

  const part = controlPlanePartOf(apiGroup, resource, namespace)
  if (part !== undefined) findings.add('control-plane', part.check, '', part.message)
  if (bindings.has(resource) && verb !== 'delete' && verb !== 'deletecollection')
    findings.add('grant', 'binding', '', 'gives somebody the rights of a role')
  checkDeletion(request, findings)
  checkWriteStyle(request, findings)
  checkScale(request, findings)
  return findings.all
}

function checkSubresource(group: string, resource: string, subresource: string | undefined, findings: Findings): void {
  if (subresource === undefined || subresource === '' || commonSubresources.has(subresource)) return
  const name = `${group}/${resource}/${subresource}`
  const strong = strongSubresources.get(name)
  if (strong !== undefined) findings.add(strong[0], strong[1], '', strong[2])
  else if (!harmlessSubresources.has(name))
    findings.add('escalate', 'unknownSubresource', '', 'is a part of a resource that is not known')
}
