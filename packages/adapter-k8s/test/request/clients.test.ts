import { stringify } from 'node:querystring'
import { describe, expect, it } from 'vitest'
import { canonicalRequest, type RequestGiven } from '../../src/request/canonical-request.js'
import { fc } from '../support/properties.js'
import { request, webSocket } from '../support/requests.js'

const pods = '/api/v1/namespaces/team-a/pods'
const table =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'
const streams = { stdout: true, stderr: true, stdin: false, tty: false }

interface Case {
  readonly method?: string
  readonly target: string
  readonly body?: unknown
  readonly headers?: RequestGiven['headers']
  readonly kind: string
}

const clientNode: readonly Case[] = [
  { kind: 'list', target: `${pods}?watch=true&resourceVersion=&allowWatchBookmarks=true` },
  { kind: 'log', target: `${pods}/p/log?container=c&follow=true&pretty=true&previous=false&timestamps=false` },
  {
    kind: 'log',
    target: `${pods}/p/log?container=c&follow=false&limitBytes=10&pretty=false&previous=true&sinceSeconds=5&tailLines=3&timestamps=true`,
  },
  {
    kind: 'exec',
    target: `${pods}/p/exec?${stringify({ ...streams, command: ['sh', '-c', 'a & b'], container: undefined })}`,
    headers: webSocket,
  },
  { kind: 'attach', target: `${pods}/p/attach?${stringify({ container: 'c', ...streams })}`, headers: webSocket },
  { kind: 'portforward', target: `${pods}/p/portforward?${stringify({ ports: 8080 })}`, headers: webSocket },
  { kind: 'list', target: '/apis/metrics.k8s.io/v1beta1/namespaces/team-a/pods' },
  { kind: 'list', target: '/apis/metrics.k8s.io/v1beta1/nodes' },
  { kind: 'other-path', target: '/readyz' },
]

const kubectl: readonly Case[] = [
  { kind: 'other-path', target: '/api?timeout=32s' },
  { kind: 'other-path', target: '/openapi/v3/apis/apps/v1?hash=0A1B&timeout=32s' },
  { kind: 'list', target: `${pods}?limit=500`, headers: { Accept: table } },
  {
    kind: 'list',
    target: `${pods}?allowWatchBookmarks=true&watch=true&fieldSelector=metadata.name%3Dp&timeoutSeconds=432`,
    headers: { Accept: table },
  },
  {
    kind: 'list',
    target: '/apis/apps/v1/deployments?includeObject=Object&labelSelector=app+in+%28a%2Cb%29&limit=500',
    headers: { Accept: table },
  },
  {
    kind: 'create',
    method: 'POST',
    target: `${pods}?fieldManager=kubectl-create&fieldValidation=Strict`,
    body: { kind: 'Pod', apiVersion: 'v1' },
  },
  {
    kind: 'patch',
    method: 'PATCH',
    target: `${pods}/p?fieldManager=kubectl-client-side-apply&fieldValidation=Strict`,
    body: { metadata: {} },
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
  },
  {
    kind: 'patch',
    method: 'PATCH',
    target: `${pods}/p?dryRun=All&fieldManager=kubectl&fieldValidation=Strict&force=true`,
    body: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', namespace: 'team-a' } },
    headers: { 'content-type': 'application/apply-patch+yaml' },
  },
  {
    kind: 'delete',
    method: 'DELETE',
    target: `${pods}/p`,
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
  },
  {
    kind: 'exec',
    target: `${pods}/p/exec?command=ls&command=-l&container=c&stderr=true&stdout=true`,
    headers: webSocket,
  },
  {
    kind: 'review',
    method: 'POST',
    target: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec: {} },
  },
]

describe('requests as clients send them', () => {
  it.each([...clientNode, ...kubectl])(
    'are taken for what they are: $kind $target',
    ({ method = 'GET', target, body, headers = {}, kind }) => {
      expect(canonicalRequest(request(method, target, body, headers))).toMatchObject({ kind })
    },
  )
})

describe('any request', () => {
  it('is answered with a form or a reason, and never with an error', () => {
    const text = fc.string({ unit: 'binary' })
    const target = fc.oneof(
      text,
      text.map((end) => `${pods}/${end}`),
      text.map((end) => `${pods}?${end}`),
      fc.webPath(),
    )
    const headers = fc.dictionary(
      fc.constantFrom('accept', 'content-type', 'upgrade', 'connection', 'sec-websocket-protocol', '__proto__'),
      fc.oneof(text, fc.array(text)),
    )
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE')
    const body = fc.option(fc.uint8Array(), { nil: undefined })
    fc.assert(
      fc.property(method, target, headers, body, (method, target, headers, body) => {
        const canonical = canonicalRequest({ method, target, headers, body })
        expect('refused' in canonical || canonical.method === method).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('is refused with a reason that repeats nothing of it', () => {
    const secret = 'Zq7c4n4ry'
    const given = [
      request('GET', `${pods}/${secret}%2f`),
      request('GET', `${pods}?limit=${secret}`),
      request('GET', `${pods}?${secret}=1`),
      request('GET', `${pods}?labelSelector=${secret}%20${secret}`),
      request('POST', pods, { kind: secret, apiVersion: secret }),
      request('POST', pods, { metadata: { name: [secret], namespace: secret } }),
      request('POST', pods, `{"${secret}":1,"${secret}":2}`),
      request('DELETE', `${pods}/p`, { [secret]: secret }),
      request('DELETE', `${pods}/p`, { gracePeriodSeconds: secret }),
      request('GET', pods, undefined, { accept: secret }),
      request('POST', pods, {}, { 'content-type': secret }),
      request('GET', pods, undefined, { upgrade: secret }),
      request('PATCH', `${pods}/p`, [{ op: secret }], { 'content-type': 'application/json-patch+json' }),
    ]
    for (const each of given) {
      const canonical = canonicalRequest(each)
      expect(canonical).toHaveProperty('refused')
      expect(JSON.stringify(canonical).toLowerCase()).not.toContain(secret.toLowerCase())
    }
  })
})
