import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import { checkedListing } from '../../src/identity/listing.js'
import { rosterOf } from '../../src/identity/roster.js'
import type { Finding } from '../../src/lint/finding.js'
import { rolesTogether } from '../../src/lint/roles-together.js'
import { agent, ids, issuer, person, policyOf } from './support.js'

const roles = `roles:
  worker: [{ target: db, duty: [read, write] }]
  dba: [{ target: db, duty: [read, approve] }]
  auditor: [{ target: db, duty: read }]
`
const apart = (rule = '{ id: S1, roles: [worker, dba], max: 1 }'): string =>
  `${roles}separate:\n  static:\n    - ${rule}\n`

async function found(people: readonly DirectoryEntry[], policy = apart(), nowMs = 0): Promise<readonly Finding[]> {
  return rolesTogether(policyOf(policy), await rosterOf(checkedListing(people)), nowMs)
}

const ann = person('ann', ['dba'])
const bob = person('bob', ['worker'])

describe('roles that a policy keeps apart', () => {
  it.each<readonly [string, readonly DirectoryEntry[], readonly string[]]>([
    ['of one account', person('ann', ['worker', 'dba']), ['ann']],
    ['of two accounts of one person', person('ann', ['worker', 'dba'], ['ann', 'ann-admin']), ['ann', 'ann-admin']],
    ['of an agent and its owner', [...ann, agent('etl', ['ann'], ['worker'])], ['ann', 'etl']],
    [
      'of two agents of one owner',
      [...person('ann', []), agent('etl', ['ann'], ['worker']), agent('judge', ['ann'], ['dba'])],
      ['etl', 'judge'],
    ],
    [
      'of two agents of one class',
      [
        ...person('ann', []),
        ...person('bob', []),
        agent('etl', ['ann'], ['worker'], { agentClass: 'shared' }),
        agent('judge', ['bob'], ['dba'], { agentClass: 'shared' }),
      ],
      ['etl', 'judge'],
    ],
    [
      'of two agents of which one owner of several is the same',
      [...person('ann', []), ...person('bob', []), ...person('cy', [])].concat([
        agent('etl', ['ann', 'bob'], ['worker']),
        agent('judge', ['bob', 'cy'], ['dba']),
      ]),
      ['etl', 'judge'],
    ],
  ])('are found together: %s', async (_what, people, accounts) => {
    const findings = await found(people)
    expect(findings.map((finding) => ids(finding.accounts))).toEqual([accounts])
    expect(findings[0]).toMatchObject({
      code: 'roles-together',
      severity: 'error',
      path: 'separate.static[0]',
      position: { line: 9, column: 7 },
      message: expect.stringContaining('"worker" and "dba"') as unknown,
    })
  })

  it.each<readonly [string, readonly DirectoryEntry[], string]>([
    ['by two people', [...ann, ...bob], apart()],
    ['by one who is disabled', [...ann, agent('etl', ['ann'], ['worker'], { disabled: true })], apart()],
    [
      'by an agent whose owner is disabled',
      [...person('ann', ['dba'], ['ann'], { disabled: true }), agent('etl', ['ann'], ['worker'])],
      apart(),
    ],
    [
      'of which the rule allows two',
      person('ann', ['worker', 'dba']),
      apart('{ id: S1, roles: [worker, dba, auditor], max: 2 }'),
    ],
    [
      'by somebody whom the rule does not tie',
      [...ann, agent('etl', ['ann'], ['worker'])],
      apart('{ id: S1, roles: [worker, dba], max: 1, over: [agentClass] }'),
    ],
    [
      'by an agent whose class nobody knows',
      [
        ...ann,
        ...bob,
        agent('etl', ['bob'], ['worker'], { agentClass: undefined }),
        agent('judge', ['ann'], ['dba'], { agentClass: undefined }),
      ],
      apart(),
    ],
    ['when no rule keeps them apart', person('ann', ['worker', 'dba']), roles],
  ])('are not found together: held %s', async (_what, people, policy) => {
    expect(await found(people, policy)).toEqual([])
  })

  const excused = (id: string): string =>
    `${apart()}mitigations:\n  - { id: M1, rule: S1, subject: { issuer: ${issuer}, id: ${id} }, control: CM-7, owner: ciso, until: 2027-03-31 }\n`

  it('are not found of an account that is excused, until that is over', async () => {
    const people = person('ann', ['worker', 'dba'], ['ann', 'ann-admin'])
    const day = Date.parse('2027-03-31T00:00:00Z')
    expect(await found(people, excused('ann-admin'), day)).toEqual([])
    expect(await found(people, excused('ann-admin'), day + 86_400_000)).toHaveLength(1)
    expect(await found(people, excused('bob'), day)).toHaveLength(1)
  })

  it.each([[['etl', 'judge']], [['judge', 'etl']]])(
    'are found of who shares something with an excused account, in whichever order: %j',
    async (order) => {
      const roles: Readonly<Record<string, string>> = { etl: 'worker', judge: 'dba' }
      const agents = order.map((id) => agent(id, ['ann'], [roles[id] ?? '']))
      expect(await found([...person('ann', []), ...agents], excused('judge'))).toHaveLength(1)
    },
  )

  it('are told for each group once, and by each rule', async () => {
    const rules = `${apart()}    - { id: S2, roles: [worker, auditor], max: 1 }\n`
    const people = [...person('ann', ['worker', 'dba', 'auditor']), ...person('bob', ['dba', 'worker'])]
    const findings = await found(people, rules)
    expect(findings.map(({ accounts, path }) => [path, ...ids(accounts)])).toEqual([
      ['separate.static[0]', 'ann'],
      ['separate.static[1]', 'ann'],
      ['separate.static[0]', 'bob'],
    ])
  })
})
