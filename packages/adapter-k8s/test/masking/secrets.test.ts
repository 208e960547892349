import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { maskObject } from '../../src/masking/object-mask.js'
import { base64, shown } from './support/maskers.js'

const marker = '[secret]'
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's1', namespace: 'team-a', uid: 'u-1', resourceVersion: '12', labels: { app: 'web' } },
  type: 'Opaque',
  immutable: false,
  data: { password: base64('hunter2'), empty: '' },
}
const { apiVersion: _apiVersion, kind: _kind, ...untyped } = secret
const shownSecret = { ...secret, data: { password: base64(marker), empty: base64(marker) } }
const { apiVersion: _shownVersion, kind: _shownKind, ...shownUntyped } = shownSecret

describe('a Secret', () => {
  it('keeps its keys, its type and its metadata, and has markers in base64 for its values', () => {
    expect(shown(secret)).toEqual(shownSecret)
  })

  it('has plain markers in stringData', () => {
    expect(shown({ ...secret, stringData: { a: 'hunter2' } }).stringData).toEqual({ a: marker })
  })

  it('shows nothing of members that Secrets are not known to have', () => {
    const odd = { ...secret, more: { a: ['hunter2', 7, null, true] }, type: 'a b\nhunter2', immutable: 'hunter2' }
    expect(shown(odd)).toMatchObject({ more: { a: [marker, marker, null, marker] }, type: marker, immutable: marker })
  })

  it('has no managed fields anywhere, whose keys may hold values', () => {
    const managedFields = [{ fieldsV1: { 'v:hunter2': {} } }]
    expect(shown({ ...secret, spec: { metadata: { managedFields } } }).spec).toEqual({ metadata: {} })
  })

  it('shows nothing of data that has another form than it should', () => {
    expect(shown({ ...secret, data: 'hunter2' }).data).toBe(marker)
    expect(shown({ ...secret, data: ['hunter2'] }).data).toEqual([marker])
    expect(shown({ ...secret, data: { a: { b: 'hunter2' }, n: 12345 } }).data).toEqual({ a: { b: marker }, n: marker })
    expect(shown({ ...secret, metadata: 'hunter2' }).metadata).toBe(marker)
  })

  it('has no last applied configuration, and no other annotation that may hold one', () => {
    const applied = JSON.stringify({ ...secret, stringData: { a: 'hunter2' } })
    const annotations = {
      [lastApplied]: applied,
      'kapp.k14s.io/original': applied,
      'example.com/json': '{"data":{"a":"hunter2"}}',
      'objectset.rio.cattle.io/applied': 'H4sIAAAAAAAA/4yQ',
      'example.com/yaml': 'apiVersion: v1\nkind: Secret\nstringData:\n  a: hunter2\n',
      'example.com/owner': 'team-a',
    }
    const { metadata } = shown({ ...secret, metadata: { ...secret.metadata, annotations } })
    expect(metadata.annotations).toEqual({ 'example.com/owner': 'team-a' })
  })

  it('is one also as an item without a kind, by the list or by what was asked for', () => {
    const list = { kind: 'SecretList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [untyped] }
    expect(shown(list)).toEqual({ ...list, items: [shownUntyped] })
    expect(shown({ items: [untyped] }, { resource: 'secrets' })).toEqual({ items: [shownUntyped] })
    expect(shown({ kind: 'List', items: [untyped] }, { resource: 'secrets' }).items).toEqual([shownUntyped])
    expect(shown({ kind: 'ThingList', items: [untyped] }, { resource: 'secrets' }).items).toEqual([shownUntyped])
    expect(shown([untyped], { resource: 'secrets' })).toEqual([shownUntyped])
    expect(shown(untyped, { resource: 'secrets' })).toEqual(shownUntyped)
  })

  it('is one also where what was asked for says so and the object says something else', () => {
    expect(shown({ ...secret, kind: 'ConfigMap' }, { resource: 'secrets' }).data).toEqual(shownSecret.data)
  })

  it('is one in lists of lists, in events of watches and in whatever else holds it', () => {
    const inner = { kind: 'List', apiVersion: 'v1', items: [{ kind: 'List', apiVersion: 'v1', items: [secret] }] }
    expect(shown(inner).items[0].items[0]).toEqual(shownSecret)
    expect(shown({ type: 'ADDED', object: secret }).object).toEqual(shownSecret)
    expect(shown({ apiVersion: 'x/v1', kind: 'Thing', spec: { a: [[{ b: secret }]] } }).spec.a[0][0].b).toEqual(
      shownSecret,
    )
  })

  it('shows nothing of items that are no objects', () => {
    const odd = ['hunter2', 7, null, ['hunter2']]
    expect(shown({ kind: 'SecretList', items: odd }).items).toEqual([marker, marker, null, [marker]])
    expect(shown({ kind: 'SecretList', items: 'hunter2' }).items).toBe(marker)
    expect(shown({ kind: 'SecretList', items: untyped }).items).toEqual(shownUntyped)
    expect(shown('hunter2', { resource: 'secrets' })).toBe(marker)
    expect(shown({ kind: 'SecretList', items: [], more: 'hunter2' }).more).toBe(marker)
  })

  it('is left as it is where it is only referred to', () => {
    const reference = { apiVersion: 'v1', kind: 'Secret', name: 's1', namespace: 'team-a', uid: 'u-1' }
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject: reference }
    expect(shown(event)).toEqual(event)
    const resources = {
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [{ name: 'secrets', kind: 'Secret', verbs: ['get'] }],
    }
    expect(shown(resources)).toEqual(resources)
  })

  it('has no values under stringData wherever that stands', () => {
    expect(shown({ kind: 'Thing', apiVersion: 'x/v1', spec: { stringData: { a: 'hunter2' } } }).spec.stringData.a).toBe(
      marker,
    )
  })

  it('has its values masked under keys that mean something to JavaScript', () => {
    const text =
      '{"kind":"Secret","metadata":{"name":"s"},"data":{"__proto__":"aHVudGVyMg==","constructor":"aHVudGVyMg=="}}'
    const output = JSON.stringify(maskObject(JSON.parse(text) as JsonValue, {}))
    expect(output).toBe(text.replaceAll('aHVudGVyMg==', base64(marker)))
  })

  it('is not changed itself', () => {
    const input = structuredClone(secret) as JsonValue
    maskObject(input, {})
    expect(input).toEqual(secret)
  })
})

describe('metadata alone, of secrets', () => {
  const applied = { [lastApplied]: JSON.stringify(secret) }
  const partial = {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 's1', annotations: applied },
  }

  it('has no last applied configuration, whoever says that it is of a secret', () => {
    expect(shown(partial).metadata).toEqual({ name: 's1', annotations: {} })
    const list = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: {}, items: [partial] }
    expect(shown(list, { resource: 'secrets' }).items[0].metadata).toEqual({ name: 's1', annotations: {} })
    const bare = { ...partial, metadata: { name: 's1', annotations: { [lastApplied]: '{"data":{"a":"hunter2"}}' } } }
    expect(shown(bare, { resource: 'secrets' }).metadata.annotations).toEqual({})
  })
})

describe('a table of secrets', () => {
  const columnDefinitions = ['Name', 'Type', 'Data', 'Age', 'Odd'].map((name) => ({ name, type: 'string' }))
  const object = {
    kind: 'PartialObjectMetadata',
    metadata: { name: 's1', annotations: { [lastApplied]: '{"a":"hunter2"}' } },
  }
  const table = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '1' },
    columnDefinitions,
    rows: [{ cells: ['s1', 'Opaque', 2, '5d', 'hunter2'], object }],
  }

  it('shows the cells that servers print, and the metadata of objects', () => {
    const [row] = shown(table, { resource: 'secrets' }).rows
    expect(row.cells).toEqual(['s1', 'Opaque', 2, '5d', marker])
    expect(row.object.metadata).toEqual({ name: 's1', annotations: {} })
  })

  it('masks whole objects in rows, and cells by them', () => {
    const rows = [{ cells: ['s1', 'Opaque', 2, '5d', 'hunter2'], object: secret }]
    const [row] = shown({ ...table, rows }).rows
    expect(row).toEqual({ cells: ['s1', 'Opaque', 2, '5d', marker], object: shownSecret })
    expect(shown({ ...table, rows: [{ cells: [], object: untyped }] }, { resource: 'secrets' }).rows[0].object).toEqual(
      shownUntyped,
    )
  })

  it('shows no cell of a column that it does not name, or of another form', () => {
    const { columnDefinitions: _columns, ...unnamed } = table
    expect(shown(unnamed, { resource: 'secrets' }).rows[0].cells).toEqual([marker, marker, marker, marker, marker])
    const odd = { ...table, rows: [{ cells: ['hunter 2', ['hunter2'], 12_345_678, 'a=b', 7], more: 'hunter2' }] }
    const [row] = shown(odd, { resource: 'secrets' }).rows
    expect(row).toEqual({ cells: [marker, [marker], marker, marker, marker], more: marker })
  })

  it('shows nothing of rows that are none', () => {
    expect(shown({ ...table, rows: 'hunter2' }, { resource: 'secrets' }).rows).toBe(marker)
    expect(shown({ ...table, rows: ['hunter2'] }).rows).toEqual([marker])
  })
})

describe('a status about secrets', () => {
  const status = (reason: string, message: string, more: object = {}): unknown => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code: 422,
    ...more,
  })
  const quoting = 'error found in #10 byte of ...|a":"hunter2"|...'

  it('says what servers make of names alone', () => {
    const missing = status('NotFound', 'secrets "s1" not found', { details: { name: 's1', kind: 'secrets' } })
    expect(shown(missing, { resource: 'secrets' })).toEqual(missing)
    const user = 'system:serviceaccount:a:b'
    const message = `secrets "s1" is forbidden: User "${user}" cannot get resource "secrets" in API group "" in the namespace "team-a"`
    const forbidden = status('Forbidden', message)
    expect(shown(forbidden, { resource: 'secrets' })).toEqual(forbidden)
  })

  it('does not quote', () => {
    const causes = [{ reason: 'FieldValueInvalid', message: quoting, field: 'data' }]
    const details = { name: 's1', kind: 'Secret', causes }
    const invalid = shown(status('Invalid', quoting, { details, more: 'hunter2' }))
    expect(invalid).toMatchObject({ message: marker, reason: 'Invalid', code: 422, more: marker })
    expect(invalid.details).toEqual({
      name: 's1',
      kind: 'Secret',
      causes: [{ reason: marker, message: marker, field: marker }],
    })
    expect(shown(status('BadRequest', quoting), { resource: 'secrets' }).message).toBe(marker)
    const webhook = 'secrets "s1" is forbidden: admission webhook denied it: hunter2'
    expect(shown(status('Forbidden', webhook), { resource: 'secrets' }).message).toBe(marker)
  })
})
