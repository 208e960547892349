import { describe, expect, it } from 'vitest'
import type { VerifiedVote } from '../../src/approvals/approver.js'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import {
  ann,
  bench,
  bob,
  firstPolicy,
  HandApprover,
  heldOf,
  hold,
  never,
  requirement,
  startMs,
  TestJournal,
} from './support.js'

const level = { requirement: requirement({ level: 'signed' }) }
const proof: VerifiedVote = { decision: 'allow', approver: ann, level: 'signed', id: 'e1', stage: undefined }

/** Approvers that note what they have to check, and check as they are told. */
function checking(check: (evidence: string, name: string) => Promise<VerifiedVote>, names = ['one', 'two']) {
  const checked: string[] = []
  const approvers = names.map(
    (name) =>
      new HandApprover(name, 'signed', (evidence) => {
        checked.push(`${name} ${evidence.slice(0, 9)}`)
        return check(evidence, name)
      }),
  )
  return { approvers, checked }
}

const refuses = (): Promise<VerifiedVote> => Promise.reject(new Error('no'))

describe('evidence that is checked again when the action runs', () => {
  it.each<[string, Partial<VerifiedVote>, boolean]>([
    ['the same', {}, true],
    ['somebody else', { approver: bob }, false],
    ['another decision', { decision: 'deny' }, false],
    ['a stage of its own', { stage: 'peer' }, false],
  ])('and names %s lets it run: %j: %s', async (_what, second, runs) => {
    const answers = [proof, { ...proof, ...second }]
    const { approvers } = checking(() => Promise.resolve(answers.shift() ?? proof), ['one'])
    const on = bench({ approvers })
    const asked = hold(level)
    const running = on.coordinator.request(asked, never)
    expect(await approvers[0]?.give({ evidence: 'x' })).toEqual({ counted: true })
    const consumed = on.coordinator.consume(heldOf(await running), asked.digest)
    if (runs) await expect(consumed).resolves.toBeDefined()
    else await expect(consumed).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })
})

describe('evidence that is handed in', () => {
  async function asked(check: Parameters<typeof checking>[0]) {
    const { approvers, checked } = checking(check)
    const on = bench({ approvers, deadlineMs: 5_000 })
    const gone = new AbortController()
    const running = on.coordinator.request(hold(level), gone.signal)
    await approvers[0]?.asked
    const id = on.coordinator.pending()[0]?.id ?? ''
    const other = createApprovalCoordinator({
      ledger: on.ledger,
      journal: new TestJournal(),
      approvers,
      clock: fixedClock(startMs),
      policyNow: () => firstPolicy,
    })
    const end = async () => {
      gone.abort()
      await running
    }
    return { checked, end, id, on, other, running }
  }

  it('is checked by each approver once at most, also when it proves nothing', async () => {
    const at = await asked(refuses)
    const unproven = { counted: false, reason: 'no-evidence: it could not be checked' }
    expect(await at.on.coordinator.submit(at.id, 'x')).toEqual(unproven)
    expect(at.checked).toEqual(['one x', 'two x'])
    expect(await at.other.submit(at.id, 'y')).toEqual(unproven)
    expect(at.checked.slice(2)).toEqual(['one y', 'two y'])
    await at.end()
  })

  it.each([
    ['one', ['one x']],
    ['two', ['one x', 'two x']],
  ])('is for the first approver that it proves something to: %s', async (who, checks) => {
    const at = await asked((_evidence, name) => (name === who ? Promise.resolve(proof) : refuses()))
    expect(await at.on.coordinator.submit(at.id, 'x')).toEqual({ counted: true })
    expect(at.checked).toEqual(checks)
    expect(at.on.journal.of('approval.vote')).toMatchObject([{ via: who }])
    heldOf(await at.running)
    await at.on.coordinator.close()
  })

  it('is not checked when it is too long', async () => {
    const at = await asked(refuses)
    const long = 'x'.repeat(8 * 1024 + 1)
    for (const { submit } of [at.on.coordinator, at.other]) {
      expect(await submit(at.id, long)).toEqual({ counted: false, reason: 'malformed' })
    }
    expect(at.checked).toEqual([])
    await at.end()
  })

  it.each([
    ['here', 1],
    ['in another process', 64],
  ])('in a flood is checked in turn %s: %i at once', async (where, most) => {
    let atOnce = 0
    let peak = 0
    const at = await asked(async (evidence) => {
      peak = Math.max(peak, ++atOnce)
      await new Promise((resolve) => setImmediate(resolve))
      atOnce--
      throw new Error(evidence)
    })
    const { submit } = where === 'here' ? at.on.coordinator : at.other
    const receipts = await Promise.all(Array.from({ length: 500 }, (_each, index) => submit(at.id, String(index))))
    expect(peak).toBe(most)
    const refused = receipts.filter((receipt) => 'reason' in receipt && receipt.reason === 'too-many-votes')
    expect(refused).toHaveLength(500 - 64)
    expect(await submit(at.id, 'again')).toMatchObject({ reason: 'no-evidence: it could not be checked' })
    await at.end()
  })
})
