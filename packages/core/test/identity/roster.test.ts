import { describe, expect, it } from 'vitest'
import { checkedListing } from '../../src/identity/listing.js'
import { rosterOf } from '../../src/identity/roster.js'
import { account, personRecord } from './directory-support.js'

describe('everybody of a large listing', () => {
  it('is gone through without keeping others waiting until the end', async () => {
    const ids = Array.from({ length: 1_000 }, (_none, index) => `p${String(index)}`)
    const listing = checkedListing(ids.map((id) => ({ subject: account(id), record: personRecord(id, [id]) })))
    let isDone = false
    let turns = 0
    const countTurn = (): void => {
      if (isDone) return
      turns++
      setImmediate(countTurn)
    }
    setImmediate(countTurn)
    expect(await rosterOf(listing)).toHaveLength(1_000)
    isDone = true
    expect(turns).toBeGreaterThan(1)
  })
})
