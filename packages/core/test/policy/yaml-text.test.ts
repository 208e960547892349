import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { loadError, soundPolicy, soundPolicyWith } from './load-error.js'

const pitfalls: readonly (readonly [what: string, text: string, says: string])[] = [
  ['a key twice', soundPolicyWith('record:', 'deny: []\nrecord:'), ':21:1 deny: the key is there twice'],
  [
    'a key twice in one rule',
    soundPolicyWith('duty: read }', 'duty: read, duty: write }'),
    ':8:38 roles.agent[1].duty: the key is there twice',
  ],
  [
    'a key twice, once quoted',
    soundPolicyWith('duty: read }', 'duty: read, "duty": write }'),
    'the key is there twice',
  ],
  ['an anchor', soundPolicyWith('duty: read }', 'duty: &all read }'), 'roles.agent[1].duty: anchors are not accepted'],
  ['an alias', soundPolicyWith('record:', 'x: &a [1]\ny: *a\nrecord:'), ':22:4 y: aliases are not accepted'],
  ['an alias as key', soundPolicyWith('record:', '*a : 1\nrecord:'), 'a key is not a string'],
  [
    'a merge key',
    soundPolicyWith('duty: read }', 'duty: read, <<: { duty: write } }'),
    ':8:38 roles.agent[1]["<<"]: merge keys are not accepted',
  ],
  ['a tag', soundPolicyWith('duty: read }', 'duty: !!str read }'), 'roles.agent[1].duty: tags are not accepted'],
  ['a tag that runs code elsewhere', soundPolicyWith('duty: read }', 'duty: !!js/function "x" }'), 'not valid YAML'],
  ['a tag on the whole', `!!map\n${soundPolicy}`, 'tags are not accepted'],
  [
    'a number as key',
    soundPolicyWith('  dba:', '  7: []\n  dba:'),
    ':9:3 roles: a key is not a string; put it in quotes',
  ],
  ['true as key', soundPolicyWith('  dba:', '  true: []\n  dba:'), 'a key is not a string'],
  ['nothing as key', soundPolicyWith('  dba:', '  ? \n  : []\n  dba:'), 'a key is not a string'],
  ['a list as key', soundPolicyWith('  dba:', '  ? [a]\n  : []\n  dba:'), 'a key is not a string'],
  [
    '__proto__ as key',
    soundPolicyWith('  dba:', '  __proto__: []\n  dba:'),
    ':9:3 roles.__proto__: a key cannot be __proto__',
  ],
  [
    '__proto__ deep inside',
    soundPolicyWith('unbounded: true', '__proto__: true'),
    'deny[1].when.__proto__: a key cannot be __proto__',
  ],
  ['a directive that changes the language', `%YAML 1.1\n---\n${soundPolicy}`, ':1:1: directives are not accepted'],
  ['a tag directive', `%TAG ! tag:example.test,2000:\n---\n${soundPolicy}`, 'directives are not accepted'],
  ['two documents', `${soundPolicy}---\nversion: 1\n`, 'the text holds several documents'],
  ['a second, empty document', `${soundPolicy}---\n`, 'the text holds several documents'],
  ['a tab as indentation', soundPolicyWith('    ttl', '\tttl'), 'not valid YAML'],
  ['an open bracket', soundPolicyWith('[read, write, delete]', '[read, write'), 'not valid YAML'],
  ['half a character', soundPolicyWith('reason: use a migration', 'reason: "\\ud800"'), 'half a character'],
  ['half a character, unescaped', soundPolicyWith('use a migration', '\uD800'), 'half a character'],
  ['half a character in a key', soundPolicyWith('  dba:', '  "\\ud800": []\n  dba:'), 'half a character'],
  ['a number that is not finite', soundPolicyWith('unbounded: true', 'unbounded: .inf'), 'is not finite'],
  [
    'a number that is not exact',
    soundPolicyWith('unbounded: true', 'unbounded: 12345678901234567890'),
    'too large to be exact',
  ],
  [
    'a star without quotes',
    soundPolicyWith('duty: read }', 'duty: * }'),
    'put a value that begins with "*" or "&" in quotes',
  ],
  [
    'a pattern without quotes',
    soundPolicyWith("'table:public.*'", '*.x'),
    'roles.agent[0].resource: aliases are not accepted',
  ],
  [
    'a key without end',
    soundPolicyWith('  dba:', `  ? ${'k'.repeat(300)}\n  : []\n  dba:`),
    'longer than 200 characters',
  ],
]

/** A few kilobytes that stand for more values than there are atoms. */
function aliasBomb(): string {
  const lines = Array.from({ length: 200 }, (_, index) => `b${index + 1}: &b${index + 1} [${`*b${index},`.repeat(10)}]`)
  return ['b0: &b0 [x]', ...lines].join('\n')
}

describe('the text of a policy', () => {
  it.each(pitfalls)('is refused with %s', (_what, text, says) => {
    const error = loadError(text)
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain(says)
  })

  it.each([
    ['nested brackets', '['.repeat(1_000_000), 'nesting deeper than 48 levels'],
    ['nested groups', '{a: '.repeat(200_000), 'nesting deeper than 48 levels'],
    ['nested lists', '- '.repeat(500_000), 'nesting deeper than 48 levels'],
    ['closed nested brackets', '['.repeat(3_000) + ']'.repeat(3_000), 'nesting deeper than 48 levels'],
    [
      'indented groups',
      Array.from({ length: 1_300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'nesting deeper',
    ],
    ['a bomb of aliases', aliasBomb(), 'aliases are not accepted'],
    ['closing brackets', '}'.repeat(1_000_000), 'too many parts'],
    ['commas', `[${','.repeat(1_000_000)}`, 'too many parts'],
    ['anchors', '&a '.repeat(300_000), 'too many parts'],
    ['documents', '---\n'.repeat(200_000), 'too many parts'],
  ])('is refused in bounded time: %s', { timeout: 180_000 }, (_what, text, says) => {
    const started = performance.now()
    const error = loadError(text)
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain(says)
    expect(performance.now() - started).toBeLessThan(100_000)
  })

  it('may be JSON, with tabs and with a byte order mark', () => {
    const policy = {
      version: 1,
      targets: { orders: { kind: 'postgres' } },
      roles: { a: [{ target: 'orders', duty: 'read' }] },
    }
    const loaded = loadPolicy({ name: 'bothkeys.json', content: JSON.stringify(policy, null, '\t') })
    expect(loadPolicy({ name: 'x', content: `\uFEFF${JSON.stringify(policy)}` }).digest).toBe(loaded.digest)
    expect(loadPolicy({ name: 'x', content: policy }).digest).toBe(loaded.digest)
    expect(loadError('{"version": 1, "version": 1}', 'bothkeys.json').message).toContain(
      'bothkeys.json:1:16 version: the key is there twice',
    )
  })

  it('is read as YAML 1.2: no and on are words', () => {
    const text =
      'version: 1\ntargets: { orders: { kind: postgres, labels: { live: no, on: off } } }\nroles: { a: [{ target: { live: no }, duty: read }] }\n'
    expect(loadPolicy({ name: 'x', content: text }).targets.get('orders')?.labels).toEqual({ live: 'no', on: 'off' })
  })

  it('may use names that every JavaScript object has', () => {
    const text = `version: 1
targets: { constructor: { kind: postgres, labels: { toString: x } } }
roles: { hasOwnProperty: [{ target: { toString: x }, duty: read, when: { valueOf: 1 } }] }
`
    const policy = loadPolicy({ name: 'x', content: text })
    const target = { name: 'constructor', kind: 'postgres', labels: {} }
    const read = { duty: 'read', resource: 'table:a', attributes: { valueOf: 1 } } as const
    const decide = (roles: string[], attributes: Record<string, number>): string =>
      policy.decide({ roles, target, operation: 'query', text: '', effects: [{ ...read, attributes }] }).effect
    expect(decide(['hasOwnProperty'], { valueOf: 1 })).toBe('allow')
    expect(decide(['hasOwnProperty'], {})).toBe('deny')
    expect(decide(['toString'], { valueOf: 1 })).toBe('deny')
    expect(
      policy.decide({
        roles: ['hasOwnProperty'],
        target: { ...target, name: 'toString' },
        operation: 'query',
        text: '',
        effects: [],
      }).effect,
    ).toBe('deny')
  })
})
