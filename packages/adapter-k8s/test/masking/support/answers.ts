import fc from 'fast-check'
import { base64 } from './maskers.js'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** Answers of an API server of many kinds, nested in each other, with one value in every place where a secret can be. */
export function answers(canary: string): fc.Arbitrary<object> {
  const { answer } = fc.letrec<{ answer: object; object: object }>((tie) => ({
    answer: fc.oneof(
      { weight: 3, arbitrary: typedList(fc.array(secretOf(canary), { maxLength: 4 }), 'SecretList') },
      { weight: 3, arbitrary: typedList(fc.array(tie('object'), { maxLength: 4 }), 'List') },
      { weight: 2, arbitrary: typedList(fc.array(configOf(canary), { maxLength: 3 }), 'ConfigMapList') },
      { weight: 2, arbitrary: tableOf(fc.array(tie('object'), { maxLength: 3 })) },
      { weight: 2, arbitrary: tie('object') },
    ),
    object: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      secretOf(canary).map((secret) => ({ apiVersion: 'v1', kind: 'Secret', ...secret })),
      configOf(canary).map((config) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...config })),
      podOf(canary),
      minted(canary),
      partialOf(canary),
      typedList(fc.array(tie('object'), { maxLength: 2 }), 'List'),
      typedList(fc.array(secretOf(canary), { maxLength: 2 }), 'SecretList'),
      tableOf(fc.array(tie('object'), { maxLength: 2 })),
      fc.record({ type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'), object: tie('object') }),
      tie('object').map((object) => ({
        apiVersion: 'x/v1',
        kind: 'Thing',
        metadata: { name: 't' },
        spec: { deep: [[{ object }]] },
      })),
      tie('object').map((object) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c' },
        data: { manifest: JSON.stringify(object) },
      })),
    ),
  }))
  return answer
}

const key = fc.constantFrom('a', 'password', '__proto__', 'constructor', 'd\u00e4ta', 'x,]}', 'toString', 'q"\\')

function secretOf(canary: string): fc.Arbitrary<object> {
  return fc.record(
    {
      metadata: metadataOf(canary, 'Secret'),
      type: fc.constantFrom(
        'Opaque',
        'helm.sh/release.v1',
        'bootstrap.kubernetes.io/token',
        'kubernetes.io/service-account-token',
      ),
      data: fc.dictionary(key, fc.constantFrom(base64(canary), base64(base64(canary)), base64(`{"a":"${canary}"}`))),
      stringData: fc.dictionary(key, fc.constantFrom(canary, `a\n${canary}`, JSON.stringify({ a: canary }))),
      more: fc.constant({ deep: [canary] }),
    },
    { requiredKeys: ['metadata'] },
  )
}

function metadataOf(canary: string, kind: string): fc.Arbitrary<object> {
  const applied = {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'o' },
    stringData: { a: canary },
    data: { password: canary },
  }
  return fc.record(
    {
      name: fc.constantFrom('one', 'two'),
      resourceVersion: fc.constant('7'),
      managedFields: fc.constant([{ manager: 'kubectl', fieldsV1: { [`v:${canary}`]: {} } }]),
      annotations: fc.constantFrom(
        { [lastApplied]: JSON.stringify(applied) },
        { [lastApplied]: `{${canary}` },
        { a: 'b' },
      ),
    },
    { requiredKeys: ['name'] },
  )
}

function configOf(canary: string): fc.Arbitrary<object> {
  const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' }, stringData: { a: canary } }
  return fc.record({
    metadata: metadataOf(canary, 'ConfigMap'),
    data: fc.constantFrom(
      { DB_PASSWORD: canary, ok: 'harmless' },
      { 'app.properties': `user=a\ndb.password = ${canary}\n` },
      { kubeconfig: `users:\n- user:\n    client-key-data: ${base64(canary)}\n    token: ${canary}\n` },
      { 's.json': JSON.stringify(secret), 's.yaml': `kind: Secret\nstringData:\n  a: ${canary}\n` },
      { release: `H4sI${base64(canary)}` },
    ),
    binaryData: fc.constantFrom(
      { a: base64(`password=${canary}`) },
      { b: Buffer.from(`\xff${canary}`, 'latin1').toString('base64') },
    ),
  })
}

function podOf(canary: string): fc.Arbitrary<object> {
  const container = {
    name: 'c',
    image: 'i',
    env: [{ name: 'API_TOKEN', value: canary }],
    args: ['--password', canary, `--token=${canary}`],
    command: ['sh', '-c', `PASSWORD=${canary} run`],
  }
  return metadataOf(canary, 'Pod').map((metadata) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [container] },
  }))
}

function minted(canary: string): fc.Arbitrary<object> {
  return fc.constant({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', status: { token: canary } })
}

function partialOf(canary: string): fc.Arbitrary<object> {
  return metadataOf(canary, 'Secret').map((metadata) => ({
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata,
  }))
}

function typedList(items: fc.Arbitrary<object[]>, kind: string): fc.Arbitrary<object> {
  return fc.tuple(items, fc.boolean(), fc.boolean()).map(([each, isLate, hasMore]) => ({
    ...(!isLate && { kind, apiVersion: 'v1', metadata: { resourceVersion: '1' } }),
    items: each,
    ...(isLate && { metadata: { resourceVersion: '1' }, kind, apiVersion: 'v1' }),
    ...(hasMore && { more: { a: 1 } }),
  }))
}

function tableOf(objects: fc.Arbitrary<object[]>): fc.Arbitrary<object> {
  return fc.tuple(objects, fc.boolean()).map(([each, isLate]) => {
    const columnDefinitions = [{ name: 'Name', type: 'string' }]
    const rows = each.map((object) => ({ cells: ['a name', 7, null], object }))
    const head = { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {} }
    return isLate ? { ...head, rows, columnDefinitions } : { ...head, columnDefinitions, rows }
  })
}
