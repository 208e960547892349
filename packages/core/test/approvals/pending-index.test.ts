import { describe, expect, it } from 'vitest'
import type { Place } from '../../src/approvals/pending-index.js'
import { enter, leave } from '../../src/approvals/pending-index.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { startMs } from './support.js'

const deadlineMs = 1_000
const capped = { code: 'ERR_LIMIT_EXCEEDED' }

function room() {
  const clock = fixedClock(startMs)
  const ledger = memoryLedger({ clock })
  let next = 0
  const place = (sharedWith: readonly string[], ttlMs = 60_000): Place => {
    const id = `r${String(next++)}`
    return { id, holder: `h${id}`, sharedWith, contentId: `c${id}`, ttlMs, value: () => ({ holder: `h${id}` }) }
  }
  const take = async (own: Place, perClosure = 1) => {
    await enter(ledger, deadlineMs, own, { perClosure, overall: 10 })
    return own
  }
  return { clock, give: (own: Place) => leave(ledger, deadlineMs, own, false), place, take }
}

describe('the places of pending requests', () => {
  it('are those of what a request shares with others, and free again when it left', async () => {
    const { give, place, take } = room()
    const first = await take(place(['person ann', 'run 1']))
    await expect(take(place(['person ann']))).rejects.toMatchObject(capped)
    await expect(take(place(['run 1', 'person bob']))).rejects.toMatchObject(capped)
    await take(place(['person bob']))
    await give(first)
    await take(place(['run 1', 'person ann']))
  })

  it('are those of what it shares now, where a list of it was changed', async () => {
    const { place, take } = room()
    const shared = ['person ann']
    await take(place(shared))
    shared[0] = 'person bob'
    await take(place(shared))
    await expect(take(place(['person bob']))).rejects.toMatchObject(capped)
  })

  it('are given back by whoever holds the request alone', async () => {
    const { give, place, take } = room()
    const first = await take(place(['person ann']))
    await give({ ...first, holder: 'another' })
    await expect(take(place(['person ann']))).rejects.toMatchObject(capped)
    await give(first)
    await take(place(['person ann']))
  })

  it('are given back of the same list, frozen, by whichever request left', async () => {
    const { give, place, take } = room()
    const shared = Object.freeze(['person ann'])
    const [first, second] = [await take(place(shared), 2), await take(place(shared), 2)]
    await expect(take(place(shared), 2)).rejects.toMatchObject(capped)
    await give(first)
    await take(place(shared), 2)
    await expect(take(place(shared), 2)).rejects.toMatchObject(capped)
    await give(second)
    await take(place(['person ann']), 2)
  })

  it('are free when the request is over, and not before, however soon a later one is', async () => {
    const { clock, place, take } = room()
    const shared = Object.freeze(['person ann'])
    await take(place(shared, 60_000), 2)
    await take(place(shared, 1_000), 2)
    await expect(take(place(shared), 2)).rejects.toMatchObject(capped)
    clock.advance(2_000)
    await take(place(shared, 1_000), 2)
    clock.advance(2_000)
    await expect(take(place(shared), 1)).rejects.toMatchObject(capped)
    clock.advance(60_000)
    await take(place(shared), 1)
  })
})
