import { describe, expect, it, vi } from 'vitest'
import { ineligibility } from '../../src/approvals/eligibility.js'
import { requestView } from '../../src/approvals/request-view.js'
import type { ApprovalLevel } from '../../src/model/decision.js'
import { loadPolicy } from '../../src/policy/load.js'
import { decided, deskApprover } from './signed-support.js'
import { bench, deployer, hold, human, never, requirement, startMs } from './support.js'

const policy = loadPolicy({
  name: 'test',
  content: {
    version: 1,
    targets: { orders: { kind: 'postgres' } },
    roles: { dba: [{ target: 'orders', duty: 'approve', level: 'signed' }] },
  },
})
const held = {
  requester: deployer,
  requirement: requirement(),
  action: {
    target: { name: 'orders', kind: 'postgres', labels: {} },
    description: { operation: 'query', text: 'select 1', effects: [] },
  },
}

/** Why somebody of this level may not vote at that one. */
function unfit(proven: ApprovalLevel, voted?: ApprovalLevel): string | undefined {
  const candidate = { approver: human('ann', ['dba'], { level: proven }), roles: ['dba'] }
  return ineligibility(held, voted === undefined ? candidate : { ...candidate, level: voted }, policy, startMs)?.reason
}

describe('a rule that lets people approve when they prove who they are', () => {
  it('lets nobody approve who proves less, by who they are or by how they vote', () => {
    expect(unfit('signed', 'signed')).toBeUndefined()
    expect(unfit('channel', 'signed')).toBe('no-approve-duty')
    expect(unfit('signed', 'asserted')).toBe('no-approve-duty')
    expect(unfit('phishing-resistant', 'channel')).toBe('no-approve-duty')
  })

  it('is met by somebody of whom nothing is known but that they are proven', () => {
    expect(unfit('signed')).toBeUndefined()
    expect(unfit('asserted')).toBe('no-approve-duty')
  })
})

/** A request on the desk, and what ends it. */
async function asked() {
  const on = bench({ approvers: [deskApprover()] })
  const gone = new AbortController()
  const running = on.coordinator.request(hold(), gone.signal)
  const request = await vi.waitFor(() => {
    const [first] = on.coordinator.pending()
    if (first === undefined) throw new Error('nothing is asked')
    return first
  })
  const end = async () => {
    gone.abort()
    await running
  }
  return { end, request }
}

describe('whoever approves by a signature', () => {
  it.each<[ApprovalLevel, ApprovalLevel]>([
    ['channel', 'channel'],
    ['signed', 'signed'],
    ['phishing-resistant', 'signed'],
  ])('at the level %s is proven as %s', async (said, proven) => {
    const { end, request } = await asked()
    const evidence = await decided('ann', request, {}, { level: said as never })
    const vote = await deskApprover().verify?.(evidence, request.subject, never)
    expect(vote).toMatchObject({ level: proven, approver: { level: proven } })
    await end()
  })

  it('sees how strongly the requester is proven', async () => {
    const { end, request } = await asked()
    expect(requestView(request).text).toContain(
      '  requester  agent deployer of https://agents.example, jwt (asserted)\n',
    )
    await end()
  })
})
