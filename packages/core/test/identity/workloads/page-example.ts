import { awsIdentity, gcpIdentity, githubActionsIdentity, kubernetesIdentity, spiffeIdentity } from '@bothkeys/core'
import type { Verifier } from '@bothkeys/core'

/** What this guard is called as an audience. Nothing else gets tokens for it. */
const audience = 'bothkeys://orders/session'
const nightly = { roles: ['ingest'], agentClass: 'nightly' }

export function spireWorkloads(bundle: string): Verifier {
  return spiffeIdentity({
    trustDomain: 'prod.example.org',
    audience,
    jwks: bundle,
    workloads: { 'spiffe://prod.example.org/ns/shop/sa/nightly': nightly },
  })
}

export function clusterWorkloads(keys: string): Verifier {
  return kubernetesIdentity({
    issuer: 'https://kubernetes.default.svc.cluster.local',
    audience,
    jwks: keys,
    workloads: { 'system:serviceaccount:shop:nightly': nightly },
  })
}

export function deployments(): Verifier {
  return githubActionsIdentity({
    repositoryOwnerId: '65',
    repositoryIds: ['74'],
    environments: ['prod'],
    audience,
    workflows: {
      'octo-org/deploy/.github/workflows/deploy.yml@refs/heads/main': {
        kind: 'agent',
        roles: ['deployer'],
        agentClass: 'deploy',
        owners: [{ issuer: 'https://idp.example.com', id: 'ann' }],
        require: { '/runner_environment': 'github-hosted' },
      },
    },
  })
}

export function awsRoles(): Verifier {
  return awsIdentity({
    issuer: 'https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws',
    account: '123456789012',
    audience,
    workloads: { 'arn:aws:iam::123456789012:role/DataProcessingRole': nightly },
  })
}

export function googleServiceAccounts(): Verifier {
  return gcpIdentity({
    audience,
    format: 'full',
    workloads: {
      '113774264463038321964': { ...nightly, require: { '/google/compute_engine/project_id': 'my-project' } },
    },
  })
}
