import { request } from 'node:https'
import { once } from 'node:events'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Answered } from './support/ask.js'
import { applyPatch, get, mergePatch, patch, post, put, remove, strategicPatch } from './support/asked/asked.js'
import { type Tiny, tiny } from './support/tiny.js'

const maps = '/api/v1/namespaces/n/configmaps'
let on: Tiny
beforeAll(async () => {
  on = await tiny({ tokens: { 'token-of-an-agent': { name: 'agent', groups: [] } } })
})

function said({ code, text }: Answered): unknown {
  const { reason } = JSON.parse(text) as { readonly reason?: string }
  return [code, reason]
}

describe('whoever asks', () => {
  it('needs a token that is known', async () => {
    expect(said(await on.ask({ ...get(maps), by: 'nobody' }))).toEqual([401, 'Unauthorized'])
    expect(said(await on.ask({ ...get(maps), headers: { authorization: '' } }))).toEqual([401, 'Unauthorized'])
    expect(said(await on.ask({ ...get(maps), headers: { authorization: 'Bearer toString' } }))).toEqual([
      401,
      'Unauthorized',
    ])
  })

  it('trusts the server by its own certificate alone', async () => {
    const outgoing = request(on.server.url, { agent: false }).end()
    await expect(once(outgoing, 'response')).rejects.toThrow(/self-signed/)
  })

  it('may do what a role in a namespace says, and nothing more', async () => {
    const group = '/apis/rbac.authorization.k8s.io/v1/namespaces/n'
    const asAgent = async (path: string): Promise<unknown> => said(await on.ask({ ...get(path), by: 'agent' }))
    expect(await asAgent(maps)).toEqual([403, 'Forbidden'])
    const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['get'] }]
    const subjects = [{ kind: 'User', name: 'agent' }]
    await on.ask(post(`${group}/roles`, { metadata: { name: 'r' }, rules }))
    await on.ask(
      post(`${group}/rolebindings`, { metadata: { name: 'b' }, subjects, roleRef: { kind: 'Role', name: 'r' } }),
    )
    await on.ask(post(maps, { metadata: { name: 'one' } }))
    expect(await asAgent(`${maps}/one`)).toEqual([200, undefined])
    expect(await asAgent(`${maps}/two`)).toEqual([403, 'Forbidden'])
    expect(await asAgent(maps)).toEqual([403, 'Forbidden'])
    expect(await asAgent('/api/v1/namespaces/default/configmaps/one')).toEqual([403, 'Forbidden'])
    expect(await asAgent('/version')).toEqual([200, undefined])
    expect(await asAgent('/metrics')).toEqual([403, 'Forbidden'])
  })

  it('acts for somebody else only with a rule for that', async () => {
    const headers = { 'impersonate-user': 'agent' }
    expect(said(await on.ask({ ...get(maps), headers }))).toEqual([403, 'Forbidden'])
    expect(on.server.audit.at(-1)?.user?.username).toBe('admin')
    const other = { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' }
    expect(said(await on.ask({ ...get(maps), by: 'agent', headers: other }))).toEqual([403, 'Forbidden'])
  })
})

describe('an object', () => {
  it('stays in a dry run, which the query of a deletion with a body is not', async () => {
    await on.ask(post(maps, { metadata: { name: 'dry' } }))
    await on.ask(remove(`${maps}/dry?dryRun=All`))
    await on.ask(remove(`${maps}/dry`, { dryRun: ['All'] }))
    await on.ask(put(`${maps}/dry?dryRun=All`, { metadata: { name: 'dry' }, data: { a: '1' } }))
    const kept = await on.ask(get(`${maps}/dry`))
    expect(said(kept)).toEqual([200, undefined])
    expect(JSON.parse(kept.text)).not.toHaveProperty('data')
    await on.ask(remove(`${maps}/dry?dryRun=All`, {}))
    expect(said(await on.ask(get(`${maps}/dry`)))).toEqual([404, 'NotFound'])
  })

  it('is changed and deleted only as it is known', async () => {
    await on.ask(post(maps, { metadata: { name: 'known' } }))
    const stale = { metadata: { name: 'known', resourceVersion: '1' } }
    expect(said(await on.ask(put(`${maps}/known`, stale)))).toEqual([409, 'Conflict'])
    expect(said(await on.ask(patch(`${maps}/known`, mergePatch, stale)))).toEqual([409, 'Conflict'])
    for (const preconditions of [{ uid: 'other' }, { resourceVersion: '1' }]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(said(await on.ask(remove(`${maps}/known`, { preconditions })))).toEqual([409, 'Conflict'])
    }
    expect(said(await on.ask(get(`${maps}/known`)))).toEqual([200, undefined])
  })

  it('has fields that belong to whoever applied them', async () => {
    const wanted = (data: object): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'applied' },
      data,
    })
    const apply = (who: string, data: object): Promise<Answered> =>
      on.ask(patch(`${maps}/applied?fieldManager=${who}`, applyPatch, wanted(data)))
    await apply('one', { a: '1', b: '1', 'c.d': '1' })
    const refused = await apply('two', { a: '2' })
    expect([said(refused), refused.text]).toEqual([
      [409, 'Conflict'],
      expect.stringContaining('conflict with \\"one\\": .data.a'),
    ])
    await apply('two', { b: '1' })
    // What both want stays; what nobody wants any more goes.
    const { data } = JSON.parse((await apply('one', { a: '1' })).text) as { readonly data: object }
    expect(data).toEqual({ a: '1', b: '1' })
  })

  it('takes elements of lists by their names', async () => {
    const many = '/apis/apps/v1/namespaces/n/deployments'
    const labels = { a: 'b' }
    const containers = [{ name: 'main', image: 'i', env: [{ name: 'A', value: '1' }] }]
    const template = { metadata: { labels }, spec: { containers } }
    await on.ask(post(many, { metadata: { name: 'd' }, spec: { selector: { matchLabels: labels }, template } }))
    const change = {
      name: 'main',
      env: [
        { name: 'A', $patch: 'delete' },
        { name: 'B', value: '2' },
      ],
    }
    const body = { spec: { template: { spec: { containers: [change] } } } }
    const patched = await on.ask(patch(`${many}/d`, strategicPatch, body))
    const { spec, metadata } = JSON.parse(patched.text) as {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly object[] } } }
      readonly metadata: { readonly generation: number }
    }
    expect(spec.template.spec.containers).toMatchObject([
      { name: 'main', image: 'i', env: [{ name: 'B', value: '2' }] },
    ])
    expect(metadata.generation).toBe(2)
  })

  it('of a namespace that ends cannot be made any more', async () => {
    await on.ask(post('/api/v1/namespaces', { metadata: { name: 'ending' } }))
    const ended = await on.ask(remove('/api/v1/namespaces/ending'))
    expect(JSON.parse(ended.text)).toMatchObject({ status: { phase: 'Terminating' } })
    const late = post('/api/v1/namespaces/ending/configmaps', { metadata: { name: 'late' } })
    expect(said(await on.ask(late))).toEqual([403, 'Forbidden'])
    await on.ask(put('/api/v1/namespaces/ending/finalize', { metadata: { name: 'ending' }, spec: {} }))
    expect(said(await on.ask(get('/api/v1/namespaces/ending')))).toEqual([404, 'NotFound'])
  })

  it('is found at no path that another server would clean', async () => {
    await on.ask(post('/api/v1/namespaces/n/secrets', { metadata: { name: 's' } }))
    const codes = ['/secrets/s/', '/secrets%2Fs', '/pods/../secrets/s', '/pods/..', '/secrets//s', '/Secrets/s'].map(
      async (path) => (await on.ask(get(`/api/v1/namespaces/n${path}`))).code,
    )
    expect(await Promise.all(codes)).toEqual([200, 200, 404, 400, 404, 404])
  })

  it('is not taken from a body that is too large, or is no JSON', async () => {
    const large = await on.ask(post(maps, { metadata: { name: 'l' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } }))
    expect(said(large)).toEqual([413, 'RequestEntityTooLarge'])
    const yaml = { ...post(maps, 'metadata: {name: y}'), headers: { 'content-type': 'application/yaml' } }
    expect(said(await on.ask(yaml))).toEqual([415, 'UnsupportedMediaType'])
    expect(said(await on.ask({ ...get(maps), headers: { accept: 'application/yaml' } }))).toEqual([
      406,
      'NotAcceptable',
    ])
  })
})
