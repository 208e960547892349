import { describe, expect, it } from 'vitest'
import { canonicalRequest, type RequestGiven } from '../../src/request/canonical-request.js'
import { isRefused } from '../../src/request/refused.js'
import { request, webSocket } from '../support/requests.js'

const read = (target: string, headers: RequestGiven['headers'] = {}) =>
  canonicalRequest({ method: 'GET', target, headers })
const info = (target: string) => {
  const canonical = read(target)
  return isRefused(canonical) ? canonical : canonical.info
}
const team = '/api/v1/namespaces/team-a'

/** Tricky requests, and what a real server says of them. Those that are refused here would be answered there, or taken for something else. */
describe('a request line that the server reads in its own way', () => {
  it.each([
    ['a list with a slash at the end', `${team}/secrets/`],
    ['an object with a slash at the end', `${team}/secrets/s1/`],
    ['an encoded slash behind the namespace', '/api/v1/namespaces/team-a%2Fsecrets/s1'],
    ['an encoded slash before the name', `${team}/secrets%2Fs1`],
    ['an absolute target', 'https://host/api/v1/namespaces/team-a/secrets/s1'],
    ['two slashes at the start', '//api/v1/namespaces/team-a/secrets'],
    ['two slashes within', `${team}/secrets//s1`],
    ['a dot segment', `${team}/pods/../secrets/s1`],
    ['an encoded dot segment', `${team}/pods/%2e%2e/secrets/s1`],
    ['a half encoded dot segment', `${team}/pods/.%2E/secrets/s1`],
    ['a single dot', `${team}/./pods`],
    ['capitals in the prefix', '/API/v1/namespaces/team-a/secrets'],
    ['capitals in the resource', `${team}/Secrets`],
    ['capitals in the word for namespaces', '/api/v1/Namespaces/team-a/secrets'],
    ['watch without a value, which is true', `${team}/secrets?watch`],
    ['watch with a word, which is true', `${team}/secrets?watch=no`],
    ['watch twice, which is the first', `${team}/secrets?watch=1&watch=0`],
    ['watch twice, which is no watch', `${team}/secrets?watch=0&watch=1`],
    ['watch with a capital, which is ignored', `${team}/secrets?Watch=1`],
    ['FALSE, which some versions do not know', `${team}/secrets?watch=FALSE`],
    ['the old form of watching a list', '/api/v1/watch/namespaces/team-a/secrets'],
    ['the old form of watching an object', '/api/v1/watch/namespaces/team-a/secrets/s1'],
    ['the old form of proxies', '/api/v1/proxy/nodes/n1'],
    ['the old form of watching in a group', '/apis/apps/v1/watch/deployments'],
    ['an encoded letter of an old form', '/api/v1/%77atch/pods'],
    ['a semicolon between parameters, which drops both', `${team}/secrets?watch=1;limit=1`],
    ['an escape that cannot be read', `${team}/secrets/%zz`],
    ['an escape that is cut off', `${team}/secrets/a%2`],
    ['an escape within an escape', `${team}/secrets/%2573`],
    ['an encoded backslash', `${team}/secrets/a%5Cb`],
    ['a backslash', `${team}/secrets/a\\b`],
    ['a zero byte', `${team}/secrets/a%00`],
    ['a line break', `${team}/secrets/a%0Ab`],
    ['a letter that is not ASCII', `${team}/secrets/%C3%A9`],
    ['a byte that is no UTF-8', `${team}/secrets/%ff`],
    ['a raw letter that is not ASCII', `${team}/secrets/é`],
    ['a space', `${team}/secrets/a b`],
    ['a fragment', `${team}/secrets#s1`],
    ['no path', '*'],
    ['an empty target', ''],
    ['a fragment of a host', 'host:443'],
    ['a name that is too long', `${team}/secrets/${'a'.repeat(254)}`],
    ['a target that is too long', `/api/v1/namespaces/team-a/pods/p/exec?command=${'a'.repeat(66_000)}`],
    ['an empty parameter', `${team}/secrets?limit=1&`],
    ['a parameter without a name', `${team}/secrets?=1`],
    ['a parameter that is not known', `${team}/secrets?export=true`],
    ['an escape in the query that cannot be read', `${team}/secrets?limit=%zz`],
    ['a query that is no UTF-8', `${team}/secrets?limit=%ff`],
    ['a namespace that is none', '/api/v1/namespaces/Team_A/secrets'],
    ['namespaces within a namespace', `${team}/namespaces/x`],
    ['a group that is none', '/apis/Apps/v1/deployments'],
    ['a version that is none', '/apis/apps/V1/deployments'],
    ['a path behind the subresource', `${team}/pods/p1/status/x`],
    ['a subresource with capitals', `${team}/pods/p1/Status`],
    ['a name with a sign that names do not have', `${team}/secrets/a@b`],
    ['a path that nobody knows', '/secret'],
  ])('is refused for %s', (_, target) => {
    expect(read(target)).toEqual({ refused: expect.any(String) })
  })

  it.each([
    ['a watch', `${team}/secrets?watch=1`],
    ['the kubelet behind a proxy', '/api/v1/nodes/n1/proxy/exec/a/b/c'],
    ['discovery', '/api'],
    ['a log', `${team}/pods/p1/log?follow=true`],
  ])('is refused for %s over a WebSocket', (_, target) => {
    expect(read(target)).not.toHaveProperty('refused')
    expect(read(target, webSocket)).toHaveProperty('refused')
    // Browsers do not say what they want to speak; the server takes them with the header `origin`.
    const { 'sec-websocket-protocol': _spoken, ...silent } = webSocket
    expect(read(target, { ...silent, origin: 'https://host' })).toHaveProperty('refused')
  })

  it.each([
    ['an encoded letter of the resource', `${team}/secret%73/s1`, `${team}/secrets/s1`],
    ['an encoded letter of the prefix', '/%61pi/v1/namespaces/team-a/secrets/s1', `${team}/secrets/s1`],
  ])('is written in plain for %s', (_, target, plain) => {
    expect(read(target)).toMatchObject({
      target: plain,
      info: { verb: 'get', namespace: 'team-a', resource: 'secrets', name: 's1' },
    })
  })

  it('is a watch when the parameter is encoded', () => {
    expect(read(`${team}/secrets?%77atch=1`)).toMatchObject({
      target: `${team}/secrets?watch=true`,
      info: { verb: 'watch' },
    })
  })

  it('is a list about one name when a field selector asks for it', () => {
    const target = `${team}/secrets?fieldSelector=metadata.name%3Ds1`
    expect(read(target)).toMatchObject({
      target,
      kind: 'list',
      info: { verb: 'list', resource: 'secrets', name: 's1' },
    })
    expect(info(`${team}/secrets?watch=1&fieldSelector=metadata.name%3D%3Ds1`)).toMatchObject({
      verb: 'watch',
      name: 's1',
    })
    expect(info(`${team}/secrets?fieldSelector=metadata.name!%3Ds1`)).toMatchObject({ verb: 'list', name: '' })
  })

  it('deletes a collection whatever name a field selector asks for', () => {
    const canonical = canonicalRequest(request('DELETE', `${team}/secrets?fieldSelector=metadata.name%3Ds1`))
    expect(canonical).toMatchObject({ kind: 'deletecollection', info: { verb: 'deletecollection', name: '' } })
  })

  it('gets a pod when it runs a command in it', () => {
    expect(read(`${team}/pods/p1/exec?command=ls&stdout=1`, webSocket)).toMatchObject({
      kind: 'exec',
      target: `${team}/pods/p1/exec?command=ls&stdout=true`,
      info: { verb: 'get', resource: 'pods', name: 'p1', subresource: 'exec' },
      upgrade: { protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] },
    })
  })

  it('gets a node when it goes through its proxy', () => {
    expect(info('/api/v1/nodes/n1/proxy/exec/a/b/c')).toMatchObject({
      verb: 'get',
      resource: 'nodes',
      name: 'n1',
      subresource: 'proxy',
      tail: ['exec', 'a', 'b', 'c'],
    })
  })

  it.each(['get', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'PROPFIND', ''])(
    'is refused for the method "%s"',
    (method) => {
      expect(canonicalRequest({ method, target: `${team}/pods`, headers: {} })).toHaveProperty('refused')
    },
  )

  it('ignores that a header asks for another method', () => {
    const canonical = read(`${team}/pods/p1`, { 'x-http-method-override': 'DELETE' })
    expect(canonical).toMatchObject({ method: 'GET', headers: { accept: 'application/json' }, info: { verb: 'get' } })
  })
})

describe('what a path is about', () => {
  it.each([
    ['/api/v1/namespaces', { verb: 'list', resource: 'namespaces', namespace: '', name: '' }],
    ['/api/v1/namespaces/x', { verb: 'get', resource: 'namespaces', namespace: 'x', name: 'x' }],
    ['/api/v1/namespaces/x/status', { resource: 'namespaces', namespace: 'x', name: 'x', subresource: 'status' }],
    ['/api/v1/namespaces/x/pods', { verb: 'list', resource: 'pods', namespace: 'x', name: '' }],
    ['/api/v1/namespaces/status/pods/p', { resource: 'pods', namespace: 'status', name: 'p' }],
    ['/api/v1/pods', { verb: 'list', resource: 'pods', namespace: '' }],
    ['/api/v1/nodes/n', { verb: 'get', resource: 'nodes', name: 'n' }],
    ['/apis/apps/v1/deployments', { apiGroup: 'apps', apiVersion: 'v1', resource: 'deployments' }],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node', { name: 'system:node' }],
    ['/apis/example.com/v1/watches', { resource: 'watches' }],
  ])('%s', (target, said) => {
    expect(info(target)).toMatchObject({ isResource: true, ...said })
  })

  it.each([
    '/',
    '/api',
    '/apis',
    '/api/v1',
    '/apis/apps',
    '/apis/apps/v1',
    '/version',
    '/healthz/etcd',
    '/openapi/v2',
    '/api/v1?timeout=32s',
  ])('%s is no resource', (target) => {
    expect(read(target)).toMatchObject({ target, kind: 'other-path', info: { isResource: false, verb: 'get' } })
  })

  it('is only read when it is no resource', () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(canonicalRequest(request(method, '/version'))).toHaveProperty('refused')
    }
    expect(canonicalRequest(request('GET', '/version', {}))).toHaveProperty('refused')
    expect(read('/version?watch=1')).toHaveProperty('refused')
  })

  it.each([
    ['POST', `${team}/pods/p1`],
    ['POST', `${team}/pods/p1/status`],
    ['POST', `${team}/pods/p1/exec?command=ls`],
    ['POST', `${team}/pods/p1/attach`],
    ['POST', `${team}/pods/p1/portforward`],
    ['POST', `${team}/pods/p1/log`],
    ['POST', `${team}/deployments/d/eviction`],
    ['POST', `${team}/pods/p1/token`],
    ['POST', '/apis/apps/v1/namespaces/team-a/pods/p1/binding'],
    ['PUT', `${team}/pods`],
    ['PATCH', `${team}/pods`],
    ['DELETE', `${team}/pods/p1/status`],
    ['GET', `${team}/deployments/d/proxy`],
    ['GET', `${team}/services/s/exec`],
    ['GET', '/apis/example.com/v1/namespaces/team-a/pods/p1/exec'],
    ['GET', '/apis/example.com/v1/namespaces/team-a/pods/p1/proxy'],
    ['GET', '/api/v2/namespaces/team-a/pods/p1/log'],
  ])('is refused when nobody knows what it does: %s %s', (method, target) => {
    const headers = target.includes('exec') ? webSocket : {}
    expect(canonicalRequest(request(method, target, method === 'GET' ? undefined : {}, headers))).toHaveProperty(
      'refused',
    )
  })
})
