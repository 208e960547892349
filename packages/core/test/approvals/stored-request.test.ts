import { describe, expect, it } from 'vitest'
import type { RequestEnd, StoredRequest, StoredVote, Submission } from '../../src/approvals/stored-request.js'
import {
  parseStored,
  stateOf,
  storedValue,
  withEnd,
  withSubmission,
  withVote,
  withoutSubmission,
} from '../../src/approvals/stored-request.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'

const ends: readonly Exclude<RequestEnd, 'denied'>[] = ['consumed', 'expired', 'withdrawn', 'unavailable', 'void']
const pending: StoredRequest = {
  digest: 'd',
  policy: 'p',
  view: 'v',
  end: null,
  votes: [],
  submitted: [],
  actionId: 'a-1',
  holder: 'h',
  enteredAtMs: 0,
  expiresAtMs: 1,
  heldUntilMs: 1,
  keptUntilMs: 1,
}

function vote(approver: string, decision: 'allow' | 'deny' = 'allow', elapsedMs = 0): StoredVote {
  return { id: `${approver} ${String(elapsedMs)}`, approver, decision, elapsedMs }
}

function submission(approver: string, decision: 'allow' | 'deny' = 'allow'): Submission {
  return { id: approver, approver, decision, via: 'desk', evidence: 'x' }
}

describe('a request in the ledger', () => {
  it('takes one yes and one no of a person in from elsewhere, until they are examined or it ended', () => {
    const once = withSubmission(pending, submission('ann')) as StoredRequest
    expect(withSubmission(once, submission('ann'))).toBe('already-voted')
    const both = withSubmission(once, submission('ann', 'deny')) as StoredRequest
    expect(both.submitted).toHaveLength(2)
    expect(stateOf(both)).toBe('pending')
    expect(withoutSubmission(once, 'ann').submitted).toEqual([])
    for (const end of ends) expect(withSubmission({ ...pending, end }, submission('ann'))).toBe('late')
    const full = { ...pending, submitted: Array.from({ length: 64 }, (_, index) => submission(String(index))) }
    expect(withSubmission(full, submission('ann'))).toBe('too-many-votes')
    expect(withSubmission(full, submission('ann', 'deny'))).toMatchObject({ digest: 'd' })
  })

  it('ends once: whoever comes later is told how', () => {
    for (const first of ends) {
      const ended = withEnd(pending, first) as StoredRequest
      expect(stateOf(ended)).toBe(first)
      for (const later of ends) expect(withEnd(ended, later)).toBe(first)
    }
  })

  it('is none with an estimate that is none', () => {
    const stored = storedValue({ ...pending, estimate: { none: 'off' } }) as Record<string, SnapshotValue>
    expect(parseStored(stored)).toMatchObject({ estimate: { none: 'off' } })
    for (const estimate of [{ none: 'Off' }, { none: 'off', more: 1 }, 'off', null])
      expect(parseStored({ ...stored, estimate })).toBeUndefined()
  })

  it('is denied by a no, unless it was spent before', () => {
    const denied = withVote(pending, vote('ann', 'deny'), 1_000) as StoredRequest
    expect(stateOf(denied)).toBe('denied')
    for (const end of ends) expect(withEnd(denied, end)).toBe('denied')
    expect(stateOf({ ...denied, end: 'void' })).toBe('denied')
    expect(stateOf({ ...denied, end: 'consumed' })).toBe('consumed')
  })

  it('takes no vote once it ended', () => {
    const denied = withVote(pending, vote('ann', 'deny'), 1_000) as StoredRequest
    for (const request of [denied, ...ends.map((end): StoredRequest => ({ ...pending, end }))]) {
      expect(withVote(request, vote('bob'), 1_000)).toBe('late')
      expect(withVote(request, vote('bob', 'deny'), 1_000)).toBe('late')
    }
  })

  it('takes one yes of a person, and another when that is too old; a no always', () => {
    const once = withVote(pending, vote('ann'), 1_000) as StoredRequest
    expect(withVote(once, vote('ann', 'allow', 1_000), 1_000)).toBe('already-voted')
    expect(withVote(once, vote('ann', 'allow', 1_001), 1_000)).toMatchObject({ votes: [{}, {}] })
    expect(withVote(once, vote('ann', 'deny', 1), 1_000)).toMatchObject({ votes: [{}, { decision: 'deny' }] })
  })

  it('takes another yes when what proved the first is over, however old the rule lets it be', () => {
    const once = withVote(pending, { ...vote('ann'), lastsMs: 500 }, 1_000) as StoredRequest
    const kept = parseStored(storedValue(once)) as StoredRequest
    expect(withVote(kept, vote('ann', 'allow', 499), 1_000)).toBe('already-voted')
    expect(withVote(kept, vote('ann', 'allow', 500), 1_000)).toMatchObject({ votes: [{}, {}] })
    expect(parseStored(storedValue({ ...once, votes: [{ ...vote('ann'), lastsMs: '1' as unknown as number }] }))).toBe(
      undefined,
    )
  })

  it('keeps 64 yeses, and still takes a no', () => {
    const full: StoredRequest = { ...pending, votes: Array.from({ length: 64 }, (_, index) => vote(String(index))) }
    expect(withVote(full, vote('ann'), 1_000)).toBe('too-many-votes')
    expect(withVote(full, vote('ann', 'deny'), 1_000)).toMatchObject({ digest: 'd' })
  })

  it('is read back as it was written, and as nothing when any part of it is something else', () => {
    const request: StoredRequest = {
      ...pending,
      votes: [vote('ann'), { ...vote('bob'), via: 'desk', evidence: 'x' }],
      submitted: [submission('sec')],
    }
    const value = storedValue(request) as { readonly [key: string]: SnapshotValue }
    expect(parseStored(value)).toEqual(request)
    const others: readonly SnapshotValue[] = [
      'text',
      null,
      [],
      { ...value, digest: 1 },
      { ...value, policy: 1 },
      { ...value, view: 1 },
      { ...value, keptUntilMs: '1' },
      { ...value, submitted: null },
      { ...value, submitted: [{ ...vote('ann') }] },
      { ...value, end: 'approved' },
      { ...value, votes: 'none' },
      { ...value, votes: [{ ...vote('ann') }, { ...vote('bob'), decision: 'maybe' }] },
      { ...value, votes: [{ ...vote('ann'), elapsedMs: '0' }] },
      { ...value, votes: [{ ...vote('ann'), via: 'desk' }] },
      { ...value, votes: [{ ...vote('ann'), evidence: 'x' }] },
      { ...value, votes: [{ ...vote('ann'), via: 'desk', evidence: 1 }] },
    ]
    for (const other of others) expect(parseStored(other)).toBeUndefined()
    expect(parseStored(undefined)).toBeUndefined()
  })
})
