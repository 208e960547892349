import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CheckLimits } from '../../src/door/check-turns.js'
import { CheckTurns } from '../../src/door/check-turns.js'

/** Who has had a turn, in order, and how each gives it back. */
function checks(limits: Partial<CheckLimits> = {}) {
  const turns = new CheckTurns({ maxChecks: 8, maxWaiting: 8, checkMs: 60_000, ...limits })
  const begun: string[] = []
  const over = new Map<string, () => void>()
  const stays = new AbortController().signal
  const come = async (name: string, claims: readonly string[] = [], gone = stays): Promise<void> => {
    over.set(name, await turns.take(claims, gone))
    begun.push(name)
  }
  const several = (count: number, name: string, claims?: readonly string[]): Promise<PromiseSettledResult<void>[]> =>
    Promise.allSettled(Array.from({ length: count }, (_, index) => come(`${name}${String(index)}`, claims)))
  return { begun, over, come, several }
}

const refused = (code: string): unknown => expect.objectContaining({ code })

describe('turns of logins', () => {
  it('are bounded, and come in order', async () => {
    const { begun, come, over, several } = checks({ maxChecks: 2 })
    await several(2, 'first')
    const [third, fourth] = [come('third'), come('fourth')]
    await turn()
    expect(begun).toEqual(['first0', 'first1'])
    over.get('first1')?.()
    // Twice is once.
    over.get('first1')?.()
    await third
    expect(begun).toEqual(['first0', 'first1', 'third'])
    over.get('first0')?.()
    await fourth
  })

  it('are half of all for who says that it is of one issuer, and a quarter for one account', async () => {
    const { begun, several } = checks()
    void several(9, 'a', ['idp', 'ann'])
    void several(9, 'b', ['idp', 'bob'])
    void several(9, 'c', ['idp', 'cid'])
    await turn()
    expect(begun).toEqual(['a0', 'a1', 'b0', 'b1'])
    void several(9, 'd', ['other', 'ann'])
    await several(2, 'none')
    expect(begun.slice(4)).toEqual(['d0', 'd1', 'none0', 'none1'])
  })

  it('are at least one for everybody', async () => {
    const { begun, come } = checks({ maxChecks: 1 })
    await come('ann', ['idp', 'ann', 'deeper'])
    expect(begun).toEqual(['ann'])
  })

  it('that are given back go to the first who may have them', async () => {
    const { begun, come, over, several } = checks({ maxChecks: 4 })
    await come('ann', ['idp', 'ann'])
    await come('bob', ['idp', 'bob'])
    await several(2, 'none')
    void come('ann again', ['idp', 'ann'])
    void come('nobody')
    over.get('none0')?.()
    await turn()
    expect(begun.slice(4)).toEqual(['nobody'])
    over.get('ann')?.()
    await turn()
    expect(begun.slice(5)).toEqual(['ann again'])
  })

  it('are not waited for by more than there may be, nor by one account alone', async () => {
    const { several, come } = checks({ maxChecks: 1 })
    await come('first')
    const settled = several(3, 'ann', ['idp', 'ann'])
    await expect(come('ann too', ['idp', 'ann'])).rejects.toThrow(refused('ERR_LIMIT_EXCEEDED'))
    void several(6, 'nobody')
    await expect(come('too many')).rejects.toThrow(refused('ERR_LIMIT_EXCEEDED'))
    await expect(Promise.race([settled, turn('waiting')])).resolves.toBe('waiting')
  })

  it('are not taken by who is gone', async () => {
    const { begun, come, over } = checks({ maxChecks: 1, maxWaiting: 1 })
    await come('first')
    const gone = new AbortController()
    const second = come('second', [], gone.signal)
    gone.abort()
    await expect(second).rejects.toThrow(refused('ERR_ABORTED'))
    await expect(come('late', [], gone.signal)).rejects.toThrow(refused('ERR_ABORTED'))
    const third = come('third')
    over.get('first')?.()
    await third
    expect(begun).toEqual(['first', 'third'])
  })

  it('end by themselves when a check never does', async () => {
    const { begun, come } = checks({ maxChecks: 1, checkMs: 20 })
    await come('first')
    await come('second')
    expect(begun).toEqual(['first', 'second'])
  })
})
