import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Certificate, issueClient } from './authority.js'
import { callApi } from './call-api.js'
import type { Cluster } from './start-kubernetes.js'

/** Makes a user, who may do nothing yet. The API server knows users by their certificate alone. */
export async function createUser(
  { authority }: Cluster,
  name: string,
  groups: readonly string[] = [],
): Promise<Certificate> {
  return issueClient(authority, `user-${randomBytes(6).toString('hex')}`, { name, groups })
}

/**
 * Makes a service account where there is none and returns a bearer token of its: `system:serviceaccount:<namespace>:<name>`,
 * who may do nothing yet. The namespace has to exist.
 */
export async function createServiceAccountToken(cluster: Cluster, namespace: string, name: string): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await callApi(cluster, 'POST', accounts, { metadata: { name } }).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes('AlreadyExists')) throw error
  })
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  const answer = await callApi(cluster, 'POST', `${accounts}/${name}/token`, asked)
  const { status } = JSON.parse(answer) as { status: { token: string } } // as the API server answers
  return status.token
}

/** What a user may do, as a rule of RBAC. */
export type Allowance = {
  readonly verbs: readonly string[]
  /** With their subresources: `pods`, `pods/log`, `*`. */
  readonly resources: readonly string[]
  /** Default: the core group. */
  readonly apiGroups?: readonly string[]
}

/**
 * Lets a user, or `system:serviceaccount:<namespace>:<name>`, do something everywhere, and resolves once the API server knows.
 * (Of the roles that come with it, `view`, `edit` and `admin` are empty here: a controller would fill them.)
 */
export async function allow(cluster: Cluster, user: string, allowance: Allowance): Promise<void> {
  const name = `bothkeys-test-${randomBytes(6).toString('hex')}`
  const apiGroup = 'rbac.authorization.k8s.io'
  const group = `/apis/${apiGroup}/v1`
  await callApi(cluster, 'POST', `${group}/clusterroles`, {
    metadata: { name },
    rules: [{ apiGroups: [''], ...allowance }],
  })
  await callApi(cluster, 'POST', `${group}/clusterrolebindings`, {
    metadata: { name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
    roleRef: { apiGroup, kind: 'ClusterRole', name },
  })
  const deadline = Date.now() + 60_000
  while (!(await isAllowed(cluster, user, allowance))) {
    if (Date.now() > deadline) throw new Error(`the API server did not take the role of ${user}`)
    await sleep(20)
  }
}

/** Whether the first of the allowance is; the rest comes with it. */
async function isAllowed(cluster: Cluster, user: string, allowance: Allowance): Promise<boolean> {
  const [resource, subresource] = allowance.resources[0]?.split('/') ?? []
  const resourceAttributes = { verb: allowance.verbs[0], group: allowance.apiGroups?.[0] ?? '', resource, subresource }
  const review = { spec: { user, resourceAttributes } }
  const answer = await callApi(cluster, 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review)
  return (JSON.parse(answer) as { status: { allowed: boolean } }).status.allowed // as the API server answers
}
