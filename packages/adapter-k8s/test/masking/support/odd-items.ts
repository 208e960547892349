import fc from 'fast-check'
import { base64, token } from './maskers.js'

const secret = (canary: string): object => ({ kind: 'Secret', metadata: { name: 's' }, data: { a: base64(canary) } })
const text = (value: string): string => JSON.stringify(value)

/** Names of members that mean something to a mask, to JavaScript or to nobody. */
const keys = fc.constantFrom(
  'kind',
  'apiVersion',
  'metadata',
  'annotations',
  'managedFields',
  'name',
  'key',
  'value',
  'args',
  'command',

  'items',
  'data',
  'stringData',
  'labels',
  'spec',
  'env',
  'password',
  'token',
  'uid',
  'creationTimestamp',
  'a',
  'b',

  '7',
  '__proto__',
  'ä',
  'jane@example.com',
  'kubectl.kubernetes.io/last-applied-configuration',
  'rows',
  'namespace',
)

function textsWith(canary: string): fc.Arbitrary<string> {
  const values = [
    '',
    'a',
    'info',
    'nginx:1.25',
    'Pod',
    'ReplicaSet',
    'Secret',
    'ConfigMap',
    'PodList',
    'SecretList',
    'Status',
    'Table',

    'API_TOKEN',
    'LOG_LEVEL',
    '--password',
    '--name',
    `--token=${canary}`,
    `password=${canary}`,
    `password: ${canary}`,
    '2026-11-28T07:10:10Z',
    '10.0.0.7',
    'x'.repeat(200),
    `H4sI${base64(canary)}`,
    token,
    'to jane@example.com',

    JSON.stringify(secret(canary)),
    base64(JSON.stringify(secret(canary))),
    '{"a":1}',
    '{"a":1,"a":2}',
    '😀',
    'a<b',

    `kind: Secret\nstringData:\n  a: ${canary}\n`,
    '$(API_TOKEN)',
    'not a kind',
    '4111111111111111',
    '\u2028',
    '\ud800',
  ]
  const raw = [
    String.raw`"\u0053ecret"`,
    String.raw`"a\u003cb"`,
    String.raw`"\ud83d\ude00"`,
    String.raw`"\/"`,
    '"a\tb"',
    '"\\x"',
  ]
  return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values).map(text) }, fc.constantFrom(...raw))
}

const numbers = fc.constantFrom(
  '0',
  '1',
  '-7',
  '999999',
  '1234567',
  '-1234567',
  '4111111111111111',
  '123456789012345',
  '12345678901234567890',
  '-0',
  '1.5',
  '1.0',
  '1e3',
  '01',
  '1.',
  '-',
  '+1',
)
const words = fc.constantFrom('true', 'false', 'null', 'nul', 'True', 'undefined')

/**
 * Items of lists as bytes of JSON, or nearly: with members that are there twice, with secrets in odd places, and with what JSON
 * may be written like.
 */
export function oddItems(canary: string): fc.Arbitrary<string> {
  const texts = textsWith(canary)
  const leaf = fc.oneof({ weight: 6, arbitrary: texts }, numbers, words)
  const { object, value } = fc.letrec<{ object: string; value: string; list: string; environment: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 3, arbitrary: tie('object') },
      { weight: 1, arbitrary: tie('list') },
      { weight: 1, arbitrary: tie('environment') },
    ),
    object: fc
      .array(fc.tuple(keyTexts, tie('value')), { maxLength: 4 })
      .map((members) => `{${members.map(([key, each]) => `${key}:${each}`).join(',')}}`),
    list: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
    environment: fc
      .tuple(fc.constantFrom('name', 'key'), texts, texts, fc.boolean())
      .map(([key, name, each, isLate]) =>
        isLate ? `{"value":${each},"${key}":${name}}` : `{"${key}":${name},"value":${each}}`,
      ),
  }))
  const metadata = fc
    .tuple(fc.boolean(), fc.array(fc.tuple(keyTexts, value), { maxLength: 3 }), fc.nat(3))
    .map(([isManaged, others, place]) => {
      const members = others.map(([key, each]) => `${key}:${each}`)
      if (isManaged) members.splice(place, 0, `"managedFields":[{"f:a":{"k:{\\"]":{}}}]`)
      return `{${members.join(',')}}`
    })
  const whole = fc
    .tuple(metadata, fc.array(fc.tuple(keyTexts, value), { maxLength: 3 }), fc.boolean())
    .map(([of, others, isLast]) => {
      const members = others.map(([key, each]) => `${key}:${each}`)
      return `{${(isLast ? [...members, `"metadata":${of}`] : [`"metadata":${of}`, ...members]).join(',')}}`
    })
  return fc.oneof({ weight: 8, arbitrary: whole }, object, value)
}

const keyTexts = fc.oneof(
  { weight: 40, arbitrary: keys.map(text) },
  fc.constantFrom(String.raw`"k\u0069nd"`, String.raw`"passw\u006frd"`, 'a', '"a'),
)
