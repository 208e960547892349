import { describe, expect, it } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { ApprovalCoordinator } from '../../src/approvals/coordinator.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import type { MemoryJournal } from '../../src/record/memory-journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { scriptedApprover } from '../../src/testing/scripted-approver.js'
import type { ScriptedVote } from '../../src/testing/scripted-approver.js'
import { ann, heldOf, hold, human, never, startMs } from './support.js'

function load(approving: string): CompiledPolicy {
  return loadPolicy({
    name: 'test.yaml',
    content: `
version: 1
targets:
  orders: { kind: postgres, labels: { env: prod } }
roles:
  deployer: [{ target: orders, duty: [read, write, delete] }]
  dba: [${approving}]
`,
  })
}

async function parts(
  policy: CompiledPolicy,
  script: readonly ScriptedVote[],
): Promise<{ coordinator: ApprovalCoordinator; journal: MemoryJournal }> {
  const clock = fixedClock(startMs)
  const journal = await memoryJournal().open({ recorder: 'test', clock })
  const coordinator = createApprovalCoordinator({
    ledger: memoryLedger({ clock }),
    journal,
    approvers: [scriptedApprover(script)],
    clock,
    policyNow: () => policy,
  })
  return { coordinator, journal }
}

describe('with the memory ledger, the memory journal and a policy from YAML', () => {
  it('one of 64 contenders spends an approval, and the record tells how it came about', async () => {
    const policy = load('{ target: { env: prod }, duty: [approve] }')
    const script: ScriptedVote[] = [
      { decision: 'allow', approver: human('eve', ['deployer']) },
      { decision: 'allow', approver: ann },
    ]
    const { coordinator, journal } = await parts(policy, script)
    const asked = hold({ policyDigest: policy.digest })
    const held = heldOf(await coordinator.request(asked, never))
    const tries = await Promise.allSettled(Array.from({ length: 64 }, () => coordinator.consume(held, asked.digest)))
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    const types = journal.events.map((event) => event.type).filter((type) => type.startsWith('approval.'))
    expect(types).toEqual(['approval.requested', 'approval.refused-vote', 'approval.vote'])
  })

  it.each([
    ['nothing but reading', '{ target: orders, duty: [read] }'],
    ['everything that the wildcard covers', "{ target: orders, duty: '*' }"],
  ])('a role that may do %s does not approve', async (_what, rule) => {
    const policy = load(rule)
    const { coordinator } = await parts(policy, [{ decision: 'allow', approver: ann }])
    const outcome = await coordinator.request(hold({ policyDigest: policy.digest }), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_INELIGIBLE' } })
  })
})
