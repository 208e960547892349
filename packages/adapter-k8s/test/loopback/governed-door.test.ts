import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Governed, governed } from '../support/governed.js'
import { accessOf, ask, kept } from './support.js'

const pods = '/api/v1/namespaces/shop/pods'
const rules = [
  { duty: 'read', resource: 'object:shop.**' },
  { duty: 'read', resource: 'path:*' },
]

let on: Governed | undefined
afterEach(() => on?.close())

async function listening() {
  on = await governed(rules, { options: { namespace: 'shop' } })
  const door = kept(await on.target.listen(on.session))
  return { ...on, door }
}

const refusals = ({ journal }: Governed): unknown[] => journal.events.filter(({ type }) => type === 'action.denied')

describe('what comes over loopback', () => {
  it('is decided, and sent with the credential of the operator', async () => {
    const { api, door } = await listening()
    expect((await ask(door, pods)).status).toBe(200)
    const refused = await ask(door, '/api/v1/namespaces/other/pods')
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.body)).toMatchObject({ kind: 'Status', reason: 'Forbidden' })
    expect(api.seen.map(({ url }) => url)).toEqual([pods])
    expect(api.seen[0]?.headers.authorization).toBe('Bearer the-operators-token')
    expect(JSON.stringify(api.seen)).not.toContain(accessOf(door).token)
  })

  it.each([
    ['names another host', { host: 'rebound.example' }],
    ['names another port', { host: '127.0.0.1:1' }],
    ['names it by another word', { host: 'localhost' }],
    ['comes from a page', { origin: 'https://page.example' }],
  ])('is refused on record when it %s', async (_name, headers) => {
    const here = await listening()
    expect((await ask(here.door, pods, { headers, checkServerIdentity: () => undefined })).status).toBe(400)
    expect(here.api.seen).toEqual([])
    expect(refusals(here)).toHaveLength(1)
    expect(JSON.stringify(here.journal.events)).not.toContain(accessOf(here.door).token)
  })

  it('is turned away without a record when it has no token, as nobody knows whose it is', async () => {
    const here = await listening()
    const before = here.journal.events.length
    expect((await ask(here.door, pods, { headers: { authorization: 'Bearer x' } })).status).toBe(401)
    expect(here.journal.events).toHaveLength(before)
    expect(here.api.seen).toEqual([])
  })

  it('is told what to do instead when it is protobuf, as newer versions of kubectl send it', async () => {
    const { api, door } = await listening()
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' }
    const answer = await ask(door, '/api/v1/namespaces/shop/configmaps', { method: 'POST', headers, body: 'k8s\0' })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ message: expect.stringContaining('give kubectl apply a manifest') })
    expect(api.seen).toEqual([])
  })

  it('ends with its session', async () => {
    const { door, session, target } = await listening()
    const access = accessOf(door)
    await ask(door, pods)
    await session.close()
    await door.closed
    expect(existsSync(door.kubeconfig)).toBe(false)
    await expect(ask(access, pods)).rejects.toThrow(/ECONNREFUSED/)
    await expect(target.listen(session)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('ends with its target', async () => {
    const { door, session, target } = await listening()
    await ask(door, pods)
    await target.close()
    await door.closed
    await expect(target.listen(session)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })
})

describe('a description of the API', () => {
  const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

  it('goes on as it is, in the form that was asked for', async () => {
    const { api, door } = await listening()
    const body = '\u0000\u0001 jane.doe@example.com'
    api.answer = () => ({ headers: { 'content-type': protobuf }, body })
    const answer = await ask(door, '/openapi/v2?timeout=32s', { headers: { accept: protobuf } })
    expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([200, protobuf, body])
    expect(api.seen[0]?.headers.accept).toBe(protobuf)
  })

  it.each(['/openapi/v3', '/openapi/v3/apis/apps/v1?hash=ABC123'])('is at %s as well', async (path) => {
    const { api, door } = await listening()
    api.answer = () => ({ headers: { 'content-type': 'application/x' }, body: 'schema' })
    expect(await ask(door, path)).toMatchObject({ status: 200, body: 'schema' })
  })

  it.each([
    ['/openapi/v2', 500],
    ['/openapi/v4', 200],
    ['/version', 200],
    [pods, 200],
  ])('is none at %s with %i, which has to be JSON or plain text', async (path, status) => {
    const { api, door } = await listening()
    api.answer = () => ({ status, headers: { 'content-type': protobuf }, body: 'secret' })
    const answer = await ask(door, path)
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('secret')
  })
})
