import { describe, expect, it } from 'vitest'
import { repeatsSecret, shownBody } from '../../src/door/shown-body.js'
import { canonicalRequest, type CanonicalRequest } from '../../src/request/canonical-request.js'
import { request } from '../support/requests.js'

const secrets = '/api/v1/namespaces/shop/secrets'
const maps = '/api/v1/namespaces/shop/configmaps'
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function read(method: string, target: string, body: unknown, type = 'application/json'): CanonicalRequest {
  const canonical = canonicalRequest(request(method, target, body, { 'content-type': type }))
  if ('refused' in canonical) throw new Error(canonical.refused)
  return canonical
}

/** What is shown of a body before the digest, and what each of the secrets in it looks like. */
function shown(...given: Parameters<typeof read>): { readonly body: unknown; readonly holes: readonly string[] } {
  const { secrets: spans, text } = shownBody(read(...given))
  const [body = '', digest] = text.split('\n\n')
  expect(digest).toMatch(/^\d+ bytes with the keyed digest [\da-f]{64}$/)
  return { body: JSON.parse(body) as unknown, holes: spans.map(({ end, start }) => text.slice(start, end)) }
}

describe('the body of a secret', () => {
  it('is shown whole but for values and manifests, each with its place', () => {
    const manifest = JSON.stringify({ kind: 'Secret', stringData: { a: 'hunter2' } })
    const metadata = {
      name: 's',
      labels: { app: 'web' },
      annotations: { [lastApplied]: manifest, packed: 'H4sIhunter2', note: 'kind' },
      finalizers: ['example.com/keep'],
      managedFields: [{ manager: 'agent', fieldsV1: { 'f:data': {} } }],
    }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', immutable: true, more: ['x'] }
    const values = { data: { b: 'aHVudGVyMg==', '[secret]': 'aHVudGVyMg==' }, stringData: { a: 'hunter2' } }
    const { body, holes } = shown('POST', secrets, { ...secret, ...values })
    expect(body).toEqual({
      ...secret,
      metadata: { ...metadata, annotations: { [lastApplied]: '[secret]', packed: '[secret]', note: 'kind' } },
      data: { b: '[secret]', '[secret]': '[secret]' },
      stringData: { a: '[secret]' },
    })
    expect(holes).toEqual(Array.from({ length: 5 }, () => '[secret]'))
  })

  it('has no value where it is none of a known form, and shows what is taken away', () => {
    const merge = 'application/merge-patch+json'
    const body = { data: { a: null, b: 1, c: { d: ['hunter2'] } }, stringData: 'hunter2' }
    expect(shown('PATCH', `${secrets}/s`, body, merge)).toEqual({
      body: { data: { a: null, b: '[secret]', c: { d: ['[secret]'] } }, stringData: '[secret]' },
      holes: Array.from({ length: 3 }, () => '[secret]'),
    })
  })

  it('shows where operations of a patch take place, and no value of theirs', () => {
    const body = [
      { op: 'add', path: '/data/a', value: { b: 'hunter2' } },
      { op: 'remove', path: '/data/c' },
    ]
    expect(shown('PATCH', `${secrets}/s`, body, 'application/json-patch+json')).toEqual({
      body: [{ op: 'add', path: '/data/a', value: '[secret]' }, body[1]],
      holes: ['[secret]'],
    })
  })

  it('may repeat itself, as what was applied', () => {
    const metadata = { annotations: { [lastApplied]: '{"kind":"Secret","data":{}}' } }
    expect(repeatsSecret(read('PUT', `${secrets}/s`, { kind: 'Secret', metadata, data: {} }))).toBe(false)
  })
})

describe('the body of anything else', () => {
  it('is shown whole', () => {
    const canonical = read('POST', maps, { kind: 'ConfigMap', data: { password: 'hunter2' } })
    expect(shownBody(canonical)).toEqual({ text: canonical.body?.text, secrets: [] })
    expect(repeatsSecret(canonical)).toBe(false)
  })

  it.each([
    ['in YAML', { data: { a: 'apiVersion: v1\nkind: Secret\n' } }],
    ['in JSON', { data: { a: '{"kind":"Secret","data":{}}' } }],
    ['in base64', { binaryData: { a: Buffer.from('{"kind": "Secret"}').toString('base64') } }],
    ['in a name', { data: { 'kind: Secret': '' } }],
    ['as it is', { items: [{ kind: 'Secret', stringData: { a: 'hunter2' } }] }],
  ])('repeats no manifest of a secret %s', (_, body) => {
    expect(repeatsSecret(read('POST', maps, body))).toBe(true)
  })

  it('may refer to a secret', () => {
    const body = { from: [{ kind: 'Secret', name: 's' }], note: 'of a Secret' }
    expect(repeatsSecret(read('POST', '/apis/example.com/v1/namespaces/shop/things', body))).toBe(false)
  })
})
