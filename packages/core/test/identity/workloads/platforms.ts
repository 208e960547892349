import { generateKeyPairSync } from 'node:crypto'
import { awsIdentity } from '../../../src/identity/workloads/aws-identity.js'
import { gcpIdentity } from '../../../src/identity/workloads/gcp-identity.js'
import { githubActionsIdentity } from '../../../src/identity/workloads/github-actions-identity.js'
import { kubernetesIdentity } from '../../../src/identity/workloads/kubernetes-identity.js'
import { spiffeIdentity } from '../../../src/identity/workloads/spiffe-identity.js'
import { fixedClock } from '../../../src/testing/fixed-clock.js'
import { nowS } from '../jwt-support.js'
import { tokenKit } from '../token-kit.js'

/** The keys of the platforms: each issuer has its own. */
function keysOf(type: 'rsa' | 'ec', use = 'sig') {
  const { privateKey, publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use }
  return { key: privateKey, jwks: { keys: [jwk] }, pem: String(publicKey.export({ type: 'spki', format: 'pem' })) }
}

const clock = fixedClock(nowS * 1000)
export const audience = 'bothkeys://orders/session'
const workload = { roles: ['ingest'], agentClass: 'nightly' } as const

type Change<Make extends (options: never) => unknown> = Partial<Parameters<Make>[0]>

const svid = keysOf('ec', 'jwt-svid')
export const spiffe = {
  ...svid,
  id: 'spiffe://prod.example.org/ns/shop/sa/nightly',
  verifier: (change: Change<typeof spiffeIdentity> = {}) =>
    spiffeIdentity({
      trustDomain: 'prod.example.org',
      audience,
      jwks: svid.jwks,
      workloads: { 'spiffe://prod.example.org/ns/shop/sa/nightly': workload },
      clock,
      ...change,
    }),
  /** As SPIRE signs it (JWT-SVID, section 3): `aud` in a list, no `iss`, no `jti`. */
  kit: tokenKit({
    header: { alg: 'ES256', kid: 'k1', typ: 'JWT' },
    claims: {
      aud: [audience],
      iat: nowS,
      exp: nowS + 300,
      sub: 'spiffe://prod.example.org/ns/shop/sa/nightly',
      scope: '',
    },
    key: svid.key,
  }),
}

const cluster = keysOf('rsa')
export const clusterIssuer = 'https://kubernetes.default.svc.cluster.local'
export const kubernetes = {
  ...cluster,
  id: 'system:serviceaccount:shop:nightly',
  verifier: (change: Change<typeof kubernetesIdentity> = {}) =>
    kubernetesIdentity({
      issuer: clusterIssuer,
      audience,
      jwks: cluster.jwks,
      workloads: { 'system:serviceaccount:shop:nightly': workload },
      clock,
      ...change,
    }),
  /** As the API server signs it for a projected volume (Service Account documentation, "Schema for service account private claims"). */
  kit: tokenKit({
    header: { alg: 'RS256', kid: 'k1' },
    claims: {
      aud: [audience],
      iat: nowS,
      exp: nowS + 3_600,
      iss: clusterIssuer,
      jti: 'aed34954-b33a-4142-b1ec-389d6bbb4936',
      'kubernetes.io': {
        namespace: 'shop',
        node: { name: 'worker-1', uid: '646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1' },
        pod: { name: 'nightly-7d9c', uid: '5e0bd49b-f040-43b0-99b7-22765a53f7f3' },
        serviceaccount: { name: 'nightly', uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
      },
      nbf: nowS,
      sub: 'system:serviceaccount:shop:nightly',
      pad: '',
    },
    key: cluster.key,
  }),
}

const github = keysOf('rsa')
export const deploy = 'octo-org/deploy/.github/workflows/deploy.yml@refs/heads/main'
export const githubActions = {
  ...github,
  id: 'repository_id:74',
  verifier: (change: Change<typeof githubActionsIdentity> = {}) =>
    githubActionsIdentity({
      repositoryOwnerId: '65',
      audience,
      jwks: github.jwks,
      environments: ['prod'],
      workflows: { [deploy]: workload },
      clock,
      ...change,
    }),
  /** As in "Understanding the OIDC token" of GitHub's documentation. */
  kit: tokenKit({
    header: { typ: 'JWT', alg: 'RS256', x5t: 'example-thumbprint', kid: 'k1' },
    claims: {
      jti: 'example-id',
      sub: 'repo:octo-org/octo-repo:environment:prod',
      environment: 'prod',
      aud: audience,
      ref: 'refs/heads/main',
      sha: 'example-sha',
      repository: 'octo-org/octo-repo',
      repository_owner: 'octo-org',
      actor_id: '12',
      repository_visibility: 'private',
      repository_id: '74',
      repository_owner_id: '65',
      run_id: 'example-run-id',
      run_number: '10',
      run_attempt: '2',
      runner_environment: 'github-hosted',
      actor: 'octocat',
      workflow: 'example-workflow',
      head_ref: '',
      base_ref: '',
      event_name: 'workflow_dispatch',
      ref_type: 'branch',
      job_workflow_ref: deploy,
      iat: nowS,
      exp: nowS + 300,
      iss: 'https://token.actions.githubusercontent.com',
      nbf: nowS - 600,
    },
    key: github.key,
  }),
}

const sts = keysOf('rsa')
export const awsIssuer = 'https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws'
export const stsClaim = 'https://sts.amazonaws.com/'
export const aws = {
  ...sts,
  id: 'arn:aws:iam::123456789012:role/DataProcessingRole',
  verifier: (change: Change<typeof awsIdentity> = {}) =>
    awsIdentity({
      issuer: awsIssuer,
      account: '123456789012',
      audience,
      jwks: sts.jwks,
      workloads: { 'arn:aws:iam::123456789012:role/DataProcessingRole': workload },
      clock,
      ...change,
    }),
  /** As in "Understanding token claims" of the IAM user guide. */
  kit: tokenKit({
    header: { kid: 'k1', typ: 'JWT', alg: 'RS256' },
    claims: {
      iss: awsIssuer,
      aud: audience,
      sub: 'arn:aws:iam::123456789012:role/DataProcessingRole',
      iat: nowS,
      exp: nowS + 900,
      jti: 'xyz123-def456-ghi789-jkl012',
      [stsClaim]: {
        aws_account: '123456789012',
        source_region: 'us-east-1',
        org_id: 'o-abc1234567',
        ou_path: 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/',
        principal_id: 'arn:aws:iam::123456789012:role/DataProcessingRole',
        principal_tags: { environment: 'production', team: 'data-engineering' },
        lambda_source_function_arn: 'arn:aws:lambda:us-east-1:123456789012:function:process-data',
        request_tags: { 'job-id': 'job-2024-001' },
      },
    },
    key: sts.key,
  }),
}

const google = keysOf('rsa')
export const gcp = {
  ...google,
  id: '113774264463038321964',
  verifier: (change: Change<typeof gcpIdentity> = {}) =>
    gcpIdentity({
      audience,
      jwks: google.jwks,
      format: 'full',
      workloads: { '113774264463038321964': workload },
      clock,
      ...change,
    }),
  /** As in "Verify VM identity" of the Compute Engine documentation, with `format=full`. */
  kit: tokenKit({
    header: { alg: 'RS256', kid: 'k1', typ: 'JWT' },
    claims: {
      iss: 'https://accounts.google.com',
      iat: nowS,
      exp: nowS + 3_600,
      aud: audience,
      sub: '113774264463038321964',
      azp: '113774264463038321964',
      email: 'example@developer.gserviceaccount.com',
      email_verified: true,
      google: {
        compute_engine: {
          project_id: 'my-project',
          project_number: 739_419_398_126,
          zone: 'us-west1-a',
          instance_id: '152986662232938449',
          instance_name: 'example',
          instance_creation_timestamp: nowS - 86_400,
          instance_confidentiality: 1,
        },
      },
    },
    key: google.key,
  }),
}

export const platforms = { spiffe, kubernetes, githubActions, aws, gcp }
