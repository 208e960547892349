import { afterAll, describe, expect, it } from 'vitest'
import { expiryOf } from '../../../src/identity/token-lifetime.js'
import type { Principal } from '../../../src/model/principal.js'
import { generateKeyPairSync } from 'node:crypto'
import { closeIssuers, issuing } from '../issuing.js'
import { nowS, signal } from '../jwt-support.js'
import { tokenKit } from '../token-kit.js'
import {
  audience,
  aws,
  awsIssuer,
  clusterIssuer,
  deploy,
  gcp,
  githubActions,
  kubernetes,
  spiffe,
  stsClaim,
} from './platforms.js'

afterAll(closeIssuers)

type Claims = Record<string, unknown>

/** Verifies a token of a platform with some claims changed; those that are undefined are left out. */
const of =
  <Change>(platform: {
    readonly kit: { sign: (payload?: Claims, header?: Claims) => string; claims: Claims }
    readonly verifier: (change?: Change) => {
      verify: (credential: { token: string }, signal: AbortSignal) => Promise<Principal>
    }
  }) =>
  (payload: Claims = {}, change?: Change, header: Claims = {}) =>
    platform.verifier(change).verify({ token: platform.kit.sign(payload, header) }, signal)

const refusal = { code: 'ERR_TOKEN_INVALID' }
const configError = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error
const plain = { roles: ['ingest'] }

describe('spiffeIdentity', () => {
  const verify = of(spiffe)

  it('takes a JWT-SVID, whose issuer is the trust domain', async () => {
    expect((await verify()).subject).toEqual({ issuer: 'spiffe://prod.example.org', id: spiffe.id })
    expect((await verify()).verifiedBy).toBe('spiffe')
    for (const typ of ['JOSE', undefined]) await expect(verify({}, {}, { typ })).resolves.toBeDefined()
  })

  it('asks neither for iat nor for iss, and for iss where it is told to', async () => {
    await expect(verify({ iat: undefined })).resolves.toBeDefined()
    await expect(verify({ iss: 'https://spire.example' }, { issuer: 'https://spire.example' })).resolves.toBeDefined()
    await expect(verify({}, { issuer: 'https://spire.example' })).rejects.toThrow('its iss is')
    await expect(verify({ iss: 'https://x' }, { issuer: 'https://spire.example' })).rejects.toThrow('its iss is')
  })

  it('bounds the life of a token without iat from now on', async () => {
    await expect(verify({ iat: undefined, exp: nowS + 3_600 })).resolves.toBeDefined()
    await expect(verify({ iat: undefined, exp: nowS + 3_601 })).rejects.toThrow('lives longer than 3600 seconds')
    await expect(verify({ iat: undefined, exp: nowS - 3 })).resolves.toBeDefined()
    await expect(verify({ iat: undefined, exp: nowS - 6 })).rejects.toThrow('it has expired')
  })

  it.each([
    'spiffe://prod.example.org',
    'spiffe://prod.example.org/',
    'spiffe://prod.example.org//ns',
    'spiffe://prod.example.org/ns/',
    'spiffe://prod.example.org/ns/./x',
    'spiffe://prod.example.org/ns/../x',
    'spiffe://prod.example.org/ns/shop?x=1',
    'spiffe://prod.example.org/ns/shop#x',
    'spiffe://prod.example.org/ns/%73hop',
    'spiffe://prod.example.org/ns/shöp',
    'spiffe://prod.example.org:443/ns/shop',
    'spiffe://user@prod.example.org/ns/shop',
    'spiffe://PROD.example.org/ns/shop',
    'SPIFFE://prod.example.org/ns/shop',
    'spiffe://test.example.org/ns/shop',
    'spiffe://prod.example.org.evil.example/ns/shop',
    'spiffe:///ns/shop',
    'https://prod.example.org/ns/shop',
    `spiffe://prod.example.org/${'a'.repeat(990)}/${'b'.repeat(1_100)}`,
  ])('neither takes nor lists an ID of another form: %s', async (sub) => {
    await expect(verify({ sub })).rejects.toMatchObject(refusal)
    expect(() => spiffe.verifier({ workloads: { [sub]: plain } })).toThrow('a name that no token can have')
  })

  it('refuses a workload of the trust domain that is not listed', async () => {
    await expect(verify({ sub: `${spiffe.id}x` })).rejects.toThrow('a workload that is not listed')
    await expect(verify({ sub: 'spiffe://prod.example.org/ns/shop/sa/Nightly' })).rejects.toThrow('is not listed')
  })

  it.each(['at+jwt', 'jwt', 'jose', 'JWT ', 7, null])('refuses a typ that no JWT-SVID has: %j', async (typ) => {
    await expect(verify({}, {}, { typ })).rejects.toThrow('its typ is not JWT-SVID')
  })

  it('refuses a header that no JWT-SVID has', async () => {
    await expect(verify({}, {}, { x5t: 'abc' })).rejects.toThrow('a name that no JWT-SVID has')
  })

  it('reads the keys of JWT-SVIDs in a bundle, also of a URL, and no other key of it', async () => {
    const [key = {}] = spiffe.jwks.keys
    const served = { spiffe_sequence: 1, spiffe_refresh_hint: 300, keys: [{ ...key, kid: 'x', use: 'x509-svid' }, key] }
    const { base } = await issuing((path, response) => {
      const keys = path === '/x509' ? [{ ...key, use: 'x509-svid' }] : served.keys
      response.end(JSON.stringify({ ...served, keys }))
    })
    await expect(verify({}, { jwks: `${base}/bundle` })).resolves.toBeDefined()
    await expect(verify({}, { jwks: `${base}/x509` })).rejects.toThrow('no key of the issuer fits')
    await expect(verify({}, { jwks: { keys: [{ ...key, use: 'x509-svid' }] } })).rejects.toThrow('no key')
    await expect(verify({}, { jwks: { keys: [{ ...key, use: 'enc' }] } })).rejects.toThrow('no key')
  })

  it.each<[string, object]>([
    ['a trust domain in capitals', { trustDomain: 'Prod.example.org' }],
    ['a trust domain that is a URI', { trustDomain: 'spiffe://prod.example.org' }],
    ['no trust domain', { trustDomain: undefined }],
    ['no bundle', { jwks: undefined }],
    ['an algorithm that the specification does not have', { algorithms: ['EdDSA'] }],
    ['no algorithm', { algorithms: [] }],
    ['an issuer that is empty', { issuer: '' }],
    ['an option that does not exist', { trustdomain: 'x' }],
  ])('is not built with %s', (_what, change) => {
    expect(() => spiffe.verifier(change)).toThrow(configError)
  })
})

describe('a token without iat', () => {
  it('has a life only where it may lack it', () => {
    const rules = { nowS, toleranceS: 5, maxLifetimeS: 60 }
    expect(expiryOf({ exp: nowS + 60 }, { ...rules, mayLackIat: true })).toBe(nowS + 60)
    expect(() => expiryOf({ exp: nowS + 60 }, rules)).toThrow('iat is not a number')
  })
})

describe('a wrong option', () => {
  it('is named by itself, whatever else it would break', () => {
    expect(() => spiffe.verifier({ trustDomain: 'Prod.example.org' })).toThrow('trustDomain must be the name')
    expect(() => spiffe.verifier({ jwks: undefined } as never)).toThrow('jwks must be the bundle')
  })
})

describe('the keys of every other issuer', () => {
  it('are not used when they are for JWT-SVIDs', async () => {
    const jwks = { keys: kubernetes.jwks.keys.map((key) => ({ ...key, use: 'jwt-svid' })) }
    await expect(of(kubernetes)({}, { jwks })).rejects.toThrow('no key of the issuer fits')
  })
})

describe('kubernetesIdentity', () => {
  const verify = of(kubernetes)
  const said = kubernetes.kit.claims['kubernetes.io'] as Claims
  const saying = (change: Claims) => verify({ 'kubernetes.io': { ...said, ...change } })

  it('takes the token of a pod', async () => {
    expect((await verify()).subject).toEqual({ issuer: clusterIssuer, id: kubernetes.id })
    expect((await verify()).verifiedBy).toBe('kubernetes')
    await expect(saying({ node: undefined })).resolves.toBeDefined()
    await expect(saying({ warnafter: nowS + 3_607 })).resolves.toBeDefined()
  })

  it.each<[string, Claims]>([
    ['no pod', { pod: undefined }],
    ['a pod that is a name', { pod: 'nightly' }],
    ['a pod without uid', { pod: { name: 'nightly' } }],
    ['a pod without name', { pod: { uid: 'u' } }],
    ['a node without uid', { node: { name: 'n' } }],
    ['a node that is null', { node: null }],
    ['a secret', { secret: { name: 's', uid: 'u' } }],
    ['no namespace', { namespace: undefined }],
    ['another namespace', { namespace: 'billing' }],
    ['no service account', { serviceaccount: undefined }],
    ['another service account', { serviceaccount: { name: 'daily', uid: 'u' } }],
    ['a service account without uid', { serviceaccount: { name: 'nightly' } }],
    ['a service account whose uid is empty', { serviceaccount: { name: 'nightly', uid: '' } }],
  ])('refuses a token with %s', async (_what, change) => {
    await expect(saying(change)).rejects.toMatchObject(refusal)
  })

  it.each([undefined, null, 'x', []])('refuses a token whose kubernetes.io is %j', async (group) => {
    await expect(verify({ 'kubernetes.io': group })).rejects.toThrow('its kubernetes.io is not an object')
  })

  it('says what a token is bound to, or not', async () => {
    await expect(saying({ pod: undefined })).rejects.toThrow('it is not bound to a pod')
    await expect(saying({ secret: { name: 's', uid: 'u' } })).rejects.toThrow('it is bound to a secret')
  })

  it('refuses the old claims of tokens in secrets', async () => {
    const old = {
      'kubernetes.io': undefined,
      'kubernetes.io/serviceaccount/namespace': 'shop',
      'kubernetes.io/serviceaccount/service-account.name': 'nightly',
    }
    await expect(verify(old)).rejects.toMatchObject(refusal)
  })

  it.each([
    'system:serviceaccount:shop',
    'system:serviceaccount:shop:',
    'system:serviceaccount::nightly',
    'system:serviceaccount:shop:nightly:x',
    'system:serviceaccount:Shop:nightly',
    'system:node:worker-1',
    'shop:nightly',
    'xsystem:serviceaccount:shop:nightly',
  ])('neither takes nor lists %s', async (sub) => {
    await expect(verify({ sub })).rejects.toThrow('its sub is no service account')
    expect(() => kubernetes.verifier({ workloads: { [sub]: plain } })).toThrow('a name that no token can have')
  })

  it('refuses a service account that is not listed', async () => {
    const billing = { ...said, namespace: 'billing' }
    const sub = 'system:serviceaccount:billing:nightly'
    await expect(verify({ sub, 'kubernetes.io': billing })).rejects.toThrow('a workload that is not listed')
  })

  it('can pin what is never used again, for each workload', async () => {
    const uid = '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798'
    const pinned = (value: string) => ({
      workloads: { [kubernetes.id]: { ...plain, require: { '/kubernetes.io/serviceaccount/uid': value } } },
    })
    await expect(verify({}, pinned(uid))).resolves.toBeDefined()
    await expect(verify({}, pinned('another'))).rejects.toThrow('is not one of the values required')
  })

  it.each<[string, object]>([
    ['no issuer', { issuer: undefined }],
    ['a symmetric algorithm', { algorithms: ['HS256'] }],
    ['an option of another platform', { account: '123456789012' }],
  ])('is not built with %s', (_what, change) => {
    expect(() => kubernetes.verifier(change)).toThrow(configError)
  })
})

describe('githubActionsIdentity', () => {
  const verify = of(githubActions)

  it('takes the token of a job, whose account is the repository by its id', async () => {
    const made = await verify()
    expect(made.subject).toEqual({ issuer: 'https://token.actions.githubusercontent.com', id: 'repository_id:74' })
    expect(made.verifiedBy).toBe('github-actions')
    const immutable = await verify({ sub: 'repo:octo-org@65/octo-repo@74:environment:prod' })
    expect(immutable.subject).toEqual(made.subject)
    expect(immutable.run).toEqual(made.run)
  })

  it.each<[string, Claims]>([
    ['of an owner with the same name', { repository_owner_id: '66' }],
    ['of an owner whose id is a number', { repository_owner_id: 65 }],
    ['of no owner', { repository_owner_id: undefined }],
    ['without the name of the owner', { repository_owner: undefined }],
    ['of a repository of another owner', { repository: 'evil/octo-repo' }],
    ['of a repository of an owner whose name only begins alike', { repository: 'octo-org2/octo-repo' }],
    ['without a repository', { repository: undefined }],
    ['without the id of its repository', { repository_id: undefined }],
    ['of a repository whose id is no id', { repository_id: '74x' }],
    ['of a repository whose id is 0', { repository_id: '0' }],
    ['of no environment', { environment: undefined }],
    ['of another environment', { environment: 'production' }],
    ['of no workflow', { job_workflow_ref: undefined }],
    ['of the workflow on another branch', { job_workflow_ref: deploy.replace('main', 'evil') }],
    ['of the workflow on a branch that begins alike', { job_workflow_ref: `${deploy}-2` }],
    ['of the workflow of a pull request', { job_workflow_ref: deploy.replace('heads/main', 'pull/1/merge') }],
    ['of another workflow', { job_workflow_ref: deploy.replace('deploy.yml', 'test.yml') }],
    ['of the workflow without its ref', { job_workflow_ref: deploy.replace(/@.*/u, '') }],
    ['of a pull request', { event_name: 'pull_request' }],
    ['of a pull request with the rights of its target', { event_name: 'pull_request_target' }],
    ['of a comment', { event_name: 'issue_comment' }],
    ['of another run', { event_name: 'workflow_run' }],
    ['of no event', { event_name: undefined }],
    ['of several events', { event_name: ['push'] }],
  ])('refuses a token %s', async (_what, change) => {
    await expect(verify(change)).rejects.toMatchObject(refusal)
  })

  it('is not persuaded by sub', async () => {
    const others = { repository_owner_id: '66', repository_id: '75' }
    await expect(verify({ ...others, sub: 'repo:octo-org@65/octo-repo@74:environment:prod' })).rejects.toMatchObject(
      refusal,
    )
  })

  it('refuses the listed workflow when another owner runs it, and one of another owner', async () => {
    const elsewhere = { repository_owner: 'evil', repository: 'evil/app' }
    await expect(verify(elsewhere)).rejects.toThrow('its workflow is of another owner')
  })

  it('lets only listed repositories, environments and events in where they are listed', async () => {
    await expect(verify({}, { repositoryIds: ['75', '74'] })).resolves.toBeDefined()
    await expect(verify({}, { repositoryIds: ['75'] })).rejects.toThrow('/repository_id is not one')
    await expect(verify({ environment: undefined }, { environments: undefined } as never)).resolves.toBeDefined()
    await expect(verify({ event_name: 'pull_request' }, { events: ['pull_request'] })).resolves.toBeDefined()
    await expect(verify({}, { events: ['push'] })).rejects.toThrow('/event_name is not one')
    for (const event of ['push', 'release', 'schedule', 'workflow_dispatch'])
      await expect(verify({ event_name: event })).resolves.toBeDefined()
  })

  it('takes an enterprise server', async () => {
    const issuer = 'https://github.example/_services/token'
    await expect(verify({ iss: issuer }, { issuer })).resolves.toMatchObject({ subject: { issuer } })
    await expect(verify({}, { issuer })).rejects.toThrow('its iss is')
  })

  it.each<[string, object]>([
    ['no owner', { repositoryOwnerId: undefined }],
    ['an owner by name', { repositoryOwnerId: 'octo-org' }],
    ['an owner by a number', { repositoryOwnerId: 65 }],
    ['a repository by name', { repositoryIds: ['octo-org/octo-repo'] }],
    ['no repository', { repositoryIds: [] }],
    ['no environment', { environments: [] }],
    ['an environment that is empty', { environments: [''] }],
    ['no event', { events: [] }],
    ['no workflows', { workflows: undefined }],
    ['an empty table', { workflows: {} }],
    ['a table of another name', { workloads: { [deploy]: plain } }],
    ['an issuer that is no text', { issuer: 7 }],
    ['an algorithm', { algorithms: ['ES256'] }],
  ])('is not built with %s', (_what, change) => {
    expect(() => githubActions.verifier(change)).toThrow(configError)
  })

  it.each([
    deploy.replace(/@.*/u, ''),
    deploy.replace('heads/main', 'pull/1/merge'),
    deploy.replace('refs/heads/main', 'main'),
    'octo-org/deploy/deploy.yml@refs/heads/main',
    'repo:octo-org/deploy:ref:refs/heads/main',
  ])('does not list %s', (name) => {
    expect(() => githubActions.verifier({ workflows: { [name]: plain } })).toThrow('a name that no token can have')
  })

  it('lists a workflow at a commit', async () => {
    const pinned = deploy.replace('refs/heads/main', 'a'.repeat(40))
    await expect(verify({ job_workflow_ref: pinned }, { workflows: { [pinned]: plain } })).resolves.toBeDefined()
  })
})

describe('awsIdentity', () => {
  const verify = of(aws)
  const said = aws.kit.claims[stsClaim] as Claims
  const saying = (change: Claims) => verify({ [stsClaim]: { ...said, ...change } })

  it('takes the token of a role', async () => {
    expect((await verify()).subject).toEqual({ issuer: awsIssuer, id: aws.id })
    expect((await verify()).verifiedBy).toBe('aws')
    await expect(saying({ principal_id: undefined })).resolves.toBeDefined()
  })

  it.each<[string, Claims]>([
    ['another account', { aws_account: '210987654321' }],
    ['no account', { aws_account: undefined }],
    ['an account that is a number', { aws_account: 123_456_789_012 }],
    ['somebody else who asked for it', { principal_id: 'arn:aws:iam::123456789012:role/Gateway' }],
    ['nobody who asked for it', { principal_id: null }],
  ])('refuses a token with %s', async (_what, change) => {
    await expect(saying(change)).rejects.toMatchObject(refusal)
  })

  it.each([undefined, null, 'x', []])('refuses a token that says of AWS: %j', async (group) => {
    await expect(verify({ [stsClaim]: group })).rejects.toThrow('is not an object')
  })

  it.each([
    'arn:aws:iam::210987654321:role/DataProcessingRole',
    'arn:aws:sts::123456789012:assumed-role/DataProcessingRole/session',
    'arn:aws:iam::123456789012:root',
    'arn:aws:iam::123456789012:role/',
    'arn:aws:iam::123456789012:role/*',
    'arn:aws:iam:us-east-1:123456789012:role/DataProcessingRole',
    'ann@example.com',
  ])('neither takes nor lists %s', async (sub) => {
    await expect(verify({ sub })).rejects.toThrow('its sub is no role or user of the account')
    expect(() => aws.verifier({ workloads: { [sub]: plain } })).toThrow('a name that no token can have')
  })

  it('takes a user, and a role of another partition', async () => {
    for (const sub of ['arn:aws:iam::123456789012:user/ops/ci', 'arn:aws-us-gov:iam::123456789012:role/x']) {
      const claims = { sub, [stsClaim]: { ...said, principal_id: sub } }
      await expect(verify(claims)).rejects.toThrow('a workload that is not listed')
      await expect(verify(claims, { workloads: { [sub]: plain } })).resolves.toBeDefined()
    }
  })

  it('takes ES384 only where it is asked for', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const jwks = { keys: [...aws.jwks.keys, { ...publicKey.export({ format: 'jwk' }), kid: 'k2', use: 'sig' }] }
    const { SignJWT } = await import('jose')
    const token = await new SignJWT({ ...aws.kit.claims } as never)
      .setProtectedHeader({ alg: 'ES384', kid: 'k2', typ: 'JWT' })
      .sign(privateKey)
    await expect(aws.verifier({ jwks }).verify({ token }, signal)).rejects.toThrow('its algorithm is not one')
    const patient = aws.verifier({ jwks, algorithms: ['RS256', 'ES384'] })
    await expect(patient.verify({ token }, signal)).resolves.toBeDefined()
  })

  it.each<[string, object]>([
    ['no issuer', { issuer: undefined }],
    ['no account', { account: undefined }],
    ['an account with a name', { account: 'shop' }],
    ['an account that is a number', { account: 123_456_789_012 }],
    ['an algorithm that AWS does not have', { algorithms: ['ES256'] }],
    ['no algorithm', { algorithms: [] }],
  ])('is not built with %s', (_what, change) => {
    expect(() => aws.verifier(change)).toThrow(configError)
  })
})

describe('gcpIdentity', () => {
  const verify = of(gcp)
  const engine = (gcp.kit.claims['google'] as { compute_engine: Claims }).compute_engine
  const saying = (change: Claims) => verify({ google: { compute_engine: { ...engine, ...change } } })

  it('takes the token of an instance, whose account is a number and never an address', async () => {
    expect((await verify()).subject).toEqual({ issuer: 'https://accounts.google.com', id: gcp.id })
    expect((await verify()).verifiedBy).toBe('gcp')
    expect((await verify({ email: 'other@my-project.iam.gserviceaccount.com' })).subject.id).toBe(gcp.id)
    await expect(verify({ email: undefined, email_verified: undefined })).resolves.toBeDefined()
  })

  it.each<[string, Claims]>([
    ['of another client', { azp: '32555940559.apps.googleusercontent.com' }],
    ['of no client', { azp: undefined }],
    ['of a person', { email: 'ann@example.com' }],
    ['of an address that only ends alike', { email: 'ann@evilgserviceaccount.com' }],
    ['of an address without an account', { email: '@my-project.iam.gserviceaccount.com' }],
    ['of an address that is not verified', { email_verified: false }],
    ['of an address that is verified by a word', { email_verified: 'true' }],
    ['of an address of which nothing is said', { email_verified: undefined }],
    ['of no address that is verified', { email: undefined }],
    [
      'of an address in place of a number',
      { sub: 'example@developer.gserviceaccount.com', azp: 'example@developer.gserviceaccount.com' },
    ],
    ['of a number that is none', { sub: '11377426446303832196x', azp: '11377426446303832196x' }],
    ['of no instance', { google: undefined }],
    ['of nothing of the instance', { google: {} }],
    ['of an instance in a list', { google: { compute_engine: [engine] } }],
  ])('refuses a token %s', async (_what, change) => {
    await expect(verify(change)).rejects.toMatchObject(refusal)
  })

  it.each<[string, Claims]>([
    ['no id', { instance_id: undefined }],
    ['an id that is no number', { instance_id: 'example' }],
    ['no name', { instance_name: undefined }],
    ['no project', { project_id: undefined }],
    ['no zone', { zone: undefined }],
    ['a project number that is a word', { project_number: '739419398126' }],
  ])('refuses a token of an instance with %s', async (_what, change) => {
    await expect(saying(change)).rejects.toMatchObject(refusal)
  })

  it('looks at the form of the number', async () => {
    await expect(verify({ sub: 'x7', azp: 'x7' })).rejects.toThrow('its sub is not what the platform sends')
  })

  it('asks for no instance unless it is told to', async () => {
    await expect(verify({ google: undefined }, { format: 'standard' })).resolves.toBeDefined()
    await expect(verify({ google: undefined }, { format: undefined } as never)).resolves.toBeDefined()
    await expect(verify({ google: undefined })).rejects.toThrow('its google is not an object')
  })

  it('can pin the project of a workload', async () => {
    const pinned = (value: number | string) => ({
      workloads: { [gcp.id]: { ...plain, require: { '/google/compute_engine/project_number': value } } },
    })
    await expect(verify({}, pinned(739_419_398_126))).resolves.toBeDefined()
    await expect(verify({}, pinned('739419398126'))).rejects.toMatchObject(refusal)
  })

  it('refuses a service account that is not listed', async () => {
    await expect(verify({ sub: '1', azp: '1' })).rejects.toThrow('a workload that is not listed')
  })

  it.each<[string, object]>([
    ['a format that there is not', { format: 'long' }],
    ['a workload by its address', { workloads: { 'example@developer.gserviceaccount.com': plain } }],
    ['an issuer', { issuer: 'https://evil.example' }],
  ])('is not built with %s', (_what, change) => {
    expect(() => gcp.verifier(change)).toThrow(configError)
  })
})

describe('the table of workloads', () => {
  const table = (workload: unknown) => ({ workloads: { [kubernetes.id]: workload } }) as never
  const verify = of(kubernetes)
  const owners = [{ issuer: 'https://idp.example.com', id: 'ann' }]

  it('makes an agent where it says so, with its class and its owners', async () => {
    const made = await verify({}, table({ roles: ['a', 'b'], kind: 'agent', agentClass: 'etl', owners }))
    expect(made).toMatchObject({
      kind: 'agent',
      roles: ['a', 'b'],
      agentClass: { known: ['etl'] },
      owners: { known: ['https://idp.example.com#ann'] },
    })
  })

  it('leaves unknown what it does not say: nobody is independent of that', async () => {
    expect(await verify({}, table({ roles: [] }))).toMatchObject({
      agentClass: 'unknown',
      owners: 'unknown',
      roles: [],
    })
    expect(await verify({}, table({ ...plain, kind: 'agent', agentClass: 'etl' }))).toMatchObject({ owners: 'unknown' })
  })

  it('is copied: what is changed later changes nothing', async () => {
    const workload = { roles: ['ingest'], agentClass: 'nightly' }
    const workloads: Record<string, object> = { [kubernetes.id]: workload }
    const verifier = kubernetes.verifier({ workloads: workloads as never })
    workload.roles.push('dba')
    workload.agentClass = 'other'
    workloads['system:serviceaccount:shop:evil'] = { roles: ['dba'] }
    const made = await verifier.verify({ token: kubernetes.kit.sign() }, signal)
    expect(made).toMatchObject({ roles: ['ingest'], agentClass: { known: ['nightly'] } })
  })

  it.each<[string, unknown]>([
    ['a person', { ...plain, kind: 'human' }],
    ['an agent without a class', { ...plain, kind: 'agent' }],
    ['no roles', {}],
    ['roles in one text', { roles: 'ingest' }],
    ['a role that is empty', { roles: [''] }],
    ['a role that is no text', { roles: [7] }],
    ['a class that is no name', { ...plain, agentClass: 'a\u200b' }],
    ['nobody among its owners', { ...plain, owners: [] }],
    ['an owner without an issuer', { ...plain, owners: [{ id: 'ann' }] }],
    ['an owner that is an id', { ...plain, owners: ['ann'] }],
    ['an owner with a name', { ...plain, owners: [{ issuer: 'i', id: 'ann', name: 'Ann' }] }],
    ['a key that it does not know', { ...plain, role: 'dba' }],
    ['claims that require nothing', { ...plain, require: {} }],
    ['nothing', undefined],
    ['a word', 'ingest'],
  ])('has no workload with %s', (_what, workload) => {
    expect(() => kubernetes.verifier(table(workload))).toThrow(configError)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', [plain]],
    ['nobody', {}],
    [
      'ten thousand and one',
      Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`system:serviceaccount:a:b${String(n)}`, plain])),
    ],
  ])('is not %s', (_what, workloads) => {
    expect(() => kubernetes.verifier({ workloads: workloads as never })).toThrow(configError)
  })

  it('has no name that every object has', async () => {
    const sub = 'system:serviceaccount:shop:constructor'
    const said = {
      ...(kubernetes.kit.claims['kubernetes.io'] as Claims),
      serviceaccount: { name: 'constructor', uid: 'u' },
    }
    await expect(verify({ sub, 'kubernetes.io': said })).rejects.toThrow('a workload that is not listed')
  })
})

describe('the keys of a platform', () => {
  it('are found through its own metadata, and its outage lets nobody in', async () => {
    let isDown = false
    const { asked, base } = await issuing((path, response, at) => {
      if (isDown) {
        response.statusCode = 503
        response.end()
      } else if (path === '/keys') response.end(JSON.stringify(kubernetes.jwks))
      else response.end(JSON.stringify({ issuer: at, jwks_uri: `${at}/keys` }))
    })
    const kit = tokenKit({
      ...kubernetes,
      header: kubernetes.kit.header,
      claims: { ...kubernetes.kit.claims, iss: base },
    })
    const found = kubernetes.verifier({ issuer: base, jwks: undefined } as never)
    await expect(found.verify({ token: kit.sign() }, signal)).resolves.toBeDefined()
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys'])
    isDown = true
    const late = kubernetes.verifier({ issuer: base, jwks: undefined } as never)
    await expect(late.verify({ token: kit.sign() }, signal)).rejects.toThrow("the issuer's keys could not be used")
  })

  it('that never come leave nothing but an abort', async () => {
    const { base } = await issuing(() => undefined)
    const stuck = spiffe.verifier({ jwks: `${base}/bundle` })
    const abort = new AbortController()
    const waiting = stuck.verify({ token: spiffe.kit.sign() }, abort.signal)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('are not those of another audience', async () => {
    for (const aud of ['other', [], `${audience}/x`]) await expect(of(gcp)({ aud })).rejects.toMatchObject(refusal)
    await expect(of(gcp)({ aud: ['other', audience] })).resolves.toBeDefined()
  })
})
