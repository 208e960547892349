import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HeldNotice, OnAllowed } from '../../src/approvals/request.js'
import { ann, bench, bob, heldOf, hold, never } from './support.js'

/** Whoever asked, who comes back when a test says so. */
class Asking {
  readonly notices: HeldNotice[] = []
  allowed = false
  comeBack: () => void = () => undefined
  leave: (error: Error) => void = () => undefined
  readonly #back = new Promise<void>((resolve, reject) => {
    this.comeBack = resolve
    this.leave = reject
  })

  constructor() {
    this.#back.catch(() => undefined)
  }

  readonly onHeld = (notice: HeldNotice): OnAllowed => {
    this.notices.push(notice)
    return () => {
      this.allowed = true
      return this.#back
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('whoever asked and went on to something else', () => {
  it('is told which request waits, and its action is not let through before they are back', async () => {
    const on = bench()
    const asking = new Asking()
    const asked = hold({ onHeld: asking.onHeld })
    let outcome: string | undefined
    const running = on.coordinator.request(asked, never).then((each) => {
      outcome = each.outcome
      return each
    })
    await on.hand.asked
    expect(asking.notices).toMatchObject([
      { requestId: on.coordinator.pending()[0]?.id, digest: asked.digest, rules: ['prod-writes'] },
    ])
    await on.hand.allow(ann)
    await turn()
    expect([asking.allowed, outcome]).toEqual([true, undefined])
    asking.comeBack()
    expect(await on.coordinator.consume(heldOf(await running), asked.digest)).toBeDefined()
  })

  it('loses to a no that comes before they are back', async () => {
    const on = bench()
    const asking = new Asking()
    const running = on.coordinator.request(hold({ onHeld: asking.onHeld }), never)
    await on.hand.allow(ann)
    await on.hand.deny(bob)
    asking.comeBack()
    expect((await running).outcome).toBe('denied')
  })

  it.each(['throws when people are asked', 'rejects when they allowed it'])(
    'withdraws the request when it %s',
    async (when) => {
      const on = bench()
      const asking = new Asking()
      const onHeld =
        when === 'throws when people are asked'
          ? () => {
              throw new Error('gone')
            }
          : asking.onHeld
      const running = on.coordinator.request(hold({ onHeld }), never)
      await on.hand.asked
      await on.hand.allow(ann)
      asking.leave(new Error('gone'))
      expect((await running).outcome).toBe('withdrawn')
      expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'withdrawn' }])
    },
  )

  describe('for too long', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    })
    afterEach(() => vi.useRealTimers())

    it('finds that the approval expired', async () => {
      const on = bench()
      const asking = new Asking()
      const running = on.coordinator.request(hold({ onHeld: asking.onHeld }), never)
      await on.hand.allow(ann)
      on.clock.advance(15 * 60_000)
      await vi.advanceTimersByTimeAsync(1_000)
      asking.comeBack()
      expect((await running).outcome).toBe('expired')
    })
  })
})
