import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { unverifiedCredential } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { waysAround } from '../../src/doctor/ways-around.js'
import { agent, governed, type Governed, guarded } from '../support/governed.js'

let folder = ''
let on: Governed | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bothkeys-doctor-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await on?.close()
  on = undefined
  await rm(folder, { recursive: true })
})

async function file(name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'secret-content')
  return path
}

function found(environment: Readonly<Record<string, string>> = {}): readonly string[] {
  return waysAround({ environment, home: join(folder, 'home'), mounted: join(folder, 'mounted') }).map(({ id }) => id)
}

describe('the ways around the door to a cluster', () => {
  it('are none where there is nothing', () => {
    expect(
      found({ KUBECONFIG: join(folder, 'missing'), AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'missing') }),
    ).toEqual([])
    expect(waysAround({ environment: {}, home: undefined, mounted: join(folder, 'mounted') })).toEqual([])
  })

  it('are each kubeconfig that the environment lists, and that of the user', async () => {
    const listed = [await file('a'), join(folder, 'missing'), await file('b')]
    await file('home/.kube/config')
    expect(found({ KUBECONFIG: listed.join(delimiter) })).toEqual([
      'kubeconfig-in-environment',
      'kubeconfig-in-environment',
      'kubeconfig-in-home',
    ])
  })

  it('are tokens of service accounts, also those that are projected beside them', async () => {
    const token = await file('mounted/kubernetes.io/serviceaccount/..data/token')
    await symlink(token, join(folder, 'mounted/kubernetes.io/serviceaccount/token'))
    await file('mounted/tokens/vault-token')
    await file('mounted/kubernetes.io/serviceaccount/namespace')
    expect(found()).toEqual(['token-in-file', 'token-in-file'])
  })

  it('are tokens that variables name, and logins that are kept', async () => {
    await file('home/.azure/msal_token_cache.json')
    await mkdir(join(folder, 'home/.kube/cache/oidc-login'), { recursive: true })
    expect(found({ AWS_WEB_IDENTITY_TOKEN_FILE: await file('token') })).toEqual([
      'token-in-environment',
      'login-cache',
      'login-cache',
    ])
  })

  it('are on record at the first session, by their names alone', async () => {
    on = await governed([])
    vi.stubEnv('KUBECONFIG', await file('kubeconfig'))
    const { guard, journal, session, target } = await guarded(on.api.config(), [])
    target.config(session)
    target.config(await guard.openSession({ [unverifiedCredential]: agent }))
    const events = journal.events.filter(({ type }) => type === 'target.internal')
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ session: session.id, target: 'cluster', reason: 'doctor' })
    expect(events[0]?.['findings']).toContain('kubeconfig-in-environment')
    expect(JSON.stringify(events)).not.toMatch(/secret-content|bothkeys-doctor-/)
    await guard.close()
  })
})

describe('the doctor of a cluster', () => {
  it('asks what the login of the door may do', async () => {
    on = await governed([])
    vi.stubEnv('KUBECONFIG', await file('kubeconfig'))
    on.api.answer = ({ body }) => ({
      status: 201,
      body: { kind: 'SelfSubjectAccessReview', status: { allowed: !body.includes('"impersonate"') } },
    })
    const { findings, server } = await on.target.doctor()
    const ids = findings.map(({ id }) => id)
    expect(server).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(ids).toContain('cluster-admin')
    expect(ids).toContain('kubeconfig-in-environment')
    expect(ids).not.toContain('may-impersonate')
    expect(findings.every(({ hint, message, refuses }) => hint !== '' && message !== '' && !refuses)).toBe(true)
    expect(new Set(on.api.seen.map(({ method, url }) => `${method} ${url}`))).toEqual(
      new Set(['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews']),
    )
  })

  it.each(['users', 'groups', 'serviceaccounts', 'uids', 'userextras'])(
    'asks whether it may act for %s',
    async (who) => {
      on = await governed([])
      on.api.answer = ({ body }) => ({
        status: 201,
        body: { kind: 'SelfSubjectAccessReview', status: { allowed: body.includes(`"resource":"${who}"`) } },
      })
      const { findings } = await on.target.doctor()
      expect(findings.filter(({ id }) => id === 'may-impersonate')).toMatchObject([
        { message: `the login of the door may act for others: ${who}` },
      ])
      expect(findings.map(({ id }) => id)).not.toContain('cluster-admin')
    },
  )

  it.each([
    ['refuses', { status: 403, body: { kind: 'Status', status: { allowed: false } } }],
    ['says nothing', { status: 201, body: { kind: 'SelfSubjectAccessReview' } }],
    ['does not end', { status: 201, body: { status: { allowed: true }, more: 'x'.repeat(100_000) } }],
  ])('says so when the API server %s', async (_, answer) => {
    on = await governed([])
    on.api.answer = () => answer
    await expect(on.target.doctor()).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
  })

  it('ends with its target, also while a login hangs', async () => {
    on = await governed([])
    const config = on.api.config()
    vi.spyOn(config, 'applyToHTTPSOptions').mockReturnValue(new Promise(() => undefined))
    const { guard, target } = await guarded(config, [])
    const [asked] = await Promise.allSettled([target.doctor(), guard.close()])
    expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SESSION_CLOSED' } })
  })
})
