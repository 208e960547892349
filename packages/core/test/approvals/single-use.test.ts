import { describe, expect, it } from 'vitest'
import type { HeldAction } from '../../src/approvals/coordinator.js'
import { sha256 } from '../../src/model/digest.js'
import {
  agent,
  ann,
  approved,
  bench,
  bob,
  deployer,
  heldOf,
  hold,
  human,
  never,
  policy,
  requirement,
  startMs,
} from './support.js'

describe('an approval', () => {
  it('is spent once and answers the evidence it rests on', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    const evidence = await on.coordinator.consume(held, asked.digest)
    expect(JSON.parse(JSON.stringify(evidence))).toMatchObject({
      request: held.requestId,
      votes: [{ stage: 'peer', level: 'asserted', via: 'hand', at: '2026-05-04T09:00:00.000Z' }],
    })
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
  })

  it.each([false, true])(
    'has exactly one winner among 64 contenders (ledger that takes its time: %s)',
    async (slow) => {
      const on = bench({ deadlineMs: 5_000 })
      on.ledger.slow = slow
      const { asked, held } = await approved(on)
      const tries = await Promise.allSettled(
        Array.from({ length: 64 }, () => on.coordinator.consume(held, asked.digest)),
      )
      expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
      const reasons = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
      expect(reasons).toEqual(
        Array.from({ length: 63 }, () => expect.objectContaining({ code: 'ERR_PERMIT_SPENT' }) as unknown),
      )
    },
  )

  it('stops asking the approvers once it is spent', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    expect(on.hand.signal?.aborted).toBe(false)
    await on.coordinator.consume(held, asked.digest)
    expect(on.hand.signal?.aborted).toBe(true)
    expect(await on.hand.deny(bob)).toEqual({ counted: false, reason: 'late' })
  })

  it('is void for another action, and stays void', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    await expect(on.coordinator.consume(held, sha256('another'))).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void after the policy changed, also when it changes back', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    const before = on.policy
    on.policy = policy('second')
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
    on.policy = before
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void when the policy changes while it is being spent', async () => {
    const on = bench({ deadlineMs: 5_000 })
    const { asked, held } = await approved(on)
    on.ledger.slow = true
    const spending = on.coordinator.consume(held, asked.digest)
    on.policy = policy('second')
    await expect(spending).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void when the policy changes while the ledger answers', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    const get = on.ledger.get.bind(on.ledger)
    on.ledger.get = (key) => {
      on.policy = policy('second')
      return get(key)
    }
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
    expect(JSON.stringify(await get(`approval/request/${held.requestId}`))).not.toContain('consumed')
  })

  it('is void when its approver lost the role', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    on.liveRoles.set(ann, ['intern'])
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void when its approver may not approve on the target any more', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    on.policy = { ...policy('first', []), digest: on.policy.digest }
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void when its approver’s own identity expired', async () => {
    const on = bench()
    const asked = hold()
    const running = on.coordinator.request(asked, never)
    await on.hand.allow(human('brief', ['dba'], { expiresAtMs: on.clock.wallMs() + 1_000 }))
    const held = heldOf(await running)
    on.clock.advance(1_000)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_VOID',
    })
  })

  it('is void when the requester’s identity expired', async () => {
    const on = bench()
    const { asked, held } = await approved(on, hold({ requirement: requirement({ ttlMs: 10 * 3_600_000 }) }))
    on.clock.advance(deployer.expiresAt.getTime() - on.clock.wallMs())
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is void when the requester’s identity expired before the request did', async () => {
    const on = bench()
    const requester = agent('deployer', { expiresAtMs: startMs + 60_000 })
    const { asked, held } = await approved(on, hold({ requester }))
    on.clock.advance(60_000)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_VOID',
      message: expect.stringContaining('identity expired') as string,
    })
  })

  it('is kept as spent in the ledger, where every process finds it', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    await on.coordinator.consume(held, asked.digest)
    await on.coordinator.close()
    expect(on.ledger.entries.get(`approval/request/${held.requestId}`)?.value).toMatchObject({ end: 'consumed' })
    expect([...on.ledger.entries.keys()]).toHaveLength(1)
  })

  it('is void when a vote is too old', async () => {
    const on = bench()
    const { asked, held } = await approved(on, hold({ requirement: requirement({ voteMaxAgeMs: 60_000 }) }))
    on.clock.advance(60_001)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('cannot be made up', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    for (const fake of [{ ...held }, Object.create(held) as HeldAction, structuredClone(held)]) {
      await expect(on.coordinator.consume(fake, asked.digest)).rejects.toMatchObject({ code: 'ERR_PERMIT_VOID' })
    }
  })

  it('of another guard is void', async () => {
    const { asked, held } = await approved(bench())
    await expect(bench().coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_PERMIT_VOID' })
  })
})

describe('a denial against the spending of the same approval', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('has one winner, and the record agrees (offset %i)', async (offset) => {
    const on = bench({ deadlineMs: 5_000 })
    const { asked, held } = await approved(on)
    on.ledger.slow = true
    const after = async (turns: number): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    const [spending, denying] = await Promise.allSettled([
      after(Math.max(0, offset - 4)).then(() => on.coordinator.consume(held, asked.digest)),
      after(Math.max(0, 4 - offset)).then(() => on.hand.deny(bob)),
    ])
    const spent = spending.status === 'fulfilled'
    const refusal: unknown = spending.status === 'rejected' ? spending.reason : { code: 'ERR_APPROVAL_DENIED' }
    expect(refusal).toMatchObject({ code: 'ERR_APPROVAL_DENIED' })
    const denied = denying.status === 'fulfilled' && denying.value.counted
    expect(spent).not.toBe(denied)
    const recordedDenials = on.journal.of('approval.vote').filter((vote) => vote['decision'] === 'deny')
    expect(recordedDenials).toHaveLength(denied ? 1 : 0)
  })
})
