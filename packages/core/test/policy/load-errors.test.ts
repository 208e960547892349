import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { loadError, soundPolicy, soundPolicyWith } from './load-error.js'

/** What is wrong, the part of the sound policy and its replacement, and what the error says: place, key, words. */
type Case = readonly [what: string, part: string, replacement: string, ...says: readonly string[]]

const wrong: readonly Case[] = [
  ['another version', 'version: 1', 'version: 2', 'bothkeys.yaml:1:1 version: expected 1, found 2'],
  ['no version', 'version: 1\n', '', 'version: is missing; write 1'],
  ['an unknown section', 'record:', 'recrod:', ':21:1 recrod: unknown key "recrod"; did you mean "record"?'],
  [
    'an unknown key far from any',
    'reason: use',
    'xyzzy: use',
    'deny[0].xyzzy: unknown key "xyzzy"; known here: id, target, duty',
  ],
  [
    'an unknown key of a target',
    'kind: postgres, labels: { env: prod }',
    'kind: postgres, label: { env: prod }',
    ':3:29 targets.orders.label: unknown key "label"; did you mean "labels"?',
  ],
  [
    'an unknown key of an allow rule',
    "resource: 'table:public.*'",
    "resources: 'table:public.*'",
    ':7:54 roles.agent[0].resources: unknown key "resources"; did you mean "resource"?',
  ],
  [
    'an unknown key of a stage',
    'count: 1',
    'counts: 1',
    'hold[0].require[0].counts: unknown key',
    'hold[0].require[0].count: is missing; expected a number',
  ],
  ['a missing id', 'id: no-drop, ', '', ':12:5 deny[0].id: is missing; expected a string'],
  ['an unknown duty', 'duty: read }', 'duty: reed }', 'roles.agent[1].duty: unknown duty "reed"; did you mean "read"?'],
  [
    'an unknown duty in a list',
    '[write, delete]\n',
    '[write, destroy]\n',
    'hold[0].duty[1]: unknown duty "destroy"; known: read, write',
  ],
  [
    'an unknown target',
    'target: archive',
    'target: archiv',
    ':8:9 roles.agent[1].target: unknown target "archiv"; did you mean "archive"?',
  ],
  [
    'an unknown target in a list',
    'target: archive',
    'target: [orders, other]',
    'unknown target "other"; declare it under targets',
  ],
  [
    'an unknown role in a stage',
    'role: dba',
    'role: dbb',
    ':19:34 hold[0].require[0].role: unknown role "dbb"; did you mean "dba"?',
  ],
  [
    'an unknown role in a deny',
    'duty: delete, when',
    'roles: [ghost], duty: delete, when',
    'deny[1].roles[0]: unknown role "ghost"; declare it under roles',
  ],
  ['a count of 0', 'count: 1', 'count: 0', 'hold[0].require[0].count: it must be at least 1'],
  ['more people than a request takes', 'count: 1', 'count: 9', 'hold[0].require[0].count: at most 8'],
  [
    'more people together than a request takes',
    '- { stage: peer, count: 1, role: dba }',
    '- { stage: peer, count: 5, role: dba }\n      - { stage: more, count: 4, role: dba }',
    'hold[0].require: the stages ask for 9 people together, and a request takes at most 8',
  ],
  [
    'a vote that is never young enough',
    'ttl: 15m',
    'ttl: 15m\n    voteMaxAge: 0s',
    'hold[0].voteMaxAge: it must be more than 0',
  ],
  [
    'an owner who may approve and whom every stage shuts out',
    'count: 1, role: dba }',
    'count: 1, role: dba, independent: [person] }\n    requester: { ownerMayApprove: true }',
    'hold[0].requester.ownerMayApprove: every stage asks for another person than the owner',
  ],
  [
    'an agent that may approve for itself',
    'ttl: 15m',
    'ttl: 15m\n    requester: { agentSelf: true, ownerMayApprove: false }',
    'hold[0].requester.agentSelf: unknown key "agentSelf"',
  ],
  ['half a person', 'count: 1', 'count: 0.5', 'count: expected a whole number, found 0.5'],
  [
    'an empty require',
    'require:\n      - { stage: peer, count: 1, role: dba }',
    'require: []',
    'hold[0].require: the list needs at least one entry',
  ],
  ['an empty duty list', '[write, delete]\n', '[]\n', 'hold[0].duty: the list needs at least one entry'],
  [
    'no dimension of independence',
    'role: dba }',
    'role: dba, independent: [] }',
    'independent: the list needs at least one entry',
  ],
  [
    'an unknown dimension',
    'role: dba }',
    'role: dba, independent: [persn] }',
    'unknown value "persn"; did you mean "person"?',
  ],
  [
    'two stages of one name',
    '      - { stage: peer, count: 1, role: dba }',
    '      - { stage: peer, count: 1, role: dba }\n      - { stage: peer, count: 1, role: dba }',
    'hold[0].require[1].stage: the stage "peer" is there twice',
  ],
  [
    'two rules of one id',
    'id: prod-writes',
    'id: no-drop',
    'hold[0].id: the id "no-drop" is taken by deny[0]; ids are unique in the whole file',
  ],
  ['a ttl of 0', 'ttl: 15m', 'ttl: 0m', 'hold[0].ttl: it must be more than 0'],
  ['a ttl over a week', 'ttl: 15m', 'ttl: 8d', 'hold[0].ttl: it must be at most 7d'],
  ['a ttl without unit', 'ttl: 15m', "ttl: '15'", 'hold[0].ttl: write a whole number and a unit'],
  ['a ttl that is a number', 'ttl: 15m', 'ttl: 15', 'hold[0].ttl: expected a string, found 15; put it in quotes'],
  ['a negative ttl', 'ttl: 15m', 'ttl: -15m', 'hold[0].ttl: write a whole number and a unit'],
  [
    'a pattern with a back reference',
    'duty: delete, when',
    "text: '(a)\\1', duty: delete, when",
    'deny[1].text: not a pattern of the linear dialect: invalid escape sequence: `\\1`',
  ],
  [
    'a pattern with look-ahead',
    'duty: delete, when',
    "text: 'a(?=b)', duty: delete, when",
    'deny[1].text: not a pattern of the linear dialect',
  ],
  [
    'a pattern that is too long',
    'duty: delete, when',
    `text: '${'a'.repeat(1001)}', duty: delete, when`,
    'a pattern may have at most 1000 characters',
  ],
  [
    'a pattern that is too large',
    'duty: delete, when',
    String.raw`text: '(\pL{100}|\pN{100}){10}(\pL{100}|\pN{100}){10}(\pL{100}|\pN{100}){10}', duty: delete, when`,
    'the pattern is too large',
  ],
  ['an empty pattern', 'duty: delete, when', "argv: '', duty: delete, when", 'deny[1].argv: a pattern cannot be empty'],
  [
    'text in an allow rule',
    'duty: read }',
    "duty: read, text: '^select' }",
    'roles.agent[1].text: an allow is never granted by text',
  ],
  [
    'argv in an allow rule',
    'duty: read }',
    "duty: read, argv: '^ls$' }",
    'roles.agent[1].argv: an allow is never granted by text',
  ],
  [
    'a wildcard duty in a deny rule',
    'duty: delete, when',
    "duty: '*', when",
    'deny[1].duty: leave duty out: the rule is then about every duty',
  ],
  [
    'a resource without kind',
    "'table:public.*'",
    "'public.*'",
    'roles.agent[0].resource: write it as kind:segment.segment',
  ],
  ['part of a segment as wildcard', "'table:public.*'", "'table:public.order*'", '"*" stands for a whole segment'],
  ['** in the middle', "'table:public.*'", "'table:**.orders'", '"**" may only be the last segment'],
  ['an empty segment', "'table:public.*'", "'table:public..x'", 'a segment is empty'],
  ['an open quote', "'table:public.*'", `'table:"public'`, 'a double quote is never closed'],
  ['a list where a group belongs', 'deny:\n', 'deny:\n  - []\n', 'deny[0]: expected a group of keys, found a list'],
  [
    'a group where a list belongs',
    '  dba:\n    - { target: { kind: postgres }, duty: approve }',
    '  dba: { target: orders, duty: approve }',
    'roles.dba: expected a list, found a group of keys',
  ],
  [
    'a number as label',
    'env: test',
    'env: 7',
    'targets.archive.labels.env: expected a string, found 7; put it in quotes',
  ],
  [
    'a label called kind',
    'labels: { env: test }',
    'labels: { kind: x }',
    'targets.archive.labels.kind: a label cannot be called "kind"',
  ],
  [
    'a kind in capitals',
    'kind: postgres, labels: { env: test }',
    'kind: Postgres, labels: { env: test }',
    'targets.archive.kind: a kind is a lower case word',
  ],
  ['an empty selector', 'target: archive', 'target: {}', 'roles.agent[1].target: an empty selector says nothing'],
  [
    'a number as selector',
    'target: archive',
    'target: 5',
    'roles.agent[1].target: expected a string, a list or a group of keys, found 5',
  ],
  [
    'a nested label',
    'target: { env: prod }',
    'target: { env: [prod] }',
    'hold[0].target.env: expected a string, found a list',
  ],
  ['nothing as value', 'ttl: 15m', 'ttl:', 'hold[0].ttl: expected a string, found nothing'],
  [
    'a group as attribute value',
    'unbounded: true',
    'unbounded: { a: 1 }',
    'deny[1].when.unbounded: expected a string, a number, a boolean or a list',
  ],
  [
    'conditions without any',
    'when: { unbounded: true }',
    'when: {}',
    'deny[1].when: it names no attribute; leave it out',
  ],
  ['an id with spaces', 'id: no-drop', 'id: no drop', 'deny[0].id: only letters, digits'],
  [
    'a target name with spaces',
    '  archive:',
    '  my archive:',
    'targets["my archive"]: the name "my archive" is not accepted: only letters',
  ],
  [
    'a reason over two lines',
    'reason: use a migration',
    'reason: "use\\na migration"',
    'deny[0].reason: control characters and line ends',
  ],
  [
    'another answer for transactions',
    'ttl: 15m',
    'ttl: 15m\n    holdInTransaction: alow',
    'hold[0].holdInTransaction: unknown value "alow"; did you mean "allow"?',
  ],
  [
    'another kind of approver',
    'ttl: 15m',
    'ttl: 15m\n    from: robots',
    'hold[0].from: unknown value "robots"; known: humans, anyone',
  ],
  [
    'a level that does not exist',
    'ttl: 15m',
    'ttl: 15m\n    level: sworn',
    'hold[0].level: unknown value "sworn"; known: asserted, channel, signed, phishing-resistant',
  ],
  [
    'a durability that lowers nothing',
    'durability: synced',
    'durability: written',
    'record[0].durability: reads are only written anyway',
  ],
  [
    'a durability that lowers everything',
    'duty: read, durability: synced',
    'durability: written',
    'record[0].durability: reads are only written anyway',
  ],
  ...['read', "'*'", '[write, execute]', '[delete, define]', '[write, opaque]', 'transfer', 'approve'].map(
    (duty): Case => [
      `a bound on the rows that ${duty} changes`,
      'duty: read }',
      `duty: ${duty}, maxAffected: 5 }`,
      'roles.agent[1].maxAffected: only write and delete change rows that can be counted',
    ],
  ),
  [
    'a bound on the rows that every held action changes',
    'duty: [write, delete]\n',
    'maxAffected: 5\n',
    'hold[0].maxAffected: only write and delete change rows that can be counted',
  ],
  [
    'a bound on the rows that a held call changes',
    'duty: [write, delete]\n',
    'duty: [write, execute]\n    maxAffected: 5\n',
    'hold[0].maxAffected: only write and delete change rows that can be counted',
  ],
  ['a bound of no rows', 'ttl: 15m', 'ttl: 15m\n    maxAffected: 0', 'hold[0].maxAffected: it must be at least 1'],
  [
    'a bound of half a row',
    'ttl: 15m',
    'ttl: 15m\n    maxAffected: 1.5',
    'hold[0].maxAffected: expected a whole number, found 1.5',
  ],
  [
    'a bound in words',
    'ttl: 15m',
    'ttl: 15m\n    maxAffected: few',
    'hold[0].maxAffected: expected a number, found "few"',
  ],
]

const notLanded: readonly Case[] = [
  ['grants', 'record:', 'grants: []\nrecord:', ':21:1 grants: the key "grants" is not enforced by this version yet'],
  [
    'confirmation by the owner',
    'ttl: 15m',
    'ttl: 15m\n    confirm: owner',
    'hold[0].confirm: the key "confirm" is not enforced',
  ],
  [
    'a condition on a stage',
    'role: dba }',
    'role: dba, if: { risk: high } }',
    'hold[0].require[0].if: the key "if" is not enforced',
  ],
  [
    'approving some resources only',
    'duty: approve }',
    "duty: approve, resource: 'table:**' }",
    'roles.dba[0].resource: the duty "approve" cannot be narrowed by "resource" yet',
  ],
  [
    'denying approval by text',
    'duty: define, reason',
    'duty: [define, approve], text: x, reason',
    'deny[0].text: the duty "approve" cannot be narrowed by "text" yet',
  ],
  [
    'holding an approval',
    '[write, delete]\n',
    '[write, approve]\n',
    'hold[0].duty: holding the duty "approve" has not landed yet',
  ],
]

describe('a policy file', () => {
  it('loads when nothing is wrong with it', () => {
    expect(loadPolicy({ name: 'bothkeys.yaml', content: soundPolicy }).roles).toEqual(new Set(['agent', 'dba']))
  })

  it.each(wrong)('is refused for %s', (_what, part, replacement, ...says) => {
    const error = loadError(soundPolicyWith(part, replacement))
    expect(error.code).toBe('ERR_POLICY_INVALID')
    for (const words of says) expect(error.message).toContain(words)
    expect(error.message).toMatch(/^the policy bothkeys\.yaml was not loaded, \d+ problem/)
    expect(error.hint).toContain('correct these places')
  })

  it.each(notLanded)('is refused for what nothing enforces yet: %s', (_what, part, replacement, ...says) => {
    const error = loadError(soundPolicyWith(part, replacement))
    expect(error.code).toBe('ERR_POLICY_UNSUPPORTED')
    for (const words of says) expect(error.message).toContain(words)
    expect(error.hint).toContain('remove these keys')
  })

  it('is refused with all its problems at once, in the order of the file', () => {
    const text = soundPolicy
      .replace('target: archive', 'target: nowhere')
      .replace('duty: define', 'duty: defin')
      .replace('role: dba', 'role: ghost')
      .replace('ttl: 15m', 'ttl: soon')
      .replace('record:', 'grants: []\nrecord:')
    const error = loadError(text)
    const places = [...error.message.matchAll(/bothkeys\.yaml:(\d+):\d+ (\S+):/g)].map((match) => [
      Number(match[1]),
      match[2],
    ])
    expect(places).toEqual([
      [8, 'roles.agent[1].target'],
      [12, 'deny[0].duty'],
      [20, 'hold[0].ttl'],
      [21, 'grants'],
    ])
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain('4 problems')
  })

  it('as the design sketches it loads', () => {
    const content = `version: 1
targets:
  orders: { kind: postgres, labels: { env: prod } }
roles:
  ingest:   [{ target: orders, duty: [read], resource: 'table:public.*' }]
  deployer: [{ target: { env: prod }, duty: [read, write, delete] }]
  dba:      [{ target: { env: prod }, duty: [approve] }]
  reviewer: [{ target: { env: prod }, duty: [approve] }]
deny:
  - { id: no-drop, target: { kind: postgres }, duty: define, reason: schema changes go through migrations }
  - { id: no-unbounded-delete, duty: delete, when: { unbounded: true } }
hold:
  - id: prod-writes
    target: { env: prod }
    duty: [write, delete]
    require:
      - { stage: peer, count: 2, role: dba, independent: [subject, person, run, key, agentClass] }
    ttl: 15m
    level: signed
mask:
  - { id: pii, target: orders, columns: ['public.users.email'], with: { partial: { keepLast: 4 } } }
separate:
  static:  [{ id: S1, roles: [deployer, reviewer], max: 1, over: [person, agentClass] }]
limits:
  - { role: ingest, rows: 10000, statements: 60/min }
`
    expect([...(loadPolicy({ name: 'bothkeys.yaml', content }).masks?.keys() ?? [])]).toEqual(['pii'])
  })

  it('names the key but no line when it is an object', () => {
    const error = loadError({ version: 1, targets: {}, roles: {}, denny: [] }, 'inline policy')
    expect(error.message).toContain('inline policy denny: unknown key "denny"; did you mean "deny"?')
  })

  it('does not fill the screen', () => {
    const rules = Array.from({ length: 500 }, (_, index) => `  - { id: x${index}, duty: nonsense }`).join('\n')
    const error = loadError(`version: 1\ntargets: {}\nroles: {}\ndeny:\n${rules}\n`)
    expect(error.message.split('\n')).toHaveLength(52)
    expect(error.message).toContain('and 450 more')
  })

  it('shows names from the file escaped and shortened', () => {
    const error = loadError(`version: 1\n"${String.raw`\e[31m`}${'x'.repeat(150)}": 2\n`)
    expect(error.message).not.toContain('\u001B')
    expect(error.message).not.toContain('x'.repeat(100))
  })

  it.each(['', '# nothing\n', '[]', 'version', '5', 'null'])('is refused when it is %j', (text) => {
    expect(loadError(text).code).toBe('ERR_POLICY_INVALID')
  })

  it('is refused above 1 MiB, as text and as object', () => {
    const filler = 'x'.repeat(1024 * 1024)
    expect(loadError(`${soundPolicy}# ${filler}`).message).toContain('a policy may have at most 1 MiB')
    expect(loadError(`${soundPolicy}# ${'é'.repeat(600_000)}`).message).toContain('a policy may have at most 1 MiB')
    const reasons = Array.from({ length: 2_500 }, (_, index) => ({ id: `d${index}`, reason: 'y'.repeat(450) }))
    expect(loadError({ version: 1, targets: {}, roles: {}, deny: reasons }).message).toContain(
      'a policy may have at most 1 MiB',
    )
  })
})
