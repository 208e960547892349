import { describe, expect, it } from 'vitest'
import { isList, isObject } from '../../src/danger/spot.js'
import { dangersOfObject } from '../../src/danger/object.js'
import { dangersOfRequest, type RequestFacts } from '../../src/danger/request.js'
import type { JsonObject, JsonValue } from '../../src/json.js'
import { container, custom, pod, podMakers, safeContainer, safeSpec, spec } from './support/manifests.js'
import { type Violation, violations } from './support/pod-violations.js'
import { fc } from './support/properties.js'
import { checksOf } from './support/verdicts.js'

type Path = readonly (string | number)[]

/** A valid pod that has something in most fields. */
const rich: JsonObject = spec({
  hostUsers: false,
  serviceAccountName: 'web',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'gpu', operator: 'Exists' }],
  volumes: [
    { name: 'a', emptyDir: {} },
    { name: 'b', projected: { sources: [{ serviceAccountToken: { path: 't' } }, { secret: { name: 's' } }] } },
  ],
  initContainers: [container({ name: 'init', envFrom: [{ secretRef: { name: 's' } }] })],
  containers: [
    container({
      ports: [{ containerPort: 80 }],
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      livenessProbe: { httpGet: { port: 80 } },
      lifecycle: { preStop: { exec: { command: ['true'] } } },
      volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'b' }],
    }),
    container({ name: 'second' }),
  ],
})

const keys = fc.oneof(
  fc.constantFrom(
    'spec',
    'containers',
    'volumes',
    'securityContext',
    'metadata',
    'annotations',
    '__proto__',
    'constructor',
    'items',
    'kind',
  ),
  fc.string({ maxLength: 6 }),
)
const junk = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
const mutation = fc.record({ turns: fc.array(fc.nat(9), { maxLength: 7 }), key: keys, value: junk, adds: fc.boolean() })
const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 })
type Mutation = {
  readonly turns: readonly number[]
  readonly key: string
  readonly value: JsonValue
  readonly adds: boolean
}

/** A copy with something else at a place that some turns lead to. */
function mutated(value: JsonValue, { turns, key, value: put, adds }: Mutation, depth = 0): JsonValue {
  const turn = turns[depth]
  if (isList(value) && value.length > 0 && turn !== undefined)
    return value.map((member, index) =>
      index === turn % value.length ? mutated(member, { turns, key, value: put, adds }, depth + 1) : member,
    )
  if (!isObject(value)) return put
  const names = Object.keys(value)
  if (turn === undefined || names.length === 0) return adds ? withKey(value, key, put) : put
  const name = names[turn % names.length] ?? key
  return withKey(value, name, mutated(value[name] ?? null, { turns, key, value: put, adds }, depth + 1))
}

function withKey(object: JsonObject, key: string, value: JsonValue): JsonObject {
  const copy: Record<string, JsonValue> = { ...object }
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
  return copy
}

/** A copy with fields put at a path, whatever was on the way. */
function forced(value: JsonValue | undefined, path: Path, fields: JsonObject): JsonValue {
  const [key, ...rest] = path
  if (key === undefined) return { ...(isObject(value) ? value : {}), ...fields }
  if (typeof key === 'string') {
    const object = isObject(value) ? value : {}
    return withKey(object, key, forced(Object.hasOwn(object, key) ? object[key] : undefined, rest, fields))
  }
  const list = isList(value) ? value : []
  const filled = Array.from({ length: Math.max(list.length, key + 1) }, (_, index) => list[index] ?? safeContainer)
  return filled.map((member, index) => (index === key ? forced(member, rest, fields) : member))
}

const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const
const places = fc.record({ list: fc.constantFrom(...lists), index: fc.nat(3) })

function pathOf({ where }: Violation, { list, index }: { readonly list: string; readonly index: number }): Path {
  switch (where) {
    case 'pod':
    case 'metadata':
      return []
    case 'pod context':
      return ['securityContext']
    case 'container':
      return [list, index]
    case 'context':
      return [list, index, 'securityContext']
  }
}

/** Pods of Windows are let off some checks. */
const isOfWindows = (value: JsonValue) => JSON.stringify(value).includes('"windows"')

describe('pods with anything changed', () => {
  it('are judged or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.constantFrom(...podMakers), mutations, (maker, changes) => {
        const object = changes.reduce<JsonValue>((value, change) => mutated(value, change), maker.of(rich))
        if (!isObject(object)) return
        for (const before of ['new', 'unknown', object, pod(rich)] as const) {
          const found = dangersOfObject(object, { before, allowedImages: ['registry.example.com'] })
          if ('refused' in found) expect(found.refused).not.toBe('')
          else expect(found.findings.every(({ path }) => /^[ -~]*…?$/.test(path))).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('show a violation, whatever else is changed in their spec', () => {
    const all = fc.tuple(
      fc.constantFrom(...violations),
      fc.constantFrom(...podMakers),
      places,
      fc.array(mutation, { maxLength: 4 }),
    )
    fc.assert(
      fc.property(all, ([violation, maker, place, changes]) => {
        const changed = changes.reduce<JsonValue>((value, change) => mutated(value, change), rich)
        if (isOfWindows(changed)) return
        const isOfMetadata = violation.where === 'metadata'
        const podSpec = forced(changed, pathOf(violation, place), isOfMetadata ? {} : violation.fields)
        const found = dangersOfObject(maker.of(podSpec, isOfMetadata ? violation.fields : {}), { before: 'new' })
        if ('refused' in found) throw new Error(found.refused)
        expect(checksOf(found.findings)).toEqual(expect.arrayContaining([...violation.finds]))
      }),
      { numRuns: 1500 },
    )
  })

  it('show exactly the violation, if nothing else is changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...violations), fc.constantFrom(...podMakers), places, (violation, maker, place) => {
        const isOfMetadata = violation.where === 'metadata'
        const broken = isOfMetadata ? safeSpec : forced(safeSpec, pathOf(violation, place), violation.fields)
        const found = dangersOfObject(maker.of(broken, isOfMetadata ? violation.fields : {}), { before: 'new' })
        if ('refused' in found) throw new Error(found.refused)
        expect(checksOf(found.findings)).toEqual(violation.finds.toSorted())
      }),
      { numRuns: 1000 },
    )
  })

  it('show it in kinds that nobody knows, however deep', () => {
    const outer = fc.array(fc.oneof(fc.string({ minLength: 1, maxLength: 5 }), fc.nat(3)), { maxLength: 30 })
    const of = fc.tuple(fc.constantFrom(...violations.filter(({ where }) => where !== 'metadata')), outer, places)
    fc.assert(
      fc.property(of, ([violation, path, place]) => {
        const broken = forced(safeSpec, pathOf(violation, place), violation.fields)
        const body = path.reduce<JsonValue>(
          (value, key) => (typeof key === 'number' ? [key, value] : withKey({}, key, value)),
          broken,
        )
        const found = dangersOfObject(custom({ body }), { before: 'new' })
        if ('refused' in found) throw new Error(found.refused)
        expect(checksOf(found.findings)).toEqual(expect.arrayContaining([...violation.finds]))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('anything at all', () => {
  it('is judged or refused', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, junk), fc.dictionary(keys, junk), (object, before) => {
        const kind = { group: '', kind: 'Pod' }
        expect(dangersOfObject(object as JsonObject, { before: before as JsonObject, kind })).toBeDefined()
      }),
      { numRuns: 500 },
    )
  })

  it('may be asked for', () => {
    const words = fc.constantFrom(
      'get',
      'update',
      'patch',
      'delete',
      'deletecollection',
      'create',
      '',
      'pods',
      'eviction',
      '__proto__',
    )
    const facts = fc.record({
      verb: words,
      apiGroup: words,
      resource: words,
      subresource: words,
      patchType: fc.constantFrom('json', 'merge', 'strategic', 'apply', undefined),
      force: fc.constantFrom(true, false, undefined),
      body: junk,
    })
    fc.assert(
      fc.property(facts, (request) => {
        expect(Array.isArray(dangersOfRequest(request as RequestFacts))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
