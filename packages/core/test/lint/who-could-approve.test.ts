import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import type { PossibleApproval } from '../../src/lint/who-could-approve.js'
import { whoCouldApprove } from '../../src/lint/who-could-approve.js'
import type { Duty } from '../../src/model/effect.js'
import { tokenOf } from './real-quorum.js'
import { account, agent, ids, person, policyOf } from './support.js'

const policy = policyOf(`roles:
  worker: [{ target: db, duty: [read, delete] }]
  dba: [{ target: db, duty: approve }]
  auditor: [{ target: db, duty: read }]
hold:
  - { id: H1, duty: delete, require: [{ stage: peer, count: 2, role: dba }], ttl: 15m }
`)

const etl = agent('etl', ['olga'], ['worker'])
const people = [
  etl,
  ...person('olga', ['dba'], ['olga', 'olga-2']),
  ...person('ann', ['dba'], ['ann', 'ann-2']),
  ...person('bob', ['dba']),
  ...person('cy', ['dba'], ['cy'], { disabled: true }),
  ...person('dan', ['auditor']),
  agent('judge', ['dan'], ['dba']),
]

async function asked(duty: Duty = 'delete', of: readonly DirectoryEntry[] = people): Promise<PossibleApproval> {
  const effects = [{ duty, resource: 'table:public.t', attributes: {} }]
  return whoCouldApprove(policy, of, account('etl'), { target: 'db', effects })
}

describe('who could approve', () => {
  it('are those who are independent of whoever asks, and the others are left out with why', async () => {
    const { approvers, leftOut } = await asked()
    expect(approvers.map(({ account: { id }, person: name }) => [id, name])).toEqual([
      ['ann', 'ann'],
      ['ann-2', 'ann'],
      ['bob', 'bob'],
    ])
    expect(leftOut.map(({ account: { id }, dimensions, reason }) => [id, reason, ...dimensions])).toEqual([
      ['olga', 'not-independent', 'person'],
      ['olga-2', 'not-independent', 'person'],
      ['judge', 'not-human'],
    ])
  })

  it('are enough when there are enough people, and it is said who has to be there', async () => {
    const { example, indispensable, quorum } = await asked()
    expect(quorum).toBe('possible')
    expect(example.map(({ account: { id }, stage }) => [stage, id])).toEqual([
      ['peer', 'ann'],
      ['peer', 'bob'],
    ])
    expect(ids(indispensable)).toEqual(['ann', 'bob'])
    const more = await asked('delete', [...people, ...person('eve', ['dba'])])
    expect(more.indispensable).toEqual([])
  })

  it('are not enough when two accounts are one person', async () => {
    const without = people.filter(({ subject }) => subject.id !== 'bob')
    expect(await asked('delete', without)).toMatchObject({ quorum: 'impossible', example: [], indispensable: [] })
  })

  it('is nobody for what needs no approval or is denied', async () => {
    expect(await asked('read')).toMatchObject({ decision: { effect: 'allow' }, approvers: [], quorum: 'none-needed' })
    expect(await asked('write')).toMatchObject({ decision: { effect: 'deny' }, approvers: [], quorum: 'none-needed' })
  })

  it('may be asked about somebody who holds a token', async () => {
    const effects = [{ duty: 'delete', resource: 'table:public.t', attributes: {} }] as const
    const token = tokenOf({ ...etl, record: { ...etl.record, owners: [] } })
    const possible = await whoCouldApprove(policy, people, token, { target: 'db', effects })
    expect(possible.approvers).toEqual((await asked()).approvers)
  })

  it('are looked for where a role that only the directory says holds the action', async () => {
    const held = policyOf(`roles:
  worker: [{ target: db, duty: [read, delete] }]
  junior: [{ target: db, duty: read }]
  dba: [{ target: db, duty: approve }]
hold:
  - { id: H1, duty: delete, roles: [junior], require: [{ stage: peer, count: 1, role: dba }], ttl: 15m }
`)
    const effects = [{ duty: 'delete', resource: 'table:public.t', attributes: {} }] as const
    const listed = [agent('etl', ['olga'], ['worker', 'junior']), ...people.slice(1)]
    const { decision, quorum } = await whoCouldApprove(held, listed, tokenOf(etl), { target: 'db', effects })
    expect([decision.effect, quorum]).toEqual(['hold', 'possible'])
  })

  it.each<readonly [string, string, string]>([
    ['somebody whom the listing does not know', 'eve', 'db'],
    ['somebody who is disabled', 'cy', 'db'],
    ['a target that the policy does not have', 'etl', 'other'],
  ])('cannot be asked about %s', async (_what, id, target) => {
    await expect(whoCouldApprove(policy, people, account(id), { target, effects: [] })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })
})
