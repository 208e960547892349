import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { maskBody } from '../../src/masking/mask-body.js'
import type { MaskContext } from '../../src/masking/mask-context.js'
import { ObjectMask, maskObject } from '../../src/masking/object-mask.js'
import { goesOn, isOther } from '../../src/masking/plain-items.js'
import { collected, inPieces } from './support/bytes.js'
import { texts, token } from './support/maskers.js'
import { oddItems } from './support/odd-items.js'

const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now())
const runs = process.env['BOTHKEYS_SOAK'] === undefined ? 2000 : 20_000

const detecting: MaskContext = {
  resource: 'pods',
  texts: { text: (text, hints) => texts.text(text, hints), finder: {} },
}
const contexts: readonly MaskContext[] = [{ resource: 'pods' }, detecting]

/** What is made of an item by its bytes alone. Undefined: it is no plain one. */
function copied(item: Buffer, context: MaskContext = contexts[0] ?? {}): Buffer | number {
  const items = new ObjectMask(context).plainItems('PodList')
  if (items === undefined) throw new Error('no items are plain')
  const end = items.read(Buffer.concat([item, Buffer.from(',')]), 0)
  if (end < 0) return end
  expect(end).toBe(item.length)
  return Buffer.concat([item.subarray(0, items.cut[0]), item.subarray(items.cut[1])])
}

const read = (item: string, context?: MaskContext): string | number => {
  const made = copied(Buffer.from(item), context)
  return typeof made === 'number' ? made : made.toString('utf8')
}

/** The same JSON with each text written as JSON.stringify does. */
const written = (json: string): string =>
  json.replaceAll(/"(?:[^"\\]|\\.)*"/g, (each) => JSON.stringify(JSON.parse(each)))

/** What the mask makes of an item. What is in managed fields need not be JSON. */
function masked(item: string, without: string, context: MaskContext): string {
  let value: JsonValue
  try {
    value = JSON.parse(item) as JsonValue
  } catch {
    value = JSON.parse(without) as JsonValue
  }
  return JSON.stringify(new ObjectMask(context).item(value, 'PodList'))
}

const manyMembers = Array.from({ length: 60 }, (_, index) => `"a${String(index)}":1`).join(',')

const pod = JSON.stringify({
  metadata: {
    name: 'web-1',
    generateName: 'web-',
    uid: '6f1c2d3e-0000-4a5b-8c6d-000000000000',
    creationTimestamp: '2026-11-28T07:10:10Z',
    managedFields: [{ manager: 'kubelet', fieldsV1: { 'k:{"type":"]"}': {} } }],
    labels: { app: 'web', kind: 'front', value: 'a' },
    annotations: { note: 'a "quoted" <note>', 'example.com/json': '{"a":[1]}', value: 'x', name: 'y', kind: 'Front' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true }],
  },
  spec: {
    containers: [
      {
        name: 'web',
        args: ['serve', '--port', '80'],
        env: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'DATABASE_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } },
        ],
        volumes: [{ configMap: { items: [{ key: 'a', path: 'b' }] } }],
      },
    ],
    template: { metadata: { name: 'x', labels: {} } },
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Equal', value: 'true', seconds: -30 }],
  },
  status: { a: null, b: false, c: 0, d: [], e: {}, f: [[1, 'ä']] },
})

describe('an item that is read in its bytes', () => {
  it('goes out only as the mask would show it', () => {
    let plain = 0
    const change = fc.option(
      fc.record({ at: fc.nat(), byte: fc.nat(255), what: fc.constantFrom('put', 'take', 'set') }),
      {
        freq: 4,
      },
    )
    fc.assert(
      fc.property(oddItems('hunter2'), change, fc.constantFrom(...contexts), (item, changing, context) => {
        const bytes = changed(Buffer.from(item), changing)
        const made = copied(bytes, context)
        if (typeof made === 'number') return
        plain += 1
        const shown = made.toString('utf8')
        expect(isUtf8(made)).toBe(true)
        expect(written(shown)).toBe(masked(bytes.toString('utf8'), shown, context))
      }),
      { seed, numRuns: runs },
    )
    expect(plain).toBeGreaterThan(runs / 50)
  })

  it('is the same in a list as whole, wherever that is cut', async () => {
    const isJson = (item: string): boolean => {
      try {
        JSON.parse(item)
        return true
      } catch {
        return false
      }
    }
    const items = fc.array(fc.oneof({ weight: 2, arbitrary: oddItems('hunter2').filter(isJson) }, fc.constant(pod)), {
      maxLength: 6,
    })
    const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(items, sizes, fc.constantFrom(...contexts), async (all, cuts, context) => {
        const list = `{"kind":"PodList","items":[${all.join(',')}],"metadata":{}}`
        const { error, text } = await collected(maskBody(inPieces(list, cuts), context))
        expect(error).toBeUndefined()
        expect(JSON.parse(text)).toEqual(shownWhole(list, context))
      }),
      { seed, numRuns: runs / 10 },
    )
  })

  it('is told apart from others, wherever those are cut', async () => {
    const other = String.raw`{"password":"a\\","b":"\"}{"}`
    const list = `{"kind":"PodList","items":[${other},${other},{"a":1},${other},${other}]}`
    const context = { resource: 'pods', limits: { item: other.length } }
    for (let cut = 20; cut < list.length; cut += 1) {
      const { text } = await collected(maskBody(inPieces(list, [cut, list.length]), context))
      expect(JSON.parse(text)).toEqual(shownWhole(list, {}))
    }
  })

  it('goes out whole but for its managed fields', () => {
    for (const context of contexts) {
      expect(read(pod, context)).toBe(pod.replace(/"managedFields":\[.*?\}\}\],/, ''))
      expect(read(pod, context)).toBe(masked(pod, '', context))
    }
  })

  it('goes on as long as its end is not there', () => {
    const items = new ObjectMask({ resource: 'pods' }).plainItems('PodList')
    const bytes = Buffer.from(pod)
    for (let end = 0; end <= bytes.length; end += 1) expect(items?.read(bytes.subarray(0, end), 0)).toBe(goesOn)
  })

  it.each([
    '{"metadata":{"managedFields":[1],"name":"a"}}',
    '{"metadata":{"name":"a","managedFields":[1],"uid":"b"}}',
    '{"metadata":{"name":"a","managedFields":[1]}}',
    '{"metadata":{"managedFields":[]},"a":{"managedFields":[1]}}',
  ])('has no managed fields wherever they are: %s', (item) => {
    expect(read(item)).toBe(masked(item, '', {}))
  })

  it.each([
    ['a member is there twice', '{"a":"x","a":"y"}'],
    ['a member with a long name is there twice', `{"${'a'.repeat(200)}":1,"${'a'.repeat(200)}":2}`],
    ['a member far away is there twice', '{"a":"x","b":{"a":"z","c":{}},"a":"y"}'],
    ['it is a secret', '{"kind":"Secret","data":{"a":"eA=="}}'],
    ['it has another kind', '{"kind":"ReplicaSet"}'],
    ['its kind is written in another way', String.raw`{"kind":"\u0050od"}`],
    ['a secret is in it', '{"a":{"kind":"Secret","data":{"a":"eA=="}}}'],
    ['a configuration is in it', '{"a":{"kind":"ConfigMap","data":{"PASSWORD":"x"}}}'],
    ['a status is in it', '{"a":{"kind":"Status"}}'],
    ['a table is in it', '{"a":{"rows":[{"cells":["x"]}],"kind":"Table"}}'],
    ['a list is in it', '{"a":{"kind":"SecretList","items":[{"data":{"a":"x"}}]}}'],
    ['a kind is no text', '{"a":{"kind":7}}'],
    ['it is a list itself', '{"items":[{"metadata":{"managedFields":[1]}}]}'],
    ['an object in it has metadata', '{"a":{"kind":"Pod","metadata":{"managedFields":[1]}}}'],
    ['an object in it has metadata first', '{"a":{"metadata":{"managedFields":[1]},"kind":"Pod"}}'],
    ['it has string data', '{"a":{"stringData":{"a":"hunter2"}}}'],
    ['it was applied', '{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"x"}}}'],
    ['a field is named for a secret', '{"password":"hunter2"}'],
    ['a field of a list is named for a secret', '{"password":["hunter2"]}'],
    ['a variable is named for a secret', '{"name":"API_TOKEN","value":"hunter2"}'],
    ['a variable of a list is', '{"name":"API_TOKEN","value":["hunter2"]}'],
    ['a variable has its name behind', '{"value":"hunter2","name":"API_TOKEN"}'],
    ['a parameter is named for a secret', '{"key":"API_TOKEN","value":"hunter2"}'],
    ['a parameter has its name behind', '{"value":"hunter2","key":"API_TOKEN"}'],
    ['a variable has a key, too', '{"key":"a","name":"API_TOKEN","value":"hunter2"}'],
    ['a variable has a key behind its name', '{"name":"API_TOKEN","key":"a","value":"hunter2"}'],
    ['a name is no text', '{"name":null,"key":"API_TOKEN","value":"hunter2"}'],
    ['a name is written in another way', String.raw`{"name":"API_TOKE\u004e","value":"hunter2"}`],
    ['an option is named for a secret', '{"args":["--password","hunter2"]}'],
    ['an option of a command is', '{"command":["--password","hunter2"]}'],
    ['a text assigns a secret', '{"a":"password=hunter2"}'],
    ['a text is a manifest', `{"a":${JSON.stringify('{"kind":"Secret","data":{"a":"eA=="}}')}}`],
    ['an identifier is none', '{"metadata":{"name":"password=hunter2"}}'],
    ['an identifier ends elsewhere', '{"metadata":{"name":"a=},"b":"x"}'],
    ['a time is none', '{"metadata":{"creationTimestamp":"password=hunter2"}}'],
    ['a time is an identifier', '{"metadata":{"creationTimestamp":"password:hunter2"}}'],
    ['an identifier is too long', `{"metadata":{"name":"${`Secret:kind:Secret`.repeat(20)}"}}`],
    ['the name of a part is no identifier', '{"a":{"name":"password:hunter2"}}'],
    ['managed fields are no list', '{"metadata":{"managedFields":{"a":[1]}}}'],
    ['managed fields are there twice', '{"metadata":{"managedFields":[1],"managedFields":[2]}}'],
    ['a number is too long', '{"a":12345678901234567890}'],
    ['a number is no whole one', '{"a":1.5}'],
    ['a number is written in another way', '{"a":1e3}'],
    ['a zero is negative', '{"a":-0}'],
    ['a number begins with zero', '{"a":01}'],
    ['a number is none', '{"a":-}'],
    ['a word is none', '{"a":nulL}'],
    ['members are put in another place', '{"b":1,"7":2}'],
    ['a member is not one to JavaScript', '{"__proto__":{}}'],
    ['a name is not ASCII', '{"ä":1}'],
    ['a text has a control character', '{"a":"b\tc"}'],
    ['a text has an unknown escape', String.raw`{"a":"\x"}`],
    ['there are blanks', '{"a": 1}'],
    ['a comma is one too many', '{"a":1,}'],
    ['a comma is one too many in a list', '{"a":[1,]}'],
    ['a colon is missing', '{"a"1}'],
    ['a colon is something else', '{"a";1}'],
    ['a comma is something else', '{"a":1;"b":1}'],
    ['a comma is something else in a list', '{"a":[1;1]}'],
    ['what follows it is something else', '{"a":1}}'],
    ['one of many members is there twice', `{${manyMembers},"a30":1}`],
    ['one of many deep members is there twice', `${`{${manyMembers},"b":`.repeat(20)}{"a":1,"a":1}${'}'.repeat(20)}`],
    ['a bracket is another', '{"a":[1}}'],
    ['a brace is another', '{"a":1]'],
    ['it is no object', '[1]'],
    ['it is a text', '"a"'],
    ['it is nested deep', `{"a":${'{"a":'.repeat(30)}1${'}'.repeat(30)}}`],
    ['lists are nested deep', `{"a":${'['.repeat(30)}${']'.repeat(30)}}`],
    ['it has very many members', `{${Array.from({ length: 100 }, (_, index) => `"a${String(index)}":1`).join(',')}}`],
  ])('is masked as a value where %s', (_why, item) => {
    expect(read(item)).toBe(isOther)
    expect(read(item)).toBe(isOther)
  })

  it.each([
    ['a text', `{"a":"${token}"}`],
    ['a large number', '{"a":378282246310005}'],
    ['the name of a member', '{"jane@example.com":1}'],
    ['a word', '{"args":["jane@example.com"]}'],
  ])('is masked as a value where a detector finds %s', (_what, item) => {
    expect(masked(item, '', detecting)).not.toBe(item)
    expect(read(item, detecting)).toBe(isOther)
    expect(read(item, detecting)).toBe(isOther)
  })

  it('is masked as a value where a detector fails', () => {
    const failing = (): never => {
      throw new Error('hunter2')
    }
    expect(read('{"a":"x y"}', { texts: { text: failing } })).toBe(isOther)
  })

  it('is masked as a value where its bytes are no UTF-8', () => {
    expect(copied(Buffer.from('{"a":"\xff"}', 'latin1'))).toBe(isOther)
    expect(copied(Buffer.from('{"a":"ä"}'))).toEqual(Buffer.from('{"a":"ä"}'))
  })

  it.each([
    ['it may be a secret', { resource: 'secrets' }, 'PodList'],
    ['it is a secret', {}, 'SecretList'],
    ['it is a configuration', {}, 'ConfigMapList'],
    ['it is a list', {}, 'PodListList'],
    ['nobody knows what it is', {}, 'List'],
    ['its managed fields are kept', { managedFields: 'keep' }, 'PodList'],
    ['less is too deep', { limits: { deepest: 9 } }, 'PodList'],
  ] as const)('is always masked as a value where %s', (_why, context, kind) => {
    expect(new ObjectMask(context).plainItems(kind)).toBeUndefined()
  })

  it('is told by its own kind', () => {
    expect(read('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}')).not.toBe(isOther)
  })

  it('is told also when much was remembered, and what was forgotten', () => {
    const mask = new ObjectMask({ resource: 'pods' })
    const items = mask.plainItems('PodList')
    const told = (item: string): number | undefined => items?.read(Buffer.from(`${item},`), 0)
    for (let index = 0; index < 20_000; index += 1) {
      const number = String(index)
      const item = `{"a${String(index % 9000)}":"text ${number}","b":{"name":"N_${number}","value":"v ${number}"},"a":"x"}`
      const last = told(item)
      if (last !== item.length) expect(told(item)).toBe(item.length)
      expect(told(`{"a":"x","b":"${number}","a":"y"}`)).toBe(isOther)
      expect(told(`{"name":"PASSWORD_${number}","value":"text ${number}"}`)).toBe(isOther)
    }
  })

  it('is masked as a value where it has more names than are remembered', () => {
    const names = (of: number): string =>
      Array.from({ length: 60 }, (_, index) => `"n${String(of)}-${String(index)}":1`).join(',')
    const many = Array.from({ length: 80 }, (_, of) => `{${names(of)}}`).join(',')
    const context = { texts: { text: (text: string) => text } }
    expect(read(`{"a":[${many},{"kind":"Secret","data":{"a":"eA=="}}]}`, context)).toBe(isOther)
  })

  it('does not know a text because of another', () => {
    const items = new ObjectMask({ resource: 'pods' }).plainItems('PodList')
    const told = (item: string): number | undefined => items?.read(Buffer.from(`${item},`), 0)
    expect(told('{"a":"hunter2"}')).toBe(15)
    expect(told('{"name":"hunter2","value":"hunter2"}')).toBeGreaterThan(0)
    expect(told('{"password":"hunter2"}')).toBe(isOther)
    expect(told('{"name":"password","value":"hunter2"}')).toBe(isOther)
    expect(told('{"name":"authorization","a":"hunter2"}')).toBeGreaterThan(0)
    expect(told('{"authorization":"hunter2"}')).toBeGreaterThan(0)
    expect(told('{"name":"authorization","value":"hunter2"}')).toBe(isOther)
    expect(told('{"name":"stringData","value":"a"}')).toBeGreaterThan(0)
    expect(told('{"stringData":{"a":"hunter2"}}')).toBe(isOther)
    expect(told('{"x":["--password"]}')).toBeGreaterThan(0)
    expect(told('{"args":["--password"]}')).toBe(isOther)
    expect(told('{"a":{"x":"Secret"}}')).toBeGreaterThan(0)
    expect(told('{"a":{"kind":"Secret"}}')).toBe(isOther)
  })
})

function changed(
  bytes: Buffer,
  change: { readonly at: number; readonly byte: number; readonly what: string } | null,
): Buffer {
  if (change === null || bytes.length === 0) return bytes
  const at = change.at % bytes.length
  const put = change.what === 'take' ? [] : [change.byte]
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(change.what === 'put' ? at : at + 1)])
}

function shownWhole(list: string, context: MaskContext): unknown {
  return JSON.parse(JSON.stringify(maskObject(JSON.parse(list) as JsonValue, context)))
}
