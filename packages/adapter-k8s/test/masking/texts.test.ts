import { inspect } from 'node:util'
import { BothKeysError } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { maskObject } from '../../src/masking/object-mask.js'
import { textsOf } from '../../src/masking/text-mask.js'
import { base64, found, shown, texts, token } from './support/maskers.js'

const marker = '[secret]'
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
const metadata = { name: 'c', namespace: 'team-a' }
const thing = (spec: unknown): unknown => ({ apiVersion: 'x/v1', kind: 'Thing', metadata, spec })
const config = (data: object, more: object = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data,
  ...more,
})
const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' }, stringData: { a: 'hunter2' } }

describe('a ConfigMap', () => {
  it('shows what is harmless', () => {
    const harmless = config({
      'app.conf': 'port: 80\nhost: web\n',
      json: '{"a": 1}',
      LOG_LEVEL: 'debug',
      TOKEN_TTL: '5m',
    })
    expect(found(harmless)).toEqual(harmless)
  })

  it('shows no value whose key is named for a secret', () => {
    expect(shown(config({ DB_PASSWORD: 'hunter2', apiKey: 'hunter2', 'smtp.pass': 'hunter2' })).data).toEqual({
      DB_PASSWORD: marker,
      apiKey: marker,
      'smtp.pass': marker,
    })
    const items = { kind: 'ConfigMapList', apiVersion: 'v1', items: [{ metadata, data: { DB_PASSWORD: 'hunter2' } }] }
    expect(shown(items).items[0].data.DB_PASSWORD).toBe(marker)
    const untyped = { metadata, data: { DB_PASSWORD: 'hunter2' } }
    expect(shown(untyped, { resource: 'configmaps' }).data.DB_PASSWORD).toBe(marker)
  })

  it('shows no values that are assigned in its texts', () => {
    expect(shown(config({ 'app.properties': 'db.user=web\ndb.password=hunter2\n' })).data).toEqual({
      'app.properties': `db.user=web\ndb.password=${marker}\n`,
    })
  })

  it('shows no credentials of kubeconfigs', () => {
    const kubeconfig = [
      'apiVersion: v1',
      'kind: Config',
      'users:',
      '- name: admin',
      '  user:',
      '    client-certificate-data: Y2VydA==',
      '    client-key-data: aHVudGVyMg==',
      '    token: hunter2',
      '    password: "hunter2"',
      '',
    ].join('\n')
    const data = { kubeconfig }
    expect(shown(config(data)).data.kubeconfig).toBe(
      kubeconfig.replaceAll(/(?<=key-data: |token: |password: ).*$/gm, marker),
    )
    expect(
      shown(config({ kubeconfig: JSON.stringify({ users: [{ user: { token: 'hunter2' } }] }) })).data.kubeconfig,
    ).toBe(JSON.stringify({ users: [{ user: { token: marker } }] }))
  })

  it('shows nothing of manifests of secrets in its texts', () => {
    expect(shown(config({ a: 'apiVersion: v1\nkind: Secret\nstringData:\n  a: hunter2\n' })).data.a).toBe(marker)
    expect(shown(config({ a: `${JSON.stringify(secret)}\n${JSON.stringify(secret)}` })).data.a).toBe(marker)
    for (const before of ['', ' ', '  ']) {
      const encoded = base64(`${before}kind: Secret\nstringData:\n  a: hunter2\n`)
      expect(shown(config({ a: `see ${encoded}` })).data.a).toBe(marker)
      expect(shown(config({ a: base64(`${before}the Secret of it is that it is none`) })).data.a).not.toBe(marker)
    }
    expect(shown(config({ a: JSON.stringify(secret) })).data.a).toBe(
      JSON.stringify({ ...secret, stringData: { a: marker } }),
    )
  })

  it('shows nothing of what is compressed, as releases of Helm are', () => {
    expect(shown(config({ release: 'H4sIAAAAAAAA/4yQ' })).data.release).toBe(marker)
    expect(shown(config({ release: base64('H4sIAAAAAAAA/4yQ') })).data.release).toBe(marker)
  })

  it('has texts in bytes masked as texts, and shows no other bytes', () => {
    const binaryData = {
      text: base64('hello'),
      assigned: base64('password=hunter2'),
      API_KEY: base64('hunter2'),
      bytes: Buffer.from([0xff, 0xfe, 0x00]).toString('base64'),
      odd: 7,
    }
    expect(shown(config({}, { binaryData })).binaryData).toEqual({
      text: base64('hello'),
      assigned: base64(`password=${marker}`),
      API_KEY: base64(marker),
      bytes: base64(marker),
      odd: marker,
    })
    expect(found(config({}, { binaryData: { a: base64(`see ${token}`) } })).binaryData.a).toBe(base64('see [jwt]'))
  })

  it('has base64 with more behind it written anew', () => {
    expect(shown(config({}, { binaryData: { a: 'aGk=!!hunter2' } })).binaryData.a).not.toContain('hunter2')
  })
})

describe('workloads', () => {
  const pod = (container: object): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [container] },
  })
  const masked = (container: object) => shown(pod(container)).spec.containers[0]

  it('show no variable that is named for a secret', () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'TOKEN_FILE', value: '/run/token' },
      { name: 'API_TOKEN', value: '$(OTHER)' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
    ]
    expect(masked({ env }).env).toEqual([{ name: 'DB_PASSWORD', value: marker }, ...env.slice(1)])
  })

  it('show no parameter of a command that is named for a secret', () => {
    const args = [
      '--password',
      'hunter2',
      '--token=hunter2',
      '--verbose',
      '-c',
      'PASSWORD=hunter2 run',
      '--secret',
      '--x',
    ]
    expect(masked({ args, command: args })).toEqual({
      args: ['--password', marker, `--token=${marker}`, '--verbose', '-c', `PASSWORD=${marker}`, '--secret', '--x'],
      command: ['--password', marker, `--token=${marker}`, '--verbose', '-c', `PASSWORD=${marker}`, '--secret', '--x'],
    })
  })

  it('show no last applied configuration that cannot be read, and the others masked', () => {
    const annotated = (value: unknown) =>
      shown({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { [lastApplied]: value } } }).metadata
        .annotations
    const applied = pod({ env: [{ name: 'PASSWORD', value: 'hunter2' }] })
    expect(annotated(JSON.stringify(applied))).toEqual({
      [lastApplied]: JSON.stringify(applied).replace('hunter2', marker),
    })
    for (const wrong of ['{"a": hunter2', 'hunter2', '"hunter2"', '["hunter2"]', 7, JSON.stringify(secret)]) {
      expect(annotated(wrong)).toEqual({})
    }
  })

  it('show no annotation of a template that they would not show of their own', () => {
    const template = { metadata: { annotations: { [lastApplied]: '{"a": hunter2', a: 'b' } } }
    expect(shown(thing({ template })).spec.template.metadata.annotations).toEqual({ a: 'b' })
  })

  it('have no managed fields unless they are wanted', () => {
    const managed = { ...metadata, managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:data': {} } }] }
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: managed }
    expect(shown(object).metadata).toEqual(metadata)
    expect(shown(object, { managedFields: 'keep' }).metadata).toEqual(managed)
  })
})

describe('other objects', () => {
  it('show no field that is named for a secret', () => {
    const spec = {
      password: 'hunter2',
      accessToken: 'hunter2',
      passwords: ['hunter2'],
      secretName: 's1',
      tokenPath: '/a',
    }
    expect(shown(thing(spec)).spec).toEqual({ ...spec, password: marker, accessToken: marker, passwords: [marker] })
    expect(shown(thing({ parameters: [{ key: 'password', value: 'hunter2' }] })).spec.parameters[0].value).toBe(marker)
    const minted = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      status: { token, expirationTimestamp: 'x' },
    }
    expect(shown(minted).status).toEqual({ token: marker, expirationTimestamp: 'x' })
    expect(shown({ kind: 'TokenReview', apiVersion: 'a/v1', spec: { token } }).spec.token).toBe(marker)
  })

  it('show nothing that detectors find, in fields, lists, keys, numbers, messages and annotations', () => {
    const spec = { a: [`see ${token}`], 'jane@example.com': 1, n: 4_111_111_111_111_111, m: 42 }
    expect(found(thing(spec)).spec).toEqual({ a: ['see [jwt]'], '[email]': 1, n: '[credit-card]', m: 42 })
    expect(found({ kind: 'Event', apiVersion: 'v1', metadata, message: token }).message).toBe('[jwt]')
    expect(
      found({ kind: 'Status', apiVersion: 'v1', message: token, details: { causes: [{ message: token }] } }),
    ).toMatchObject({
      message: '[jwt]',
      details: { causes: [{ message: '[jwt]' }] },
    })
    expect(
      found({ kind: 'Pod', metadata: { annotations: { a: token }, labels: { b: 'jane@example.com' } } }).metadata,
    ).toEqual({
      annotations: { a: '[jwt]' },
      labels: { b: '[email]' },
    })
    const table = { kind: 'Table', apiVersion: 'v1', columnDefinitions: [{ name: 'Info' }], rows: [{ cells: [token] }] }
    expect(found(table).rows[0].cells).toEqual(['[jwt]'])
  })

  it('tell detectors the name of the field', () => {
    const asked: unknown[] = []
    const asking = {
      text(value: string, hints: object) {
        asked.push([value, hints])
        return value
      },
    }
    shown({ kind: 'Thing', apiVersion: 'x/v1', spec: { customer: ['a'], n: 12_345_678.5 } }, { texts: asking })
    expect(asked).toContainEqual(['a', { field: 'customer' }])
    expect(asked).toContainEqual(['12345678.5', { field: 'n' }])
  })

  it('keep apart keys that become the same', () => {
    expect(found(thing({ 'jane@example.com': 1, 'john@example.com': 2 })).spec).toEqual({
      '[email]': 1,
      '[email]#2': 2,
    })
    const gone = { text: (value: string) => (value === 'x' ? null : value) }
    expect(shown(thing({ x: 'x', y: 4_111_111_111_111_111 }), { texts: gone }).spec).toEqual({
      '[key]': null,
      y: 4_111_111_111_111_111,
    })
  })

  it('keep what identifies them and nothing that only stands in its place', () => {
    const exact = {
      name: 'a.4111111111111111',
      namespace: 'n',
      uid: '4111111111111111',
      resourceVersion: '4111111111111111',
    }
    const times = { creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: null }
    expect(found({ kind: 'Pod', apiVersion: 'v1', metadata: { ...exact, ...times } }).metadata).toEqual({
      ...exact,
      ...times,
    })
    const list = {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { continue: 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', resourceVersion: '1' },
    }
    expect(found({ ...list, items: [] }).metadata).toEqual(list.metadata)
    const odd = { name: 'mail jane@example.com', creationTimestamp: 'jane@example.com', continue: 'jane@example.com' }
    expect(found({ kind: 'jane@example.com', apiVersion: 'jane@example.com', metadata: odd })).toEqual({
      kind: '[email]',
      apiVersion: '[email]',
      metadata: { name: 'mail [email]', creationTimestamp: '[email]', continue: '[email]' },
    })
    const long = { kind: 'Pod', metadata: { name: `${'a.'.repeat(200)}4111111111111111` } }
    expect(found(long).metadata.name).not.toContain('4111111111111111')
  })

  it('show JSON in texts as it was when there is nothing to hide', () => {
    for (const text of ['{"a":1}', '{\n  "a": 1\n}\n', '{\n    "a": 1\n}', '[INFO] up']) {
      expect(found(config({ a: text })).data.a).toBe(text)
    }
  })

  it('show nothing of a member of JSON in a text that another one of its name hides', () => {
    const twice = '{"kind":"Secret","data":{"a":"aHVudGVyMg=="},"data":{}}'
    expect(shown(config({ a: twice })).data.a).toBe('{"kind":"Secret","data":{}}')
    expect(shown(config({ a: '{"b":{"stringData":{"a":"hunter2"}},"b":1}' })).data.a).toBe('{"b":1}')
  })

  it('show nothing of JSON that is too deep in texts', () => {
    let text = JSON.stringify({ a: 'hunter2' })
    for (let depth = 0; depth < 4; depth += 1) text = JSON.stringify({ a: text })
    expect(shown(thing({ a: text })).spec.a).not.toContain('hunter2')
    expect(shown(thing({ a: text })).spec.a).toContain(marker)
  })
})

describe('usual objects', () => {
  const volumes = [
    { name: 's', secret: { secretName: 'tls', items: [{ key: 'tls.crt', path: 'tls.crt' }] } },
    { name: 't', projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] } },
  ]
  const args = [
    '--tls-private-key-file=/k',
    '--service-account-key-file',
    '/sa.pub',
    '--authorization-mode=RBAC',
    '--token-auth-file=/x',
  ]
  const yaml =
    'authentication:\n  webhook:\n    cacheTTL: 2m\nauthorization:\n  mode: Webhook\ntokenPath: /x\nsecretName: a\n'
  const involvedObject = { kind: 'Secret', apiVersion: 'v1', name: 's1' }
  it.each<object>([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { template: { spec: { volumes, containers: [{ name: 'c', args }] } } },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { 'config.yaml': yaml, Corefile: '.:53 {\n  errors\n  ttl 30\n}\n' },
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      secrets: [{ name: 'a-token' }],
      imagePullSecrets: [{ name: 'b' }],
    },
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata,
      involvedObject,
      message: 'failed for volume "s": secret "tls" not found',
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [{ resources: ['secrets', 'serviceaccounts/token'] }],
    },
  ])('are shown as they are: %o', (object) => {
    expect(found(object)).toEqual(object)
  })
})

describe('masking', () => {
  it('fails with nothing of the object when a detector does', () => {
    const failing = {
      text(value: string): string {
        if (value === 'hunter2') throw new BothKeysError('ERR_INTERNAL', `cannot read ${value}`)
        return value
      },
    }
    let error: unknown
    try {
      shown(thing({ a: 'hunter2' }), { texts: failing })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  })

  it('fails for what is nested too deep', () => {
    const open = '{"a":['.repeat(100)
    const deep = JSON.parse(`${open}1${']}'.repeat(100)}`) as JsonValue
    const error = expect.objectContaining({ message: expect.stringContaining('nested too deep') })
    expect(() => maskObject(deep, {})).toThrow(error)
    expect(() => maskObject({ kind: 'Secret', data: deep }, {})).toThrow(error)
    const objects = JSON.parse('{"metadata":'.repeat(200) + '1' + '}'.repeat(200)) as JsonValue
    expect(() => maskObject(objects, {})).toThrow(error)
  })

  it('counts what was masked', () => {
    const counts: number[] = []
    const context = { texts, masked: (values: number) => counts.push(values) }
    shown({ ...secret, data: { a: 'x', b: 'y' }, metadata: { annotations: { [lastApplied]: '{}' } } }, context)
    shown(thing({ a: token, password: 'hunter2' }), context)
    shown(thing({ a: 'harmless' }), context)
    expect(counts).toEqual([4, 2])
  })

  it('takes detectors from the masks of a result', () => {
    expect(textsOf(undefined)).toBeUndefined()
    const content = {
      text: (value: string, column: string | undefined) => `${String(column)}:${value}`,
      json: String,
      stream: () => texts.stream(),
    }
    expect(textsOf(content)?.text('a', { field: 'b' })).toBe('b:a')
    expect(textsOf(content)?.finder).toBeUndefined()
    const finder = {}
    expect(textsOf({ ...content, finder })?.finder).toBe(finder)
  })
})

it('what is harmless in one answer is looked at anew in another that hides more', () => {
  const noted = (note: string): JsonValue => ({ kind: 'Thing', note })
  const mailed = noted('to ada.lovelace@example.com')
  expect(maskObject(mailed, {})).toEqual(mailed)
  expect(maskObject(mailed, { texts })).toEqual(noted('to [email]'))
  const managed = noted('{"kind":"Pod","metadata":{"managedFields":[1]}}')
  expect(maskObject(managed, { managedFields: 'keep' })).toEqual(managed)
  expect(maskObject(managed, {})).toEqual(noted('{"kind":"Pod","metadata":{}}'))
})

describe('what was looked at in one answer', () => {
  const answer: JsonValue = { kind: 'Thing', note: 'a note that nobody wrote before' }
  /** What is looked at in the answer by one that finds as `finder` does. */
  const looked = (
    finder: object | undefined,
    context: object = {},
    found = (text: string) => text,
  ): readonly string[] => {
    const seen: string[] = []
    const text = (value: string): string => {
      seen.push(value)
      return found(value)
    }
    maskObject(answer, { texts: { text, finder }, ...context })
    return seen
  }
  const all = ['kind', 'note', 'a note that nobody wrote before']

  it('is not looked at again by the same finder', () => {
    const finder = {}
    expect(looked(finder)).toEqual(all)
    expect(looked(finder)).toEqual([])
    expect(looked({})).toEqual(all)
  })

  it('is looked at again where nobody knows who finds, and where it would be masked otherwise', () => {
    expect(looked(undefined)).toEqual(all)
    expect(looked(undefined)).toEqual(all)
    const finder = {}
    looked(finder)
    expect(looked(finder, { managedFields: 'keep' })).toEqual(all)
    expect(looked(finder, { limits: { nested: 1 } })).toEqual(all)
    expect(looked(finder, { limits: { deepest: 9 } })).toEqual(all)
    expect(looked(finder)).toEqual([])
  })

  it('is looked at again when many others have looked', () => {
    const finder = {}
    looked(finder)
    const others = Array.from({ length: 15 }, () => ({}))
    for (const each of others) looked(each)
    expect(looked(finder)).toEqual([])
    looked({})
    expect(looked(finder)).toEqual(all)
    expect(looked(others.at(-1))).toEqual([])
  })

  it('is looked at again where something was found in it', () => {
    const finder = {}
    expect(looked(finder, {}, () => 'x')).toEqual(all)
    expect(looked(finder)).toEqual(all)
  })
})
