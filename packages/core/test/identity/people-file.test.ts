import { describe, expect, it } from 'vitest'
import { personKey } from '../../src/duties/person.js'
import { BothKeysError } from '../../src/errors.js'
import { parsePeople } from '../../src/identity/people-file.js'

const idp = 'https://idp.example'

const good = `
version: 1
issuer: ${idp}
people:
  ann:
    accounts: [ann, ann-admin, { issuer: https://github.example, id: "4711" }]
    roles: [dba, dba]
  bob:
    accounts: [bob]
    disabled: true
agents:
  etl:
    account: etl-agent
    owners: [ann, bob]
    agentClass: etl
    roles: [ingest]
workloads:
  nightly: { account: nightly, owners: [ann] }
`

describe('a directory file', () => {
  it('says who is behind each account', () => {
    const people = parsePeople('people.yaml', good)
    const of = (id: string, issuer = idp): unknown => people.get(personKey(issuer, id))
    const accounts = [
      { issuer: idp, id: 'ann' },
      { issuer: idp, id: 'ann-admin' },
      { issuer: 'https://github.example', id: '4711' },
    ]
    const ann = { kind: 'human', person: 'ann', accounts, roles: ['dba'], disabled: false }
    expect([of('ann'), of('ann-admin'), of('4711', 'https://github.example')]).toEqual([ann, ann, ann])
    expect(of('bob')).toMatchObject({ disabled: true, roles: undefined })
    expect(of('etl-agent')).toEqual({
      kind: 'agent',
      owners: [
        { issuer: idp, id: 'ann' },
        { issuer: idp, id: 'bob' },
      ],
      agentClass: 'etl',
      roles: ['ingest'],
      disabled: false,
    })
    expect(of('nightly')).toMatchObject({ kind: 'workload', owners: [{ issuer: idp, id: 'ann' }] })
    expect(of('ann', 'https://other.example')).toBeUndefined()
    expect(people.size).toBe(6)
  })

  const cases: readonly (readonly [string, string, string])[] = [
    [
      'an unknown key',
      good.replace('disabled: true', 'disable: true'),
      '10:5 people.bob.disable: unknown key "disable"; did you mean "disabled"?',
    ],
    ['an unknown section', `${good}groups: {}\n`, '19:1 groups: unknown key "groups"'],
    ['no version', good.replace('version: 1', 'version: 2'), '2:1 version: write version: 1'],
    ['a person twice', good.replace('  bob:', '  ann:'), '8:3 people.ann: the key is there twice'],
    [
      'an account of two people',
      good.replace('[bob]', '[ann-admin]'),
      '9:16 people.bob.accounts[0]: the account "ann-admin" belongs to the person "ann" already',
    ],
    [
      'an account twice',
      good.replace('[bob]', '[bob, bob]'),
      'people.bob.accounts[1]: the account "bob" belongs to the person "bob" already',
    ],
    [
      'an account of a person and an agent',
      good.replace('account: etl-agent', 'account: ann'),
      'agents.etl.account: the account "ann" belongs to the person "ann" already',
    ],
    [
      'an owner whom nobody knows',
      good.replace('owners: [ann, bob]', 'owners: [anne]'),
      '14:14 agents.etl.owners[0]: "anne" is no person of this file; did you mean "ann"?',
    ],
    [
      'an owner who is an agent',
      good.replace('owners: [ann, bob]', 'owners: [nightly]'),
      '"nightly" is an agent; owners are people',
    ],
    [
      'an agent that owns itself',
      good.replace('owners: [ann, bob]', 'owners: [etl]'),
      '"etl" is an agent; owners are people',
    ],
    [
      'an agent without an owner',
      good.replace('    owners: [ann, bob]\n', ''),
      '12:3 agents.etl.owners: needs at least one person who is accountable',
    ],
    [
      'an agent with no owner in its list',
      good.replace('owners: [ann, bob]', 'owners: []'),
      'agents.etl.owners: needs at least one person',
    ],
    [
      'owners in one word',
      good.replace('owners: [ann, bob]', 'owners: ann'),
      'agents.etl.owners: a list is expected here',
    ],
    [
      'a person without an account',
      good.replace('accounts: [bob]', 'accounts: []'),
      '8:3 people.bob: a person has at least one account',
    ],
    ['a person and an agent of one name', good.replace('  etl:', '  ann:'), '"ann" is a person and an agent'],
    ['an agent and a workload of one name', good.replace('nightly:', 'etl:'), 'workloads.etl: "etl" is there twice'],
    ['an account without an issuer', good.replace(`issuer: ${idp}\n`, ''), 'whose account is this?'],
    ['an issuer with a fragment', good.replace(`issuer: ${idp}`, `issuer: ${idp}#x`), 'issuer: an issuer has no "#"'],
    ['an account with an unknown key', good.replace('id: "4711" }', 'id: "4711", name: x }'), 'unknown key "name"'],
    [
      'an account that is a number',
      good.replace('[bob]', '[4711]'),
      'people.bob.accounts[0]: a group of keys is expected here',
    ],
    [
      'disabled as a word',
      good.replace('disabled: true', 'disabled: "yes"'),
      'people.bob.disabled: write true or false',
    ],
    [
      'roles in one word',
      good.replace('roles: [ingest]', 'roles: ingest'),
      'agents.etl.roles: a list is expected here',
    ],
    ['a role that is hidden', good.replace('[ingest]', '["in\\u200Bgest"]'), 'agents.etl.roles[0]: this cannot name'],
    ['an empty class', good.replace('agentClass: etl', 'agentClass: ""'), 'agents.etl.agentClass: this cannot name'],
    ['people in a list', 'version: 1\npeople: []\n', 'people: a group of keys is expected here'],
    ['nothing', '', 'the directory is empty'],
    ['a list', '- 1\n', 'a group of keys is expected here'],
    ['an anchor', good.replace('[bob]', '&x [bob]'), 'anchors are not accepted'],
    ['no YAML', 'version: [', 'not valid YAML'],
    ['two documents', `${good}---\nversion: 1\n`, 'a directory is one'],
  ]
  it.each(cases)('with %s is refused, with the place', (_what, text, says) => {
    let error: unknown
    try {
      parsePeople('people.yaml', text)
    } catch (cause) {
      error = cause
    }
    expect(error).toBeInstanceOf(BothKeysError)
    expect(error).toMatchObject({ code: 'ERR_DIRECTORY_INVALID', message: expect.stringContaining(says) as string })
  })

  it('names every problem at once', () => {
    const text = good.replace('disabled: true', 'disable: true').replace('owners: [ann, bob]', 'owners: []')
    expect(() => parsePeople('people.yaml', text)).toThrow(/^the directory people\.yaml was not loaded, 2 problems:\n/u)
  })
})
