import { wrongOption } from '../../known-options.js'
import type { JwtAlgorithm } from '../algorithms.js'
import { refused } from '../identifier.js'
import type { Verifier } from '../verifier.js'
import { groupIn, nameIn } from './claim-reader.js'
import type { WorkloadOptions } from './workload-verifier.js'
import { assertPresetOptions, workloadVerifier } from './workload-verifier.js'

/** A cluster whose service accounts open sessions. */
export interface KubernetesIdentityOptions extends WorkloadOptions {
  /** The cluster's `--service-account-issuer`, exactly. */
  readonly issuer: string
  /** Default `RS256`. */
  readonly algorithms?: readonly JwtAlgorithm[]
}

/** The options that are not those of every preset; docs/workloads.md is kept equal to them by a test. */
export const kubernetesNames = ['algorithms', 'issuer', 'workloads'] as const

/** Names of namespaces are DNS labels (RFC 1123), those of service accounts DNS subdomains. */
const accountForm =
  /^system:serviceaccount:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/u

/**
 * Lets service accounts of a cluster in, by the tokens that the kubelet projects into their pods (TokenRequest API). The account
 * is the `sub`, `system:serviceaccount:<namespace>:<name>`; the kind is `workload` or what the table says, the level `channel`.
 * Refuses a token that is not bound to a pod or is bound to a secret, whose `kubernetes.io` disagrees with its `sub`, and
 * whoever is not listed: ERR_TOKEN_INVALID. Whether the pod still runs only the cluster knows.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * kubernetesIdentity({
 *   issuer: 'https://kubernetes.default.svc.cluster.local',
 *   audience: 'bothkeys://orders/session',
 *   jwks: readFileSync('./cluster-keys.json', 'utf8'), // kubectl get --raw /openid/v1/jwks
 *   workloads: { 'system:serviceaccount:shop:nightly': { roles: ['ingest'], agentClass: 'nightly' } },
 * })
 */
export function kubernetesIdentity(options: KubernetesIdentityOptions): Verifier {
  const of = 'kubernetesIdentity'
  assertPresetOptions(of, options, kubernetesNames)
  const { algorithms = ['RS256'], issuer } = options
  if (typeof issuer !== 'string') throw wrongOption(of, 'issuer must be the exact iss of the tokens')
  return workloadVerifier(
    {
      of,
      verifiedBy: 'kubernetes',
      issuer,
      algorithms,
      isName: (name) => accountForm.test(name),
      nameOf(claims) {
        const id = nameIn(claims, 'sub')
        const [, namespace, account] = accountForm.exec(id) ?? []
        if (namespace === undefined) throw refused('its sub is no service account')
        const bound = groupIn(claims, 'kubernetes.io')
        const serviceAccount = groupIn(bound, 'serviceaccount')
        if (nameIn(bound, 'namespace') !== namespace || nameIn(serviceAccount, 'name') !== account)
          throw refused('its kubernetes.io is of another service account than its sub')
        nameIn(serviceAccount, 'uid')
        assertPod(bound)
        return { id, name: id }
      },
    },
    options,
  )
}

/** A token that is bound to a pod ends with it; one for a secret, or for nothing, lives on where it was copied to. */
function assertPod(bound: object): void {
  if (Object.hasOwn(bound, 'secret')) throw refused('it is bound to a secret', 'project a token into the pod')
  if (!Object.hasOwn(bound, 'pod')) throw refused('it is not bound to a pod', 'project a token into the pod')
  for (const one of ['pod', ...(Object.hasOwn(bound, 'node') ? ['node'] : [])]) {
    const object = groupIn(bound, one)
    nameIn(object, 'name')
    nameIn(object, 'uid')
  }
}
