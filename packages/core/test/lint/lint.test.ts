import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import type { Finding } from '../../src/lint/finding.js'
import { lint } from '../../src/lint/lint.js'
import { agent, ids, issuer, person, policyOf } from './support.js'

const roles = `roles:
  worker: [{ target: db, duty: [read, write, delete] }]
  dba: [{ target: db, duty: [read, approve] }]
  security: [{ target: db, duty: approve }]
  admin: [{ target: db, duty: policy }]
`

const peer = '{ stage: peer, count: 1, role: dba }'

function held(more: { require?: string; rest?: string; sections?: string } = {}): string {
  const { require = peer, rest = '', sections = '' } = more
  return `${roles}hold:\n  - { id: H1, duty: delete, require: [${require}], ttl: 15m${rest} }\n${sections}`
}

async function found(people: readonly DirectoryEntry[], policy = held()): Promise<readonly Finding[]> {
  return lint(policyOf(policy), people)
}

const codes = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code)

const etl = agent('etl', ['olga'], ['worker'])
const olga = person('olga', [])
const dbas = [...person('ann', ['dba']), ...person('bob', ['dba'])]

describe('a policy and a directory', () => {
  it('are fine when one approver more than needed is independent of everybody who asks', async () => {
    expect(await found([etl, ...olga, ...dbas])).toEqual([])
  })

  const wrong: readonly (readonly [string, readonly DirectoryEntry[], string, string?])[] = [
    ['nobody has the role', [etl, ...olga], 'quorum-unmeetable'],
    [
      'too few have it',
      [etl, ...olga, ...dbas],
      'quorum-unmeetable',
      held({ require: '{ stage: peer, count: 3, role: dba }' }),
    ],
    [
      'one person has two accounts',
      [etl, ...olga, ...person('ann', ['dba'], ['ann', 'ann-2'])],
      'quorum-unmeetable',
      held({ require: '{ stage: peer, count: 2, role: dba }' }),
    ],
    [
      'one person has the roles of both stages',
      [etl, ...olga, ...person('ann', ['dba', 'security'])],
      'quorum-unmeetable',
      held({ require: `${peer}, { stage: second, count: 1, role: security }` }),
    ],
    [
      'who has it is disabled',
      [etl, ...olga, ...person('ann', ['dba'], ['ann'], { disabled: true })],
      'quorum-unmeetable',
    ],
    [
      'only agents have it',
      [etl, ...olga, agent('judge', ['ann'], ['dba']), ...person('ann', [])],
      'quorum-unmeetable',
    ],
    [
      'who has it could not do it',
      [etl, ...olga, ...dbas],
      'quorum-unmeetable',
      held({ rest: ', approverMustHold: true' }),
    ],
    [
      'one who has it is the owner and the other one an agent',
      [etl, ...person('olga', ['dba']), agent('judge', ['ann'], ['dba']), ...person('ann', [])],
      'quorum-unmeetable',
    ],
    ['only the owner has it', [etl, ...person('olga', ['dba'])], 'approvers-not-independent'],
    [
      'only owners have it, by other accounts',
      [
        agent('etl', ['olga', 'ann'], ['worker']),
        ...person('olga', ['dba'], ['olga', 'olga-2']),
        ...person('ann', ['dba']),
      ],
      'approvers-not-independent',
    ],
    [
      'only agents of its class have it',
      [etl, ...olga, ...person('ann', []), agent('judge', ['ann'], ['dba'], { agentClass: 'etl' })],
      'approvers-not-independent',
      held({ rest: ', from: anyone' }),
    ],
    ['only one person has it', [etl, ...olga, ...person('ann', ['dba'])], 'quorum-fragile'],
    [
      'only one person has it, by two accounts',
      [etl, ...olga, ...person('ann', ['dba'], ['ann', 'ann-2'])],
      'quorum-fragile',
    ],
    ['the owner is the second', [etl, ...person('olga', ['dba']), ...person('ann', ['dba'])], 'quorum-fragile'],
  ]

  it.each(wrong.map(([what, people, code, policy = held()]) => [what, people, code, policy] as const))(
    'are found wrong when %s',
    async (_what, people, code, policy) => {
      const findings = (await found(people, policy)).filter(({ accounts }) => accounts.some(({ id }) => id === 'etl'))
      expect(codes(findings)).toEqual([code])
      expect(findings[0]).toMatchObject({
        path: 'hold[0].require',
        position: { line: 9, column: expect.any(Number) as unknown },
        message: expect.stringContaining('when "etl" asks, ') as unknown,
      })
    },
  )

  it('are found wrong for people who ask for themselves, too', async () => {
    const findings = await found(person('ann', ['worker', 'dba']))
    expect(codes(findings)).toEqual(['approvers-not-independent'])
    expect(findings[0]?.message).toContain('shares subject or person with whoever asks')
  })

  it('are not found wrong for who may not ask, nor for a rule that is not about them', async () => {
    const nobody = [agent('reader', ['olga'], ['dba']), ...olga]
    expect(await found(nobody)).toEqual([])
    expect(await found([etl, ...olga], held({ rest: ', roles: [admin]' }))).toEqual([])
    const denied = `${held()}deny:\n  - { id: D1, duty: delete, roles: [admin] }\n`
    expect(await found([agent('etl', ['olga'], ['worker', 'admin']), ...olga], denied)).toEqual([])
  })

  it('are tried with every rule that holds the same thing, as when it is asked for', async () => {
    const both = `${held()}  - { id: H2, duty: delete, resource: 'table:hr.*', require: [{ stage: second, count: 1, role: security }], ttl: 15m }\n`
    const people = [etl, ...olga, ...dbas]
    const findings = await found(people, both)
    expect(findings.map(({ code, path }) => [code, path])).toEqual([['quorum-unmeetable', 'hold[1].require']])
  })

  it('are tried with literal text, attributes and patterns that rules name', async () => {
    const sections = `deny: []\nrecord: []\n`
    const policy = `roles:
  worker: [{ target: db, duty: delete, resource: ['table:a.*', 'table:**'], when: { unbounded: [true, false] } }]
  dba: [{ target: db, duty: approve }]
hold:
  - { id: H1, duty: delete, resource: 'table:a."x.y"', when: { unbounded: [maybe, true] }, text: drop, require: [${peer}], ttl: 15m }
${sections}`
    expect(codes(await found([etl, ...olga], policy))).toEqual(['quorum-unmeetable'])
    expect(await found([etl, ...olga, ...dbas], policy)).toEqual([])
  })

  it('are not tried with an action that only another rule holds', async () => {
    const policy = `${held()}  - { id: H2, text: 'dr[o]p', require: [{ stage: second, count: 1, role: security }], ttl: 15m }\n`
    const findings = await found([etl, ...olga], policy)
    expect(findings.map(({ path }) => path)).toEqual(['hold[0].require'])
  })

  it('say who has to be there', async () => {
    const [finding] = await found([etl, ...olga, ...person('ann', ['dba'])])
    expect(finding?.message).toBe(
      'when "etl" asks, nothing can be approved while "ann" is absent: give "dba" to one more person',
    )
  })

  it('tell one finding for everybody who is in the same trouble', async () => {
    const agents = Array.from({ length: 8 }, (_agent, index) => agent(`a${String(index)}`, ['olga'], ['worker']))
    const [finding, ...others] = await found([...agents, ...olga])
    expect(others).toEqual([])
    expect(finding?.accounts).toHaveLength(8)
    expect(finding?.message).toContain('"a0", "a1", "a2", "a3", "a4" and 3 more')
  })
})

describe('who cannot vote because of the rules about duties', () => {
  it('is not counted on', async () => {
    const policy = held({ sections: 'separate: { static: [{ id: S1, roles: [worker, dba], max: 1 }] }\n' })
    const findings = await found([etl, ...olga, ...person('ann', ['dba', 'worker'])], policy)
    expect(codes(findings)).toEqual(['roles-together', 'quorum-unmeetable', 'approvers-not-independent'])
    expect(findings[1]?.message).toContain('duty-conflict')
  })
})

describe('a separation', () => {
  const dynamic = (over: string): string =>
    held({
      sections: `separate: { dynamic: [{ id: D1, duties: [write, approve], max: 1, over: [${over}], per: target, window: 24h }] }\n`,
    })
  const statical = (over: string): string =>
    held({ sections: `separate: { static: [{ id: S1, roles: [worker, dba], max: 1, over: [${over}] }] }\n` })
  const mixed = [agent('etl', ['ann'], ['worker']), ...person('ann', ['dba']), ...person('bob', ['dba'])]
  const own = mixed.concat(person('cy', ['dba']))

  it.each([
    ['of duties', dynamic('key')],
    ['of duties, over the class', dynamic('agentClass, run')],
    ['of roles', statical('agentClass')],
  ])('%s is escaped by a person with an agent when it does not count over the person', async (_what, policy) => {
    const findings = await found(own, policy)
    expect(codes(findings)).toEqual(['separation-escaped'])
    expect(ids(findings[0]?.accounts ?? [])).toEqual(['etl', 'ann'])
    expect(findings[0]?.message).toContain('add person to "over"')
  })

  it.each([
    ['counts over the person', own, dynamic('person')],
    ['is about nobody', person('bob', ['dba']), dynamic('key')],
    ['is about two people', [etl, ...olga, ...dbas], dynamic('key')],
  ])('is not escaped when it %s', async (_what, people, policy) => {
    expect(codes(await found(people, policy))).toEqual([])
  })

  it('is not escaped by one account, which is one subject', async () => {
    const people = [...person('ann', ['worker', 'dba']), ...dbas.slice(1), ...person('cy', ['dba'])]
    expect(codes(await found(people, dynamic('key')))).toEqual([])
  })
})

describe('whoever may change the policy', () => {
  it.each<readonly [string, readonly DirectoryEntry[], readonly string[]]>([
    ['themselves', person('ann', ['admin', 'dba']), ['ann']],
    [
      'with another account',
      [...person('ann', ['admin'], ['ann', 'ann-2'])].map((entry, index) =>
        index === 0 ? entry : { ...entry, record: { ...entry.record, roles: ['dba'] } },
      ),
      ['ann', 'ann-2'],
    ],
    ['with an agent', [agent('bot', ['ann'], ['admin']), ...person('ann', ['dba'])], ['bot', 'ann']],
  ])('is found when they may approve as well: %s', async (_what, people, accounts) => {
    const findings = await found(people)
    expect(codes(findings)).toEqual(['policy-admin-approves'])
    expect(findings[0]).toMatchObject({ severity: 'error', path: 'roles.admin[0]' })
    expect(ids(findings[0]?.accounts ?? [])).toEqual(accounts)
  })

  it('is not found when somebody else approves', async () => {
    expect(await found([...person('pia', ['admin']), ...dbas])).toEqual([])
  })
})

describe('what the directory leaves to tokens', () => {
  it('is said of roles, and who has them may ask for anything and approves nothing', async () => {
    const findings = await found([agent('etl', ['olga'], undefined), ...olga, ...person('ann', undefined)])
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['quorum-unmeetable', 'error'],
      ['roles-not-listed', 'notice'],
    ])
    expect(ids(findings[0]?.accounts ?? [])).toEqual(['etl', 'ann'])
  })

  it('is said of classes, which are taken to be of their own', async () => {
    const people = [agent('etl', ['olga'], ['worker'], { agentClass: undefined }), ...olga, ...dbas]
    expect(codes(await found(people))).toEqual(['class-not-listed'])
    const loose = '{ stage: peer, count: 1, role: dba, independent: [person] }'
    expect(await found(people, held({ require: loose }))).toEqual([])
  })
})

describe('lint', () => {
  it('names the exceptions from rules, and those that are over', async () => {
    const excused = (id: string, until: string): string =>
      `  - { id: ${id}, rule: S1, subject: { issuer: ${issuer}, id: ann }, control: CM-7, owner: ciso, until: ${until} }\n`
    const policy = policyOf(
      `roles:\n  worker: [{ target: db, duty: read }]\n  dba: [{ target: db, duty: write }]\n` +
        `separate:\n  static:\n    - { id: S1, roles: [worker, dba], max: 1 }\n` +
        `mitigations:\n${excused('M1', '2027-03-31')}${excused('M2', '2026-03-31')}`,
    )
    const findings = await lint(policy, person('ann', ['worker', 'dba']), { at: new Date('2026-11-27T00:00:00Z') })
    expect(findings.map(({ accounts, code, message, path }) => [code, path, ids(accounts), message])).toEqual([
      [
        'mitigated',
        'mitigations[0]',
        ['ann'],
        '"ann" is excused from the rule "S1" until 2027-03-31T23:59:59.999Z: CM-7 makes up for it, and ciso answers for it',
      ],
      [
        'mitigation-over',
        'mitigations[1]',
        ['ann'],
        'the exception "M2" was over on 2026-03-31T23:59:59.999Z: take it out',
      ],
    ])
    const later = await lint(policy, person('ann', ['worker', 'dba']), { at: new Date('2027-04-01T00:00:00Z') })
    expect(later.map(({ code }) => code)).toEqual(['roles-together', 'mitigation-over', 'mitigation-over'])
  })

  it('refuses what is no listing and no compiled policy', async () => {
    const twice = [...person('ann', []), ...person('ann', [])]
    await expect(found(twice)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
    const policy = { ...policyOf(held()) }
    await expect(lint(policy, [])).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})
