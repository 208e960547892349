import { describe, expect, it } from 'vitest'
import { assignStages } from '../../src/approvals/assignment.js'
import type { ApprovalStage } from '../../src/model/decision.js'
import type { Principal } from '../../src/model/principal.js'
import { hold, human, people, requirement } from './support.js'

const stage = (role: string, count = 1): ApprovalStage => ({ stage: `${role}-stage`, count, role, independent: [] })
const votes = (...principals: readonly Principal[]): { approver: Principal; roles: readonly string[] }[] =>
  principals.map((approver) => ({ approver, roles: approver.roles }))

function filled(stages: readonly ApprovalStage[], ...principals: readonly Principal[]): string[] | undefined {
  const assigned = assignStages(hold({ requirement: requirement({ stages }) }), votes(...principals))
  return assigned?.map((one) => `${one.stage.role}=${one.vote.approver.subject.id}`).sort()
}

describe('filling stages', () => {
  it('gives each stage a vote of its own, in whatever order the votes came', () => {
    const both = human('both', ['dba', 'security'])
    const one = human('one', ['dba'])
    for (const order of [
      [both, one],
      [one, both],
    ]) {
      expect(filled([stage('dba'), stage('security')], ...order)).toEqual(['dba=one', 'security=both'])
    }
    expect(filled([stage('dba'), stage('security')], both)).toBeUndefined()
  })

  it('takes a pairwise independent set, not a count', () => {
    const shared = { owners: [{ issuer: people, id: 'zoe' }] }
    const [first, second, third] = [human('a', ['dba'], shared), human('b', ['dba'], shared), human('c')]
    expect(filled([stage('dba', 2)], first, second)).toBeUndefined()
    expect(filled([stage('dba', 2)], first, second, third)).toEqual(['dba=a', 'dba=c'])
  })

  it('never fills nothing', () => {
    expect(filled([], human('a'))).toBeUndefined()
    expect(filled([stage('dba', 0)], human('a'))).toBeUndefined()
    expect(
      filled([stage('dba', 9)], ...Array.from({ length: 20 }, (_, index) => human(`p${String(index)}`))),
    ).toBeUndefined()
  })

  it('adding a vote never undoes it', () => {
    const crowd = ['a', 'b', 'c', 'd'].map((id) => human(id, ['dba', 'security']))
    const stages = [stage('dba'), stage('security')]
    for (let count = 2; count <= crowd.length; count++) expect(filled(stages, ...crowd.slice(0, count))).toHaveLength(2)
  })

  it('gives up where no set exists, instead of trying every combination', () => {
    const crowd = Array.from({ length: 64 }, (_, index) => human(`p${String(index)}`))
    // Sixty-three accounts of seven people, for eight seats.
    const accounts = Array.from({ length: 63 }, (_, index) =>
      human(`a${String(index)}`, ['dba'], { owners: [{ issuer: people, id: `person-${String(index % 7)}` }] }),
    )
    expect(filled([stage('dba', 7), stage('security')], ...crowd)).toBeUndefined()
    expect(filled([stage('dba', 8)], ...accounts)).toBeUndefined()
  })
})
