import { accessSync, constants, type Dirent, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { ClusterFinding } from './cluster-finding.js'

/** What of a process is looked at. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Undefined: the user has no home. */
  readonly home: string | undefined
  /** Where the kubelet puts the tokens of a pod. */
  readonly mounted: string
}

/** What logs in from elsewhere keeps below the home of its user. */
const caches = [
  '.kube/cache/oidc-login',
  '.kube/cache/kubelogin',
  '.aws/cli/cache',
  '.aws/sso/cache',
  '.azure/msal_token_cache.json',
  '.azure/msal_token_cache.bin',
  '.config/gcloud/access_tokens.db',
  '.config/gcloud/application_default_credentials.json',
  '.config/gcloud/credentials.db',
]

/** Name files whose tokens clouds and clusters take. */
const tokenVariables = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AZURE_FEDERATED_TOKEN_FILE', 'GOOGLE_APPLICATION_CREDENTIALS']

const rbac =
  'bind the service account and the user of the agents to no role, and let a network policy keep their pods from the API server'

/** This process as it is. */
export function surroundings(): Surroundings {
  return { environment: process.env, home: homeOfUser(), mounted: '/var/run/secrets' }
}

/** The credentials that code in this process could use around the door (RULES 34): files that it may read. Reads none of them. */
export function waysAround({ environment, home, mounted }: Surroundings): readonly ClusterFinding[] {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '' && isReadable(path))
  const findings = [
    ...listed.map((path) =>
      found(
        'kubeconfig-in-environment',
        `the kubeconfig ${path} of KUBECONFIG`,
        `read it once, then keep it away; ${rbac}`,
      ),
    ),
    ...tokensIn(mounted).map((path) =>
      found(
        'token-in-file',
        `the token ${path}`,
        `set automountServiceAccountToken: false for what runs agents; ${rbac}`,
      ),
    ),
    ...tokenVariables.flatMap((name) =>
      isReadable(environment[name] ?? '') ? found('token-in-environment', `the file of ${name}`, rbac) : [],
    ),
  ]
  if (home === undefined) return findings
  const own = join(home, '.kube', 'config')
  const kept = caches.map((path) => join(home, path)).filter((path) => isReadable(path))
  if (isReadable(own))
    findings.push(found('kubeconfig-in-home', `the kubeconfig ${own}`, `run agents as a user without one; ${rbac}`))
  for (const path of kept)
    findings.push(found('login-cache', `the login kept in ${path}`, `run agents as a user without one; ${rbac}`))
  return findings
}

function found(id: ClusterFinding['id'], what: string, hint: string): ClusterFinding {
  return { id, message: `${what} can be read by this process and may lead around the door`, hint, refuses: false }
}

/** `kubernetes.io/serviceaccount/token`, and what is projected beside it: `<folder>/token`, `<folder>/<folder>/token`. */
function tokensIn(folder: string, depth = 0): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    // What the kubelet writes are links to files that it turns over; their folders begin with two dots.
    if (entry.name.startsWith('..')) return []
    if (entry.isDirectory()) return depth < 2 ? tokensIn(path, depth + 1) : []
    return /token/i.test(entry.name) && isReadable(path) ? [path] : []
  })
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** A user without an account, as in a container, has none. */
function homeOfUser(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
