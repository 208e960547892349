import { describe, expect, it } from 'vitest'
import { canonicalRequest, type RequestGiven } from '../../src/request/canonical-request.js'
import { request, webSocket } from '../support/requests.js'

const pods = '/api/v1/namespaces/team-a/pods'
const read = (target: string, headers: RequestGiven['headers']) => canonicalRequest({ method: 'GET', target, headers })
const accepted = (target: string, accept?: string) => {
  const canonical = read(target, accept === undefined ? {} : { Accept: accept })
  return 'refused' in canonical ? canonical : canonical.headers['accept']
}
const write = (method: string, contentType: string | undefined, body: unknown = {}) =>
  canonicalRequest(request(method, method === 'POST' ? pods : `${pods}/p`, body, { 'content-type': contentType }))

describe('headers', () => {
  it('go on by an allow-list, and those about identity are told', () => {
    const canonical = read(`${pods}/p`, {
      Authorization: 'Bearer secret',
      'Impersonate-User': 'admin',
      'impersonate-group': ['system:masters', 'others'],
      'Impersonate-Extra-Scopes': 'all',
      'X-Remote-User': 'admin',
      'x-forwarded-for': '10.0.0.1',
      cookie: 'a=b',
      'proxy-authorization': 'Basic x',
      connection: 'keep-alive, x-secret',
      te: 'trailers',
      'transfer-encoding': 'chunked',
      'accept-encoding': 'gzip',
      'user-agent': 'agent',
      'x-stream-protocol-version': 'v4.channel.k8s.io',
      host: 'somewhere',
      'content-length': '12',
      'audit-id': 'mine',
    })
    expect(canonical).toMatchObject({
      headers: { accept: 'application/json' },
      identityHeaders: [
        'authorization',
        'cookie',
        'impersonate-extra-scopes',
        'impersonate-group',
        'impersonate-user',
        'proxy-authorization',
        'x-forwarded-for',
        'x-remote-user',
      ],
    })
    expect(Object.keys((canonical as { headers: object }).headers)).toEqual(['accept'])
    expect(JSON.stringify(canonical)).not.toMatch(/secret|admin|masters/)
  })

  it.each([
    ['an encoded body', { 'content-encoding': 'gzip' }],
    ['an encoded body, with capitals', { 'Content-Encoding': 'GZIP' }],
    ['a page', { origin: 'https://host' }],
    ['accept twice', { accept: ['application/json', 'application/yaml'] }],
    ['accept in two ways of writing', { accept: 'application/json', Accept: 'application/json' }],
    ['upgrade twice', { upgrade: ['websocket', 'SPDY/3.1'] }],
    ['an accept that is not ASCII', { accept: 'application/json, é' }],
    ['SPDY', { connection: 'Upgrade', upgrade: 'SPDY/3.1' }],
    ['HTTP/2', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' }],
  ])('are refused for %s', (_, headers) => {
    expect(read(pods, headers)).toHaveProperty('refused')
  })

  it('may say that a body is not encoded', () => {
    expect(read(pods, { 'content-encoding': 'identity' })).not.toHaveProperty('refused')
  })
})

describe('what is accepted', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'

  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['application/json, */*;q=0.8', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
    ['application/yaml, application/json;q=0.1', 'application/json'],
    [`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, `${table},application/json`],
    ['application/json; g=meta.k8s.io; v=v1; as=Table', table],
    [
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    ],
    [
      'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,*/*',
      'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
    ],
    ['application/json;stream=watch', 'application/json'],
  ])('%s becomes %s', (accept, canonical) => {
    expect(accepted(pods, accept)).toBe(canonical)
  })

  it.each([
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
    'application/cbor',
    'application/json;q=0',
    'application/json;as=Table;v=v2;g=meta.k8s.io',
    'application/json;as=Table;v=v1;g=example.com',
    'application/json;as=Other;v=v1;g=meta.k8s.io',
    'application/yaml;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=Table;as=Table;v=v1;g=meta.k8s.io',
    'text/html',
    'json',
    `${'application/json,'.repeat(300)}application/json`,
  ])('is refused when it can be no JSON that is known: %s', (accept) => {
    expect(accepted(pods, accept)).toEqual({ refused: expect.any(String) })
  })

  it('of logs and proxies is anything', () => {
    expect(accepted(`${pods}/p/log`, 'text/plain')).toBe('application/json, */*')
    expect(accepted(`${pods}/p/proxy`, 'text/html')).toBe('application/json, */*')
    expect(accepted('/metrics', 'text/plain')).toBe('application/json, */*')
  })

  it('of descriptions passes, and of discovery may be the new form', () => {
    const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
    expect(accepted('/openapi/v2', protobuf)).toBe(protobuf)
    expect(accepted('/openapi/v3')).toBe('application/json')
    expect(accepted('/openapi/v2', 'a"b')).toHaveProperty('refused')
    const discovery = 'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io'
    expect(accepted('/apis', `${discovery},application/json`)).toBe(`${discovery},application/json`)
    expect(accepted('/apis/apps/v1', `${discovery},application/json`)).toBe('application/json')
    expect(accepted('/version', 'application/vnd.kubernetes.protobuf')).toHaveProperty('refused')
  })
})

describe('what a body is said to be', () => {
  it.each([
    ['POST', 'application/json', 'application/json'],
    ['POST', 'application/json; charset=UTF-8', 'application/json'],
    ['POST', 'APPLICATION/JSON', 'application/json'],
    ['POST', undefined, 'application/json'],
    ['PUT', '', 'application/json'],
    ['DELETE', 'application/json', 'application/json'],
    ['PATCH', 'application/merge-patch+json', 'application/merge-patch+json'],
    ['PATCH', 'application/strategic-merge-patch+json; charset=utf-8', 'application/strategic-merge-patch+json'],
  ])('%s takes %s', (method, contentType, canonical) => {
    expect(write(method, contentType)).toMatchObject({ headers: { 'content-type': canonical } })
  })

  it('of patches may be a list of operations or an apply', () => {
    expect(write('PATCH', 'application/json-patch+json', [])).toMatchObject({
      headers: { 'content-type': 'application/json-patch+json' },
    })
    expect(write('PATCH', 'application/apply-patch+yaml', { apiVersion: 'v1', kind: 'Pod' })).toMatchObject({
      headers: { 'content-type': 'application/apply-patch+yaml' },
    })
  })

  it.each([
    ['POST', 'application/yaml'],
    ['POST', 'application/vnd.kubernetes.protobuf'],
    ['POST', 'application/cbor'],
    ['POST', 'application/merge-patch+json'],
    ['POST', 'text/json'],
    ['POST', 'application/json; charset=utf-16'],
    ['POST', 'application/json; charset=utf-8; charset=utf-8'],
    ['POST', 'application/json; as=Table'],
    ['POST', 'application/json;'],
    ['POST', 'application/json, application/yaml'],
    ['POST', 'application/json; charset="utf-8"'],
    ['DELETE', 'application/yaml'],
    ['PATCH', 'application/json'],
    ['PATCH', 'application/apply-patch+cbor'],
    ['PATCH', undefined],
    ['PATCH', ''],
  ])('%s refuses %s', (method, contentType) => {
    expect(write(method, contentType)).toEqual({ refused: expect.any(String) })
  })
})

describe('a WebSocket', () => {
  const socket = (end: string, headers: RequestGiven['headers']) => read(`${pods}/p/${end}`, headers)

  it('is what commands, attachments and forwarded ports need', () => {
    for (const end of ['exec?command=ls', 'attach', 'portforward?ports=80']) {
      expect(socket(end, {})).toHaveProperty('refused')
      expect(socket(end, webSocket)).toMatchObject({
        upgrade: { protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] },
      })
    }
  })

  it('is asked for in protocols that are understood', () => {
    expect(socket('attach', { ...webSocket, 'sec-websocket-protocol': 'v4.channel.k8s.io' })).toMatchObject({
      upgrade: { protocols: ['v4.channel.k8s.io'] },
    })
    for (const protocol of [
      '',
      'channel.k8s.io',
      'v4.base64.channel.k8s.io',
      'SPDY/3.1+portforward.k8s.io',
      'base64url.bearer.authorization.k8s.io.c2VjcmV0',
    ]) {
      expect(socket('attach', { ...webSocket, 'sec-websocket-protocol': protocol })).toHaveProperty('refused')
    }
    const bearer = `base64url.bearer.authorization.k8s.io.c2VjcmV0, v4.channel.k8s.io`
    expect(JSON.stringify(socket('attach', { ...webSocket, 'sec-websocket-protocol': bearer }))).not.toContain('bearer')
  })

  it('is refused when it is another protocol, or only half asked for', () => {
    expect(socket('attach', { ...webSocket, upgrade: 'SPDY/3.1' })).toHaveProperty('refused')
    expect(socket('attach', { ...webSocket, upgrade: 'websocket, SPDY/3.1' })).toHaveProperty('refused')
    expect(socket('attach', { ...webSocket, connection: 'keep-alive' })).toHaveProperty('refused')
    expect(socket('attach', { ...webSocket, connection: 'keep-alive, Upgrade' })).not.toHaveProperty('refused')
    expect(socket('attach', { ...webSocket, upgrade: 'WebSocket' })).not.toHaveProperty('refused')
  })
})
