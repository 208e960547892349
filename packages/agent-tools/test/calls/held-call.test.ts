import type { HeldNotice } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import { Holds } from '../../src/calls/held-call.js'

const notice = { requestId: 'a' } as unknown as HeldNotice

describe('a call that was allowed', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'does not go on once its maker has left, %i turns after people allowed it',
    async (turns) => {
      const holds = new Holds()
      let went = 0
      const goesOn = (): Promise<void> => {
        went += 1
        return Promise.resolve()
      }
      holds.isBack()
      const onAllowed = holds.heard({ waits: () => Promise.resolve(), goesOn })(notice)
      void onAllowed?.()
      for (let turn = 0; turn < turns; turn++) {
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        await Promise.resolve()
      }
      holds.hasLeft()
      const before = went
      await new Promise(setImmediate)
      expect(went).toBe(before)
      // It goes on for whoever comes back.
      holds.isBack()
      await new Promise(setImmediate)
      expect(went).toBe(1)
    },
  )
})
