import { describe, expect, it } from 'vitest'
import { container, fields, kind, name, namespace, apiVersion } from '../../src/cluster/inputs.js'
import { objectDiff } from '../../src/cluster/object-diff.js'
import { lineOf, tableLines } from '../../src/cluster/object-table.js'
import { picked, shownObject } from '../../src/cluster/shown-object.js'

describe('what a model may name', () => {
  it.each([
    [
      name,
      ['web-0', 'system:node:a', 'a.b', '...', 'A_b'],
      ['', '.', '..', 'a/b', 'a b', 'a?b', '%2e', 'a\n', 'a'.repeat(254)],
    ],
    [namespace, ['shop', 's', 'a-b'], ['', '-a', 'a-', 'a.b', 'a/b', '..', 'A', 'a'.repeat(64)]],
    [container, ['main', 'a-b'], ['', '-a', 'a/b', '..', 'A']],
    [kind, ['Pod', 'Deployment'], ['', 'Pod/x', 'Pod x', 'a'.repeat(64)]],
    [
      apiVersion,
      ['v1', 'apps/v1', 'a.b/v1beta1'],
      ['', '1', 'apps/v1/x', '/v1', '../v1', './v1', '-/v1', 'apps/..', 'v1?x', 'A/v1'],
    ],
    [
      fields,
      [['spec.nodeName'], ['a.0.b']],
      [[], [''], ['a..b'], ['.a'], ['a b'], Array.from({ length: 21 }, () => 'a')],
    ],
  ] as const)('is what cannot lead elsewhere', (schema, good, bad) => {
    for (const value of good) expect(schema.safeParse(value).success).toBe(true)
    for (const value of bad) expect([value, schema.safeParse(value).success]).toEqual([value, false])
  })
})

describe('an object that is shown', () => {
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

  it('has no second copy of itself, and says not who owns which field', () => {
    const metadata = { name: 'a', managedFields: [{}], annotations: { [lastApplied]: '{"password":"hunter2"}' } }
    expect(shownObject({ metadata, data: {} })).toEqual({ metadata: { name: 'a' }, data: {} })
    const other = { name: 'a', annotations: { [lastApplied]: '{}', mine: 'x' } }
    expect(shownObject({ metadata: other })).toEqual({ metadata: { name: 'a', annotations: { mine: 'x' } } })
    for (const value of [undefined, null, 'x', [], {}, { metadata: 'x' }]) expect(shownObject(value)).toEqual(value)
  })

  it('has its own members alone at a path', () => {
    const object = { a: [{ b: 1 }], constructor_: 1 }
    expect(picked(object, ['a.0.b', 'a.length', 'a.x', 'constructor.name', '__proto__', 'toString'])).toEqual({
      'a.0.b': 1,
      'a.length': null,
      'a.x': null,
      'constructor.name': null,
      ['__proto__']: null,
      toString: null,
    })
  })
})

describe('the line of an object', () => {
  it('is one line, whatever a cell holds', () => {
    const cells = [
      'a\nb',
      'c\r\n\td',
      'e\u2028f\u2029g',
      '\u0085h\u0000i',
      { j: 'k\nl' },
      undefined,
      null,
      '',
      0,
      false,
    ]
    expect(lineOf(cells)).toBe('a b | c d | e f g |  h i | {"j":"k\\nl"} | - | - | - | 0 | false')
    expect(lineOf(['x'.repeat(1_000)])).toHaveLength(500)
  })

  it('has the columns of kubectl get, with the namespace where there are several', () => {
    const table = {
      columnDefinitions: [{ name: 'Name', priority: 0 }, { name: 'IP', priority: 1 }, { name: 'Age' }],
      rows: [{ cells: ['a', '10.0.0.1', '5d'], object: { metadata: { namespace: 'shop' } } }, { cells: 'x' }, null],
    }
    expect(tableLines(table, true)).toEqual({
      columns: ['NAMESPACE', 'NAME', 'AGE'],
      rows: ['shop | a | 5d', '- | - | -', '- | - | -'],
    })
    expect(tableLines(table, false)?.columns).toEqual(['NAME', 'AGE'])
    expect(tableLines({ rows: [] }, false)).toBeUndefined()
  })
})

describe('what is different between two objects', () => {
  it('is a line for each field', () => {
    const before = { a: 1, b: { c: [1, 2], d: 'x' }, e: null }
    const after = { a: 1, b: { c: [1, 3, 4], d: { f: 1 } }, g: true }
    expect(objectDiff(before, after)).toEqual([
      '~ b.c.1: 2 -> 3',
      '+ b.c.2: 4',
      '~ b.d: "x" -> {"f":1}',
      '- e: null',
      '+ g: true',
    ])
  })

  it('says nothing of what the API server writes by itself', () => {
    const of = (n: number) => ({
      metadata: { uid: n, generation: n, resourceVersion: n, creationTimestamp: n, managedFields: [n], labels: { n } },
      status: { n },
    })
    expect(objectDiff(of(1), of(2))).toEqual(['~ metadata.labels.n: 1 -> 2'])
  })

  it('has one line for each field, also with a name that every object has', () => {
    expect(objectDiff({}, JSON.parse('{"__proto__":1,"constructor":2}'))).toEqual([
      '+ __proto__: 1',
      '+ constructor: 2',
    ])
    expect(objectDiff({ a: 1 }, { a: 'x\n+ b: 2' })).toEqual(['~ a: 1 -> "x\\n+ b: 2"'])
  })
})
