import { wrongOption } from '../../known-options.js'
import { refused } from '../identifier.js'
import type { RequiredClaims } from '../required-claims.js'
import { claimsRequired } from '../required-claims.js'
import type { Verifier } from '../verifier.js'
import { nameIn, textIn } from './claim-reader.js'
import type { WorkloadTable } from './workload-table.js'
import type { WorkloadOptions } from './workload-verifier.js'
import { assertPresetOptions, workloadVerifier } from './workload-verifier.js'

/** An account of GitHub whose workflows open sessions. */
export interface GithubActionsIdentityOptions extends Omit<WorkloadOptions, 'workloads'> {
  /** The id of the user or the organisation, in digits: names are given away again, ids never. */
  readonly repositoryOwnerId: string
  /**
   * The workflows that are let in, by their `job_workflow_ref` with the ref: `<owner>/<repository>/.github/workflows/<file>@<ref>`.
   * Each belongs to the owner of the repository that runs it.
   */
  readonly workflows: WorkloadTable
  /** The ids of the repositories that may run them. Default: all of the owner. */
  readonly repositoryIds?: readonly string[]
  /** The environments that a job must be in, with whose protection rules it was let through. Default: any, or none. */
  readonly environments?: readonly string[]
  /**
   * What may have started the run (`event_name`). Default `push`, `release`, `schedule` and `workflow_dispatch`, which take
   * somebody who may write: a pull request, an issue or a comment is started by anybody.
   */
  readonly events?: readonly string[]
  /** Default `https://token.actions.githubusercontent.com`; `https://HOSTNAME/_services/token` for an enterprise server. */
  readonly issuer?: string
}

/** The options that are not those of every preset; docs/workloads.md is kept equal to them by a test. */
export const githubActionsNames = [
  'environments',
  'events',
  'issuer',
  'repositoryIds',
  'repositoryOwnerId',
  'workflows',
] as const

const idForm = /^[1-9][0-9]{0,19}$/u
/** A branch or a tag by its full name, or a commit. What is at a pull request's ref anybody can propose. */
const workflowForm =
  /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^/@\s]+\.ya?ml@(?:refs\/(?:heads|tags)\/\S+|[0-9a-f]{40})$/u
const defaultEvents = ['push', 'release', 'schedule', 'workflow_dispatch'] as const

/**
 * Lets workflows of GitHub Actions in, by their OIDC tokens. The account is `repository_id:` and the id of the repository, which
 * is the same whichever of its workflows runs; `sub` is made of names and decides nothing. The kind is `workload` or what the
 * table says, the level `channel`.
 * Refuses another owner, repository, workflow, environment or event than those listed: ERR_TOKEN_INVALID.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * githubActionsIdentity({
 *   repositoryOwnerId: '65',
 *   audience: 'bothkeys://orders/session',
 *   environments: ['production'],
 *   workflows: {
 *     'octo-org/deploy/.github/workflows/deploy.yml@refs/heads/main': { roles: ['deployer'], agentClass: 'deploy' },
 *   },
 * })
 */
export function githubActionsIdentity(options: GithubActionsIdentityOptions): Verifier {
  const of = 'githubActionsIdentity'
  assertPresetOptions(of, options, githubActionsNames)
  const { issuer = 'https://token.actions.githubusercontent.com', workflows, ...common } = options
  if (typeof issuer !== 'string') throw wrongOption(of, 'issuer must be the exact iss of the tokens')
  const assertPinned = claimsRequired(pinsOf(options, of), of)
  return workloadVerifier(
    {
      of,
      verifiedBy: 'github-actions',
      issuer,
      algorithms: ['RS256'],
      table: 'workflows',
      isName: (name) => workflowForm.test(name),
      nameOf(claims) {
        assertPinned(claims)
        const owner = nameIn(claims, 'repository_owner')
        if (!nameIn(claims, 'repository').startsWith(`${owner}/`)) throw refused('its repository is not of its owner')
        const name = nameIn(claims, 'job_workflow_ref')
        // The id that is pinned says whose the repository is that runs the workflow; this says it of the workflow.
        if (!name.startsWith(`${owner}/`)) throw refused('its workflow is of another owner than its repository')
        return { id: `repository_id:${textIn(claims, 'repository_id', idForm)}`, name }
      },
    },
    { ...common, workloads: workflows },
  )
}

function pinsOf(options: GithubActionsIdentityOptions, of: string): RequiredClaims {
  const { environments, events = defaultEvents, repositoryIds, repositoryOwnerId } = options
  const isId = (id: unknown): boolean => typeof id === 'string' && idForm.test(id)
  if (!isId(repositoryOwnerId)) throw wrongOption(of, 'repositoryOwnerId must be the id of the owner, in digits')
  if (repositoryIds !== undefined && !(Array.isArray(repositoryIds) && repositoryIds.every(isId)))
    throw wrongOption(of, 'repositoryIds must be ids of repositories, in digits')
  return {
    '/repository_owner_id': repositoryOwnerId,
    '/event_name': events,
    ...(repositoryIds === undefined ? {} : { '/repository_id': repositoryIds }),
    ...(environments === undefined ? {} : { '/environment': environments }),
  }
}
