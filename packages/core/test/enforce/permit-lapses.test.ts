import { afterEach, describe, expect, it } from 'vitest'
import { BothKeysError } from '../../src/errors.js'
import type { PermitLimits } from '../../src/permit.js'
import { Permit } from '../../src/permit.js'
import type { OutcomeContext } from '../../src/record-outcome.js'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import { begunTooLate } from '../../src/refusal.js'
import type { Requester } from '../../src/requester.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import type { Duty } from '../../src/model/effect.js'
import type { Session } from '../../src/session.js'
import { asks, people, verdict } from '../duties/support.js'
import type { GlassBench } from '../glass/support.js'
import { closeGuards, glassBench, oncall, outage } from '../glass/support.js'
import { grantBench, grantPolicy, threeWrites } from '../grants/support.js'

afterEach(closeGuards)

const deadlineMs = 300
const ttlMs = 15 * 60_000

async function permitFor(on: GlassBench, session: Session, duty: Duty): Promise<Permit> {
  const admission = await asks(on.access(session), duty)
  if (admission.outcome !== 'permitted') throw new Error(verdict(admission))
  return admission.permit
}

/** What a step throws, or `runs`. */
function codeOf(step: () => void): string {
  try {
    step()
    return 'runs'
  } catch (error) {
    return error instanceof BothKeysError ? `${error.code}: ${error.message}` : String(error)
  }
}

const runs = (permit: Permit): string => codeOf(() => permit.run())

async function narrow(on: GlassBench): Promise<void> {
  on.policy = { ...on.policy, deny: [{ id: 'late', resource: 'table:pay.**' }] }
  await on.guard.reload()
}

const changed = expect.stringMatching(/^ERR_PERMIT_VOID: the policy changed/)
const over = expect.stringMatching(/^ERR_PERMIT_VOID: the approval expired, or somebody who gave it was revoked/)

describe('a permit that waits between the decision and the run', () => {
  it('lets its action run, and run on, as often as the target is asked to', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    permit.use()
    expect([runs(permit), runs(permit)]).toEqual(['runs', 'runs'])
  })

  it('is void when it has not begun within the deadline of the guard', async () => {
    const on = await grantBench()
    const session = await on.start()
    const [inTime, late] = [await permitFor(on, session, 'read'), await permitFor(on, session, 'read')]
    on.clock.advance(deadlineMs - 1)
    expect(runs(inTime)).toBe('runs')
    on.clock.advance(1)
    expect(runs(late)).toBe(
      'ERR_PERMIT_VOID: the action did not begin within 300 ms after it was let through, so it did not run',
    )
    on.clock.advance(10 * deadlineMs)
    expect(runs(inTime)).toBe('runs')
  })

  it('counts that time by the monotonic clock', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    on.clock.setWall(on.clock.wallMs() + ttlMs)
    expect(runs(permit)).toBe('runs')
  })

  it.each(['before it began', 'after it began'])('is void when another policy is in force, %s', async (when) => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    permit.use()
    if (when === 'after it began') permit.run()
    await narrow(on)
    expect(runs(permit)).toEqual(changed)
  })

  it('stays void when the policy of before comes back', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    await narrow(on)
    on.policy = grantPolicy
    await on.guard.reload()
    expect(runs(permit)).toEqual(changed)
  })

  it('is not spent under another policy either', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    await narrow(on)
    expect(codeOf(() => permit.use())).toEqual(changed)
  })

  it('is no permit of a session that ended', async () => {
    const on = await grantBench()
    const session = await on.start()
    const permit = await permitFor(on, session, 'read')
    await session.close()
    expect(runs(permit)).toMatch(/^ERR_SESSION_CLOSED/)
  })

  it('puts on record that its action did not run because it was over', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'read')
    permit.use()
    on.clock.advance(deadlineMs)
    expect(runs(permit)).toMatch(/^ERR_PERMIT_VOID/)
    await permit.settle({ outcome: 'not-run' })
    expect(on.of('action.outcome').at(-1)).toMatchObject({ outcome: 'not-run', reason: 'ended' })
  })

  it('says nothing of that where its action did not run for another reason, or ran in part', async () => {
    const on = await grantBench()
    const session = await on.start()
    const [unused, begun] = [await permitFor(on, session, 'read'), await permitFor(on, session, 'read')]
    begun.run()
    await narrow(on)
    expect(runs(begun)).toEqual(changed)
    await unused.settle({ outcome: 'not-run' })
    await begun.settle({ outcome: 'completed' })
    const reasons = on.of('action.outcome').slice(-2)
    expect(reasons.map((event) => [event['outcome'], event['reason']])).toEqual([
      ['not-run', undefined],
      ['completed', undefined],
    ])
  })
})

const requester = { signal: new AbortController().signal, endIfExpired: () => undefined } as Requester

function bare(limits: Partial<PermitLimits>): Permit {
  return new Permit({ id: '1', trace: undefined }, requester, { deadlineMs } as OutcomeContext, {
    affected: undefined,
    measure: undefined,
    lapsed: () => undefined,
    grounds: { policy: {} as CompiledPolicy },
    clock: fixedClock(0),
    revocationsFresh: () => undefined,
    ...limits,
  })
}

it('a permit that was void once stays void', () => {
  let over = true
  const permit = bare({ lapsed: () => (over ? begunTooLate(1) : undefined) })
  expect(runs(permit)).toMatch(/^ERR_PERMIT_VOID/)
  over = false
  expect(runs(permit)).toMatch(/^ERR_PERMIT_VOID/)
  expect(codeOf(() => permit.use())).toMatch(/^ERR_PERMIT_VOID/)
})

it.each([
  ['wallMs', 'revoked meanwhile'],
  ['monotonicMs', 'did not begin within'],
] as const)('a permit is void when nobody can tell how long it waited, because %s is no number', (broken, why) => {
  const clock = { wallMs: () => 0, monotonicMs: () => 0 }
  const permit = bare({ clock, revocationsFresh: () => new Promise(() => undefined) })
  clock[broken] = () => Number.NaN
  expect(runs(permit)).toContain(why)
})

describe('what was approved and waits to run', () => {
  it('runs until the approval expires', async () => {
    const on = await grantBench()
    const permit = await permitFor(on, await on.start(), 'write')
    expect(runs(permit)).toBe('runs')
    on.clock.advance(ttlMs - 1)
    expect(runs(permit)).toBe('runs')
    on.clock.advance(1)
    expect(runs(permit)).toEqual(over)
  })

  it('does not run when the approval expires while its intent is being recorded', async () => {
    const on = await grantBench()
    const session = await on.start()
    on.interfere = (event) => {
      if (event.type === 'action.intent') on.clock.advance(ttlMs)
      return undefined
    }
    expect(verdict(await asks(on.access(session), 'write'))).toBe('ERR_PERMIT_VOID')
    expect(on.of('action.outcome').at(-1)).toMatchObject({ outcome: 'not-run', reason: 'ended' })
  })

  it('does not run when one who approved it is revoked, also once that is over', async () => {
    const on = await grantBench()
    const session = await on.start()
    const permit = await permitFor(on, session, 'write')
    permit.run()
    await on.guard.revoke({ kind: 'person', issuer: people, id: 'vera' }, { reason: 'gone', forMs: 60_000 })
    expect(runs(permit)).toEqual(over)
    on.clock.advance(60_001)
    // Looks for what is revoked now.
    await permitFor(on, session, 'read')
    expect(runs(permit)).toEqual(over)
  })
})

describe('what a grant let through and waits to run', () => {
  it.each([
    ['given back', (on: GlassBench, grant: { readonly id: string; giveBack(): Promise<void> }) => grant.giveBack()],
    [
      'taken back',
      (on: GlassBench, grant: { readonly id: string }) => on.guard.grants.revoke(grant.id, { reason: 'no' }),
    ],
  ])('does not run when the grant is %s', async (_how, end) => {
    const on = await grantBench()
    const session = await on.start()
    const grant = await session.requestGrant(threeWrites)
    const [waiting, begun] = [await permitFor(on, session, 'write'), await permitFor(on, session, 'write')]
    begun.run()
    await end(on, grant)
    const ended = /^ERR_PERMIT_VOID: the grant was taken back/
    expect(runs(waiting)).toMatch(ended)
    expect(runs(begun)).toMatch(ended)
  })

  it('runs by the last use', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, uses: 1 })
    expect(runs(await permitFor(on, session, 'write'))).toBe('runs')
  })
})

describe('what broken glass let through and waits to run', () => {
  it('does not run when the glass is given back', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    const glass = await session.breakGlass(outage)
    const permit = await permitFor(on, session, 'write')
    expect(runs(permit)).toBe('runs')
    const closing = glass.close()
    expect(runs(permit)).toMatch(/^ERR_PERMIT_VOID: the broken glass/)
    await closing
  })
})
