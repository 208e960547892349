import { describe, expect, it } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { Estimate } from '../../src/approvals/estimate.js'
import { parseEstimate, readEstimate } from '../../src/approvals/estimate.js'
import type { EstimatedChange } from '../../src/approvals/estimated-changes.js'
import { mapTexts } from '../../src/approvals/estimated-changes.js'
import { estimateInWords } from '../../src/approvals/estimate-words.js'
import { newRequest } from '../../src/approvals/stored-request.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { HandApprover, TestJournal, firstPolicy, hold, never, startMs } from './support.js'

const change: EstimatedChange = { path: 'data.a', before: 'hidden-word', after: null }
const estimate = { changes: [change], findings: ['it stops'], more: 2 }

describe('what a target says would change', () => {
  it('is told in words, each on a line, with nothing that could pose as another', () => {
    const changes: readonly EstimatedChange[] = [
      change,
      { path: 'a\nb', before: null, after: '1\n2' },
      { path: 'c', before: '1', after: '2' },
    ]
    expect(estimateInWords({ ...estimate, changes })).toEqual([
      'claimed by the engine, of a trial that changed nothing: what would change',
      '  - data.a: hidden-word',
      '  + "a\\u{a}b": 1\\u{a}2',
      '  ~ c: 1 -> 2',
      '  AND 2 MORE, WHICH ARE NOT SHOWN',
      'of the result, the engine says',
      '  it stops',
    ])
    expect(estimateInWords({ changes: [], findings: [], more: 0 })).toEqual([
      'claimed by the engine, of a trial that changed nothing: no change',
    ])
  })

  it.each([
    ['too many changes', { changes: Array.from({ length: 65 }, () => change) }],
    ['a change of nothing', { changes: [{ ...change, before: null }] }],
    ['a change without a place', { changes: [{ ...change, path: undefined }] }],
    ['a text that is too long', { changes: [{ ...change, before: 'x'.repeat(201) }] }],
    ['half a character', { changes: [{ ...change, before: '\ud800' }] }],
    ['too many findings', { findings: Array.from({ length: 33 }, () => 'f') }],
    ['a finding that is no text', { findings: [1] }],
    ['less than nothing more', { more: -1 }],
    ['changes that are no list', { changes: 'all' }],
  ])('is none with %s', (_, more) => {
    expect(parseEstimate({ ...estimate, ...more })).toEqual({ none: 'invalid' })
  })

  it('is read as it was written, or not at all', () => {
    expect(readEstimate(estimate)).toEqual(estimate)
    expect(readEstimate({ ...estimate, steps: [] })).toBeUndefined()
    expect(readEstimate({ ...estimate, changes: [{ ...change, more: 1 }] })).toBeUndefined()
  })

  it('is on record without its values, and in no ledger', async () => {
    const journal = new TestJournal()
    const clock = fixedClock(startMs)
    const ledger = memoryLedger({ clock })
    const coordinator = createApprovalCoordinator({
      ledger,
      journal,
      approvers: [new HandApprover()],
      clock,
      policyNow: () => firstPolicy,
    })
    const ended = coordinator.request(hold({ estimate: () => Promise.resolve(estimate) }), never)
    await expect.poll(() => coordinator.pending().length).toBe(1)
    const [request] = coordinator.pending()
    expect(request?.view.text).toContain('- data.a: hidden-word')
    expect(journal.of('evidence.taken')).toMatchObject([
      { estimate: { changes: ['data.a'], findings: ['it stops'], more: 2 } },
    ])
    const kept = (estimated: Estimate): unknown =>
      newRequest({ ...hold({}), estimated } as never, { digest: 'd' } as never)
    expect(JSON.stringify(kept(estimate))).not.toContain('hidden-word')
    expect(JSON.stringify(kept({ none: 'off' }))).toContain('off')
    await coordinator.close()
    await ended
  })

  it('stays within its bounds whatever masks make of it', () => {
    const [masked] = mapTexts(estimate, () => '😀'.repeat(150)).changes
    expect([masked?.before?.length, masked?.after]).toEqual([199, null])
    expect(masked?.before?.isWellFormed()).toBe(true)
  })
})
