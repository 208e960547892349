import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ApprovalRequest, Approver } from '../../src/approvals/approver.js'
import type { ApprovalCoordinator, ApprovalOutcome, HeldCall } from '../../src/approvals/coordinator.js'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import { endOf } from '../../src/approvals/ended-signal.js'
import { RequestSecrets } from '../../src/approvals/request-secrets.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { sha256 } from '../../src/model/digest.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { decided, deskApprover } from './signed-support.js'
import {
  HandApprover,
  TestJournal,
  agent,
  ann,
  firstPolicy,
  heldOf,
  hold,
  never,
  peerStage,
  policy,
  refusalOf,
  requirement,
  startMs,
} from './support.js'

const key = randomBytes(32)
const leaseMs = 10_000
const minuteMs = 60_000

/** Everything that outlives a process. */
interface World {
  readonly ledger: Ledger
  readonly clock: FixedClock
}

function world(): World {
  const clock = fixedClock(startMs)
  return { clock, ledger: memoryLedger({ clock }) }
}

/** A process that can be killed: from then on nothing of it reaches the ledger. */
class Process {
  readonly journal = new TestJournal()
  readonly coordinator: ApprovalCoordinator
  #killed = false
  #lastCommit = false

  constructor({ clock, ledger }: World, changes: Partial<Parameters<typeof createApprovalCoordinator>[0]> = {}) {
    this.coordinator = createApprovalCoordinator({
      ledger: {
        get: (key) => (this.#assertAlive(), ledger.get(key)),
        commit: async (writes) => {
          this.#assertAlive()
          this.#killed = this.#lastCommit
          return ledger.commit(writes)
        },
        nowMs: () => (this.#assertAlive(), ledger.nowMs()),
        close: () => ledger.close(),
      },
      journal: this.journal,
      approvers: [deskApprover()],
      clock,
      policyNow: () => firstPolicy,
      takeover: { key, afterMs: leaseMs },
      ...changes,
    })
    running.push(this.coordinator)
  }

  kill(): void {
    this.#killed = true
  }

  /** Dies right behind the next change that it makes in the ledger. */
  dieAfterNextCommit(): void {
    this.#lastCommit = true
  }

  /** Asks, and waits until people could be asked. */
  async ask(call: HeldCall): Promise<Asked> {
    const before = this.journal.of('approval.requested').length
    const ended = this.coordinator.request(call, never)
    await expect.poll(() => this.journal.of('approval.requested').length).toBe(before + 1)
    const request = this.coordinator.pending().at(-1)
    if (request === undefined) throw new Error('nothing is pending')
    return { request, ended }
  }

  #assertAlive(): void {
    if (this.#killed) throw new Error('killed')
  }
}

interface Asked {
  readonly request: ApprovalRequest
  readonly ended: Promise<ApprovalOutcome>
}

const running: ApprovalCoordinator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((coordinator) => coordinator.close()))
})

const signed = requirement({ level: 'signed', voteMaxAgeMs: minuteMs })

/** The action as a session binds it: the digest is over all of `what`, the nonce and the id. */
function call(what = 'as ever', changes: Partial<HeldCall> = {}): HeldCall {
  const { requester, ...base } = hold({ requirement: signed })
  return {
    ...base,
    requester,
    bind: (nonce, actionId = 'first-1') => ({
      actionId,
      digest: sha256(nonce, actionId, what),
      requestText: '{}',
    }),
    ...changes,
  }
}

/** One process asked and died. The next one lives when the lease is over. */
async function leftBehind(
  changes: Partial<HeldCall> = {},
  alive: (asked: Asked, first: Process) => unknown = () => undefined,
): Promise<{ readonly on: World; readonly first: Process; readonly asked: Asked }> {
  const on = world()
  const first = new Process(on)
  const asked = await first.ask(call('as ever', changes))
  await alive(asked, first)
  first.kill()
  on.clock.advance(leaseMs)
  await asked.ended
  return { on, first, asked }
}

describe('a request whose process died', () => {
  it('is taken over, with what people signed while nobody was there, and runs once', async () => {
    const { asked, on } = await leftBehind()
    const desk = new Process(on)
    const evidence = await decided('ann', asked.request)
    expect(await desk.coordinator.submit(asked.request.id, evidence)).toEqual({ counted: 'later' })
    const second = new Process(on)
    const again = await second.ask(call())
    expect(again.request).toMatchObject({ id: asked.request.id, digest: asked.request.digest })
    expect(second.journal.of('approval.requested')).toMatchObject([{ takenOver: true, intent: 'first-1' }])
    const held = heldOf(await again.ended)
    expect(held.binding.actionId).toBe('first-1')
    const tries = await Promise.allSettled([1, 2, 3].map(() => second.coordinator.consume(held, asked.request.digest)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('shows people the estimate that they were shown, and makes no other', async () => {
    const answers = [4, 5].map((rows) => ({ steps: [{ depth: 0, node: 'Update', relation: 'public.t', rows }] }))
    const made: unknown[] = []
    const estimate = () => {
      const answer = answers[made.length] ?? { none: 'failed' }
      made.push(answer)
      return Promise.resolve(answer)
    }
    const { asked, on } = await leftBehind({ estimate })
    const again = await new Process(on).ask(call('as ever', { estimate }))
    expect(again.request).toMatchObject({ id: asked.request.id, estimate: answers[0] })
    expect(again.request.view.digest).toBe(asked.request.view.digest)
    expect(made).toHaveLength(1)
  })

  it('keeps what was counted, no younger than it was', async () => {
    const { asked, on } = await leftBehind({}, async ({ request }, first) => {
      expect(await first.coordinator.submit(request.id, await decided('ann', request))).toEqual({ counted: true })
    })
    on.clock.advance(minuteMs - leaseMs)
    const second = new Process(on)
    const again = await second.ask(call())
    const held = heldOf(await again.ended)
    on.clock.advance(1)
    await expect(second.coordinator.consume(held, asked.request.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_VOID',
    })
  })

  it('runs with what was counted while that is fresh', async () => {
    const { asked, on } = await leftBehind({}, async ({ request }, first) => {
      await first.coordinator.submit(request.id, await decided('ann', request))
    })
    const second = new Process(on)
    const held = heldOf(await (await second.ask(call())).ended)
    expect(await second.coordinator.consume(held, asked.request.digest)).toMatchObject({ request: asked.request.id })
  })

  it('keeps nothing that was only claimed', async () => {
    const claimed = { requirement: requirement({ stages: [{ ...peerStage, count: 2 }] }) }
    const on = world()
    const hand = new HandApprover()
    const first = new Process(on, { approvers: [hand] })
    const asked = await first.ask(call('as ever', claimed))
    expect(await hand.allow(ann)).toEqual({ counted: true })
    first.kill()
    on.clock.advance(leaseMs)
    const next = new HandApprover()
    const second = new Process(on, { approvers: [next] })
    const again = await second.ask(call('as ever', claimed))
    expect(again.request.id).toBe(asked.request.id)
    expect(await next.allow(ann)).toEqual({ counted: true })
    expect(second.journal.of('approval.vote')).toHaveLength(1)
    expect(await Promise.race([again.ended, Promise.resolve('pending')])).toBe('pending')
  })

  it('stays denied', async () => {
    const { on } = await leftBehind({}, async ({ request }, first) => {
      const no = await decided('ann', request, { dec: 'deny' })
      first.dieAfterNextCommit()
      await first.coordinator.submit(request.id, no)
    })
    const second = new Process(on)
    expect(refusalOf(await second.coordinator.request(call(), never)).code).toBe('ERR_APPROVAL_DENIED')
    expect(second.journal.of('approval.requested')).toEqual([])
  })

  it('ends when it would have ended', async () => {
    const { asked, on } = await leftBehind()
    on.clock.advance(signed.ttlMs - leaseMs - 1)
    const second = new Process(on)
    const again = await second.ask(call())
    expect(again.request.id).toBe(asked.request.id)
    expect(again.request.expiresAt).toEqual(asked.request.expiresAt)
    on.clock.advance(1)
    expect((await again.ended).outcome).toBe('expired')
  })

  it('is asked anew when it is over', async () => {
    const { asked, on } = await leftBehind()
    on.clock.advance(signed.ttlMs - leaseMs)
    const again = await new Process(on).ask(call())
    expect(again.request.id).not.toBe(asked.request.id)
  })

  it('is asked anew when it was spent', async () => {
    const { asked, on } = await leftBehind({}, async ({ ended, request }, first) => {
      await first.coordinator.submit(request.id, await decided('ann', request))
      const held = heldOf(await ended)
      first.dieAfterNextCommit()
      await first.coordinator.consume(held, request.digest)
    })
    const again = await new Process(on).ask(call())
    expect(again.request.id).not.toBe(asked.request.id)
  })

  it('is asked anew when the action differs in what people do not see', async () => {
    const digest = sha256('seen')
    const other = digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as typeof digest
    const bind = (bound: typeof digest) => (_nonce: string, actionId?: string) => ({
      actionId: actionId ?? 'first-1',
      digest: bound,
      requestText: '{}',
    })
    const { asked, on } = await leftBehind({ bind: bind(digest) })
    const again = await new Process(on).ask(call('as ever', { bind: bind(other) }))
    expect(again.request.id).not.toBe(asked.request.id)
  })

  it.each<readonly [what: string, next: HeldCall, policyName: string]>([
    ['whoever asks, the run or the state is another', call('another run'), 'first'],
    ['the policy is another', call('as ever', { policyDigest: policy('second').digest }), 'second'],
    ['people would see something else', call('as ever', { maxAffected: 5 }), 'first'],
  ])('is asked anew when %s', async (_what, next, name) => {
    const { asked, on } = await leftBehind()
    const desk = new Process(on)
    const yes = await decided('ann', asked.request)
    expect(await desk.coordinator.submit(asked.request.id, yes)).toEqual({ counted: 'later' })
    const second = new Process(on, { policyNow: () => policy(name) })
    const again = await second.ask(next)
    expect(again.request.id).not.toBe(asked.request.id)
    expect(second.journal.of('approval.requested')).toMatchObject([{ takenOver: undefined }])
    expect(await desk.coordinator.submit(asked.request.id, await decided('bob', asked.request))).toEqual({
      counted: false,
      reason: 'unknown-request',
    })
    expect(second.journal.of('approval.vote')).toEqual([])
  })

  it.each([
    ['an id that would leave its comment', { actionId: 'x */ drop table invoices --' }],
    ['an id without end', { actionId: 'x'.repeat(65) }],
    ['a time that has not come', { enteredAtMs: startMs + 10 * minuteMs }],
  ])('is not taken over with %s in the ledger', async (_what, edit) => {
    const { asked, on } = await leftBehind()
    const at = `approval/request/${asked.request.id}`
    const { value, version } = await on.ledger.get(at)
    const edited = { ...(value as object), ...edit }
    await on.ledger.commit([{ key: at, expectedVersion: version, value: edited }])
    // An editor that knew the key could make the digest fit.
    const knowing = call('as ever', {
      bind: (_nonce, actionId) =>
        actionId === undefined
          ? { actionId: 'new-1', digest: sha256('new'), requestText: '{}' }
          : { actionId, digest: asked.request.digest, requestText: '{}' },
    })
    const again = await new Process(on).ask(knowing)
    expect(again.request.id).not.toBe(asked.request.id)
  })

  it('takes no place from others', async () => {
    const { on } = await leftBehind()
    const second = new Process(on, { limits: { pendingPerClosure: 1, pending: 1 } })
    const again = await second.ask(call('another run'))
    expect(refusalOf(await second.coordinator.request(call('other', { requester: agent('two') }), never)).code).toBe(
      'ERR_LIMIT_EXCEEDED',
    )
    expect(again.request.digest).not.toBe('')
  })

  it.each<readonly [what: string, next: HeldCall, edit: object]>([
    ['its process gives a sign of life', call(), { heldUntilMs: startMs + 3 * leaseMs }],
    ['another process takes it over', call(), { holder: 'another' }],
    [
      'its process gives a sign of life, for another action',
      call('another run'),
      { heldUntilMs: startMs + 3 * leaseMs },
    ],
  ])('is left alone when %s between the look and the step', async (_what, next, edit) => {
    const { asked, on } = await leftBehind()
    const at = `approval/request/${asked.request.id}`
    let looks = 0
    const ledger: Ledger = {
      get: (key) => on.ledger.get(key),
      commit: (writes) => on.ledger.commit(writes),
      close: () => on.ledger.close(),
      // The last thing that a look asks for.
      nowMs: async () => {
        const nowMs = await on.ledger.nowMs()
        if (looks++ > 0) return nowMs
        const { value, version } = await on.ledger.get(at)
        await on.ledger.commit([{ key: at, expectedVersion: version, value: { ...(value as object), ...edit } }])
        return nowMs
      },
    }
    const second = new Process({ clock: on.clock, ledger })
    expect(refusalOf(await second.coordinator.request(next, never)).code).toBe('ERR_LIMIT_EXCEEDED')
    expect(second.journal.of('approval.requested')).toEqual([])
    expect((await on.ledger.get(at)).value).toMatchObject(edit)
  })

  it('is taken over by one of many', async () => {
    const { asked, on } = await leftBehind()
    const many = Array.from({ length: 8 }, () => new Process(on))
    const outcomes = many.map((each) => each.coordinator.request(call(), never))
    await expect.poll(() => many.filter((each) => each.journal.of('approval.requested').length > 0)).toHaveLength(1)
    const holder = many.findIndex((each) => each.journal.of('approval.requested').length > 0)
    const others = outcomes.filter((_outcome, index) => index !== holder)
    for (const other of others) expect(refusalOf(await other).code).toBe('ERR_LIMIT_EXCEEDED')
    expect(many[holder]?.coordinator.pending()).toMatchObject([{ id: asked.request.id }])
  })

  it('is nobody’s who has another key', async () => {
    const { asked, on } = await leftBehind()
    for (const other of [undefined, randomBytes(32)]) {
      const again = await new Process(on, { takeover: other && { key: other } }).ask(call())
      expect(again.request.id).not.toBe(asked.request.id)
    }
  })
})

describe('a request whose process lives', () => {
  it('is not taken over, however long people take', async () => {
    const on = world()
    const first = new Process(on)
    const asked = await first.ask(call())
    const second = new Process(on)
    for (let passed = 0; passed < 5; passed++) {
      on.clock.advance(leaseMs * 0.9)
      const wanted = (await on.ledger.nowMs()) + leaseMs
      await expect
        .poll(async () => (await on.ledger.get(`approval/request/${asked.request.id}`)).value)
        .toMatchObject({ heldUntilMs: wanted })
      expect(refusalOf(await second.coordinator.request(call(), never)).code).toBe('ERR_LIMIT_EXCEEDED')
    }
    await first.coordinator.submit(asked.request.id, await decided('ann', asked.request))
    expect((await asked.ended).outcome).toBe('approved')
  })

  it('gives its signs of life in time, also where nobody takes evidence', async () => {
    const on = world()
    const first = new Process(on, { approvers: [new HandApprover()], takeover: { key, afterMs: 1_000 } })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      void first.coordinator.request(call('as ever', { requirement: requirement() }), never)
      // Turns of the event loop, no time.
      while (first.coordinator.pending().length === 0 || first.journal.of('approval.requested').length === 0)
        await new Promise((resolve) => setImmediate(resolve))
      const [request] = first.coordinator.pending()
      const heldUntilMs = async (): Promise<number> =>
        ((await on.ledger.get(`approval/request/${request!.id}`)).value as { readonly heldUntilMs: number }).heldUntilMs
      const before = await heldUntilMs()
      on.clock.advance(600)
      await vi.advanceTimersByTimeAsync(600)
      expect(await heldUntilMs()).toBe(before + 600)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is lost to it once it was taken over: no vote, no end and no spending of it counts any more', async () => {
    const on = world()
    // Too slow to give a sign of life in time, and not dead.
    const stalled = fixedClock(startMs)
    const first = new Process(on, { clock: stalled })
    const asked = await first.ask(call())
    await first.coordinator.submit(asked.request.id, await decided('ann', asked.request))
    const held = heldOf(await asked.ended)
    on.clock.advance(leaseMs)
    const second = new Process(on)
    const again = await second.ask(call())
    expect(again.request.id).toBe(asked.request.id)
    const spentHere = first.coordinator.consume(held, asked.request.digest)
    await expect(spentHere).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
    await first.coordinator.close()
    const taken = heldOf(await again.ended)
    expect(await second.coordinator.consume(taken, asked.request.digest)).toMatchObject({ request: asked.request.id })
  })
})

describe('approvers of a process that may have lost its request', () => {
  /** What they are told of the end; `plain`: that it is over here, and nothing more. */
  function listening(on: World, changes: ConstructorParameters<typeof Process>[1] = {}) {
    const signals: AbortSignal[] = []
    const ask: Approver['ask'] = (_request, _vote, signal) => {
      signals.push(signal)
      return new Promise<void>(() => undefined)
    }
    const process = new Process(on, { approvers: [{ ...deskApprover(), ask }], ...changes })
    const told = (): unknown => signals.map((signal) => (signal.aborted ? (endOf(signal) ?? 'plain') : 'goes on'))
    return { process, told }
  }

  async function lost() {
    const on = world()
    const stalled = fixedClock(startMs)
    const { process, told } = listening(on, { clock: stalled })
    const asked = await process.ask(call())
    on.clock.advance(leaseMs)
    const other = listening(on)
    await other.process.ask(call())
    return { asked, other, process, stalled, told }
  }

  it('are told nothing of its end, because it goes on elsewhere', async () => {
    const { asked, other, told } = await lost()
    expect(await asked.ended).toMatchObject({
      outcome: 'void',
      refusal: { code: 'ERR_APPROVAL_VOID', message: expect.stringContaining('another process waits') as string },
    })
    expect(told()).toEqual(['plain'])
    expect(other.told()).toEqual(['goes on'])
  })

  it('are told no end that it had here before anybody noticed', async () => {
    const { other, process, told } = await lost()
    await process.coordinator.close()
    expect(told()).toEqual(['plain'])
    expect(other.told()).toEqual(['goes on'])
  })

  it('are told no end when the ledger does not say who holds it', async () => {
    const on = world()
    const { process, told } = listening(on)
    await process.ask(call())
    process.kill()
    await process.coordinator.close()
    expect(told()).toEqual(['plain'])
  })

  it('are told the end by whoever holds it', async () => {
    const { other } = await lost()
    await other.process.coordinator.close()
    expect(other.told()).toEqual(['withdrawn'])
  })

  it('are told how it was decided', async () => {
    const on = world()
    const { process, told } = listening(on)
    const asked = await process.ask(call())
    await process.coordinator.submit(asked.request.id, await decided('ann', asked.request, { dec: 'deny' }))
    expect((await asked.ended).outcome).toBe('denied')
    expect(told()).toEqual(['denied'])
  })
})

describe('the key', () => {
  it('is what nonces and names of contents are made with', () => {
    const [one, same, other] = [new RequestSecrets(key), new RequestSecrets(key), new RequestSecrets(randomBytes(32))]
    const asked = call()
    expect(one.nonceOf('r1')).toMatch(/^[0-9a-f]{32}$/)
    expect(same.nonceOf('r1')).toBe(one.nonceOf('r1'))
    expect(
      new Set([one.nonceOf('r1'), one.nonceOf('r2'), other.nonceOf('r1'), new RequestSecrets(undefined).nonceOf('r1')])
        .size,
    ).toBe(4)
    expect(same.contentId(asked)).toBe(one.contentId(asked))
    expect(other.contentId(asked)).not.toBe(one.contentId(asked))
  })

  it.each([[randomBytes(31)], [randomBytes(33)], ['x'.repeat(32)], [new Uint8Array(0)]])(
    'must be 32 bytes',
    (wrong) => {
      expect(() => new Process(world(), { takeover: { key: wrong as Uint8Array } })).toThrow(/32 bytes/)
    },
  )

  it.each([0, 999, Number.NaN, Infinity, 1_000.5])('goes with a time of a second or more, not %d', (afterMs) => {
    expect(() => new Process(world(), { takeover: { key, afterMs } })).toThrow(/afterMs/)
  })
})
