import { describe, expect, it } from 'vitest'
import type { Admission } from '../../src/admission.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Directory } from '../../src/identity/directory.js'
import { workId } from '../../src/duties/work.js'
import type { Principal } from '../../src/model/principal.js'
import type { HistoryInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Verdict } from '../../src/reviews/said.js'
import type { WorkReviewReceipt } from '../../src/reviews/work-reviews.js'
import type { WorkToReview } from '../../src/reviews/work-to-review.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import { fc } from '../properties.js'
import type { DutyBench, DutyBenchOptions } from './support.js'
import {
  agent,
  asks,
  dutiesApart,
  dutyBench,
  effect,
  hourMs,
  human,
  people,
  startMs,
  verdict,
  YesOf,
} from './support.js'

const chain: HistoryInput = {
  id: 'C1',
  steps: ['request', 'approve', 'execute', 'review'],
  review: { role: 'auditor', within: '24h' },
  per: 'target',
  window: '1h',
}
/** `delete` is held; `write` is what nobody is asked about. */
export const reviewed = (rule: Partial<HistoryInput> = {}): PolicyInput => ({
  ...dutiesApart,
  roles: { ...dutiesApart.roles, auditor: [{ target: ['db', 'other'], duty: 'audit' }] },
  separate: { history: [{ ...chain, ...rule }] },
})
const worker = (id: string, facts: Partial<Parameters<typeof agent>[0]> = {}): Principal =>
  agent({ id, ownedBy: id, ...facts })
const auditor = (id = 'aud', facts: Parameters<typeof human>[2] = {}): Principal => human(id, ['auditor'], facts)

interface Bench extends DutyBench {
  readonly yes: YesOf
  reviews(id: string, who: Principal, verdict?: Verdict): Promise<WorkReviewReceipt>
  pending(): Promise<readonly WorkToReview[]>
}

async function bench(rule: Partial<HistoryInput> = {}, options: DutyBenchOptions = {}): Promise<Bench> {
  const yes = new YesOf(human('zoe'))
  const on = await dutyBench({ policy: reviewed(rule), approvers: [yes], ...options })
  const pending = () => on.guard.reviews.pending()
  return Object.assign(on, {
    yes,
    pending,
    reviews: async (id: string, who: Principal, found: Verdict = 'justified') => {
      const digest = (await pending()).find((work) => work.id === id)?.digest ?? ''
      return on.guard.reviews.review(id, { credential: on.credential(who), verdict: found, digest })
    },
  })
}

async function onlyWork(on: Bench): Promise<WorkToReview> {
  const [work, ...others] = await on.pending()
  if (work === undefined || others.length > 0) throw new Error('there is not one piece of work')
  return work
}

describe('work that a history chain wants reviewed', () => {
  it('is listed once it may run, with who did it, who approved it and how much it is', async () => {
    const on = await bench()
    const session = await on.open(worker('w'))
    expect(verdict(await asks(session, 'delete'))).toBe('permitted')
    on.clock.advance(60_000)
    expect(verdict(await asks(session, 'delete'))).toBe('permitted')
    const work = await onlyWork(on)
    expect(work).toMatchObject({
      rule: 'C1',
      who: { kind: 'agent', subject: { id: 'w' } },
      approvedBy: [{ kind: 'human', subject: { id: 'zoe' } }],
      targets: ['db'],
      actions: 2,
      firstAtMs: startMs,
      lastAtMs: startMs + 60_000,
      reviewByMs: startMs + 24 * hourMs,
      review: { role: 'auditor', level: 'asserted' },
    })
    expect(work.view.text).toContain('agent w of https://agents.example')
    const intents = on.events.filter(({ type }) => type === 'action.intent')
    expect(intents.map((event) => event['work'])).toEqual([[work.id], [work.id]])
    expect(on.durabilities).toEqual(['synced', 'synced'])
  })

  it('is shown in rows of which none begins where its author likes', async () => {
    const on = await bench({ per: 'change' })
    await asks(await on.open(worker('w', { change: `${'x'.repeat(60)}  approved   human ann of us` })), 'write')
    const rows = (await onlyWork(on)).view.text.split('\n')
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(80)
    expect(rows.filter((row) => row.startsWith('  approved'))).toEqual(['  approved   nobody was asked'])
  })

  it('names everybody who approved some of it', async () => {
    const on = await bench()
    const session = await on.open(worker('w'))
    await asks(session, 'delete')
    on.yes.who = human('yan')
    await asks(session, 'delete')
    await asks(session, 'delete')
    expect((await onlyWork(on)).approvedBy.map(({ subject }) => subject.id)).toEqual(['zoe', 'yan'])
  })

  it('is late when its first action is', async () => {
    const on = await bench()
    const session = await on.open(worker('w'))
    await asks(session, 'write')
    on.clock.advance(23 * hourMs)
    expect(verdict(await asks(session, 'write'))).toBe('permitted')
    on.clock.advance(hourMs + 1)
    expect(verdict(await asks(session, 'write'))).toBe('ERR_WORK_UNREVIEWED')
  })

  it('is of one session, and of another one for another session or target', async () => {
    const on = await bench()
    await on.does(worker('w'), 'write')
    await on.does(worker('w'), 'write')
    await on.does(worker('w'), 'write', 'other')
    expect((await on.pending()).map(({ targets }) => targets)).toEqual([['db'], ['db'], ['other']])
  })

  it('is none for what the chain is not about, nor where the step is none of its own', async () => {
    const on = await bench({ steps: ['request', 'approve', 'review'] })
    await on.does(worker('w'), 'read')
    await on.does(worker('w'), 'write')
    expect(await on.pending()).toEqual([])
    await on.does(worker('w'), 'delete')
    expect(await on.pending()).toHaveLength(1)
  })

  it('is none where nothing could have run', async () => {
    const on = await bench()
    on.yes.who = worker('w')
    expect(verdict(await on.does(worker('w'), 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(await on.pending()).toEqual([])
  })

  it('waits no more when somebody independent found it justified, on record with its digest', async () => {
    const on = await bench()
    await on.does(worker('w'), 'delete')
    const { digest, id } = await onlyWork(on)
    const told: unknown[] = []
    on.guard.on('workReviewed', (event) => told.push(event))
    expect(await on.reviews(id, auditor())).toEqual({ counted: true, verdict: 'justified' })
    expect(await on.pending()).toEqual([])
    expect(told).toEqual([{ work: id, verdict: 'justified' }])
    const [event] = on.events.filter(({ type }) => type === 'work.reviewed')
    expect(event).toMatchObject({ work: id, digest, actions: 1, rule: 'C1', verdict: 'justified', level: 'asserted' })
    expect(event).toMatchObject({ reviewer: { subject: { id: 'aud' } } })
    expect(
      await on.guard.reviews.review(id, { credential: on.credential(auditor()), verdict: 'justified', digest }),
    ).toEqual({ counted: false, reason: 'unknown-work' })
  })

  it.each<[string, Principal, string]>([
    ['whoever asked for it', worker('w', { roles: ['worker', 'auditor'] }), 'not-human'],
    ['another agent', worker('v', { roles: ['auditor'] }), 'not-human'],
    ['the owner of the agent', auditor('w'), 'not-independent: person'],
    ['whoever approved it', human('zoe', ['dba', 'auditor']), 'not-independent: subject, person'],
    ['somebody with the key', auditor('kim', { key: 'thumb' }), 'not-independent: key'],
    ['somebody without the role', human('lea', ['dba']), 'no-role'],
    ['somebody whose credential is over', auditor('aud', { expiresAtMs: startMs }), 'principal-expired'],
  ])('is not reviewed by %s', async (_who, reviewer, reason) => {
    const on = await bench({ window: '1s' })
    await on.does(worker('w', { key: 'thumb' }), 'delete')
    // However long ago the step was.
    on.clock.advance(40 * hourMs)
    const { id } = await onlyWork(on)
    expect(await on.reviews(id, reviewer)).toEqual({ counted: false, reason })
    expect(await on.pending()).toHaveLength(1)
    expect(on.events.filter(({ type }) => type === 'work.refused-review')).toHaveLength(1)
  })

  it('is not reviewed by whoever said a yes that nobody needed any more', async () => {
    const on = await bench()
    const zoe = human('zoe')
    const yan = human('yan', ['dba', 'auditor'])
    on.yes.who = zoe
    Object.assign(on.yes, {
      ask: async (request: { readonly digest: string }, vote: (given: object) => Promise<unknown>) => {
        await Promise.all([zoe, yan].map((approver) => vote({ decision: 'allow', approver, digest: request.digest })))
      },
    })
    const both = await bench({}, { approvers: [on.yes], policy: twoVotes })
    await both.does(worker('w'), 'delete')
    const { approvedBy, id } = await onlyWork(both)
    expect(approvedBy.map(({ subject }) => subject.id).toSorted()).toEqual(['yan', 'zoe'])
    expect(await both.reviews(id, yan)).toMatchObject({ counted: false, reason: 'not-independent: subject, person' })
  })

  it('is not reviewed by somebody whose agent holds a role that excludes it', async () => {
    const separate = { ...reviewed().separate, static: [{ id: 'S1', roles: ['worker', 'auditor'], max: 1 }] }
    const on = await bench({}, { policy: { ...reviewed(), separate } })
    await on.does(worker('w'), 'write')
    await on.open(worker('v', { ownedBy: 'vic' }))
    const { id } = await onlyWork(on)
    expect(await on.reviews(id, auditor('vic'))).toEqual({ counted: false, reason: 'duty-conflict: S1' })
    expect(await on.reviews(id, auditor())).toMatchObject({ counted: true })
  })

  it('is not reviewed when that cannot be recorded', async () => {
    const on = await bench()
    await on.does(worker('w'), 'write')
    const { id } = await onlyWork(on)
    on.interfere = (event) => (event.type === 'work.reviewed' ? Promise.reject(new Error('disk')) : undefined)
    await expect(on.reviews(id, auditor())).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect((await onlyWork(on)).id).toBe(id)
  })

  it('is reviewed at the level that the chain asks for, or not at all', async () => {
    const on = await bench({ review: { role: 'auditor', within: '24h', level: 'signed' } })
    await on.does(worker('w'), 'write')
    const { id } = await onlyWork(on)
    expect(await on.reviews(id, auditor())).toEqual({ counted: false, reason: 'level-too-low' })
  })

  it('is not reviewed by whoever took another step about the same thing, and a reviewer takes none', async () => {
    const on = await bench()
    const ann = human('ann', ['worker', 'auditor'])
    await on.does(worker('w'), 'write')
    await on.does(ann, 'write')
    const [first] = await on.pending()
    expect(await on.reviews(first?.id ?? '', ann)).toEqual({ counted: false, reason: 'duty-conflict: C1' })
    const bea = human('bea', ['worker', 'auditor'])
    expect(await on.reviews(first?.id ?? '', bea)).toMatchObject({ counted: true })
    expect(verdict(await on.does(bea, 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(bea, 'write', 'other'))).toBe('permitted')
  })

  it('is not reviewed by a glance at less of it', async () => {
    const on = await bench()
    const session = await on.open(worker('w'))
    await asks(session, 'write')
    const { digest, id } = await onlyWork(on)
    await asks(session, 'write')
    const credential = on.credential(auditor())
    expect(await on.guard.reviews.review(id, { credential, verdict: 'justified', digest })).toEqual({
      counted: false,
      reason: 'changed',
    })
    expect((await onlyWork(on)).actions).toBe(2)
  })

  it('stays when more was done while its review was written down', async () => {
    const on = await bench()
    const session = await on.open(worker('w'))
    await asks(session, 'write')
    const { id } = await onlyWork(on)
    on.interfere = (event) => (event.type === 'work.reviewed' ? asks(session, 'write') : undefined)
    expect(await on.reviews(id, auditor())).toEqual({ counted: false, reason: 'changed' })
    expect((await onlyWork(on)).actions).toBe(2)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no credential', { verdict: 'justified', digest: 'd' }],
    ['no digest', { credential: { token: '0' }, verdict: 'justified' }],
    ['no verdict', { credential: { token: '0' }, digest: 'd' }],
  ])('is not reviewed by %s', async (_what, review) => {
    const on = await bench()
    await on.does(worker('w'), 'write')
    const { digest, id } = await onlyWork(on)
    const given = typeof review === 'object' && review !== null && 'digest' in review ? { ...review, digest } : review
    expect(await on.guard.reviews.review(id, given as never)).toEqual({ counted: false, reason: 'malformed' })
  })
})

const twoVotes: PolicyInput = {
  ...reviewed(),
  hold: (dutiesApart.hold ?? []).map((hold) => ({
    ...hold,
    require: [{ stage: 'peer', count: 2, role: 'dba', independent: ['subject'] }],
  })),
}

describe('work that people granted', () => {
  const policy: PolicyInput = {
    ...reviewed(),
    hold: (dutiesApart.hold ?? []).map((hold) => ({ ...hold, grant: { uses: 5, ttl: '1h' } })),
  }

  it('is not reviewed by whoever granted it, also after a restart', async () => {
    const journal = lastingJournal()
    const clock = fixedClock(startMs)
    const on = await bench({}, { policy, journal, clock })
    const session = await on.session(worker('w'))
    await asks(on.access(session), 'read')
    const resource = 'table:public.t'
    await session.requestGrant({ target: 'db', duty: 'delete', resource, uses: 2, ttlMs: 600_000, reason: 'backfill' })
    expect(verdict(await asks(on.access(session), 'delete'))).toBe('permitted')
    expect(verdict(await asks(on.access(session), 'delete'))).toBe('permitted')
    expect(on.yes.receipts).toEqual(['counted'])
    const zoe = human('zoe', ['auditor'])
    const notByZoe = { counted: false, reason: 'not-independent: subject, person' }
    const work = await onlyWork(on)
    expect(work).toMatchObject({ actions: 2, approvedBy: [{ subject: { id: 'zoe' } }] })
    expect(await on.reviews(work.id, zoe)).toEqual(notByZoe)
    await on.guard.close()
    const later = await bench({}, { policy, journal, clock })
    expect(await onlyWork(later)).toEqual(work)
    expect(await later.reviews(work.id, zoe)).toEqual(notByZoe)
    expect(await later.reviews(work.id, auditor())).toMatchObject({ counted: true })
  })
})

describe('work of a change', () => {
  it('is reviewed change by change, and nobody does any without one', async () => {
    const on = await bench({ per: 'change' })
    for (const change of ['CHG-1', 'CHG-2', 'CHG-1'])
      await asks(on.access(await on.session(worker('w'), { change })), 'write')
    expect((await on.pending()).map(({ view }) => /about {6}(.*)/.exec(view.text)?.[1])).toEqual([
      'change CHG-1',
      'change CHG-2',
      'change CHG-1',
    ])
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('ERR_DUTY_CONFLICT')
  })
})

describe('whoever is unknown in a dimension that the chain counts over', () => {
  it('does nothing that would have to be reviewed, whatever its steps are', async () => {
    const on = await bench({ steps: ['approve', 'review'] })
    expect(verdict(await on.does(agent({ id: 'orphan', owners: undefined }), 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(on.yes.receipts).toEqual([])
  })
})

describe('a chain with a review', () => {
  const members = ['w', 'v', 'u'] as const
  const step = fc.oneof(
    fc.record({ act: fc.constant('write' as const), who: fc.constantFrom(...members) }),
    fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 20 }) }),
    fc.record({
      act: fc.constant('review' as const),
      nth: fc.nat({ max: 3 }),
      found: fc.constantFrom<Verdict>('justified', 'unjustified'),
      who: fc.constantFrom('aud', 'bea', 'w'),
    }),
    fc.record({ act: fc.constant('restart' as const) }),
  )

  it('does as a list of what waits does, whatever happens and whenever the process starts again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const [journal, clock] = [lastingJournal(), fixedClock(startMs)]
        let on = await bench({}, { journal, clock })
        // `u` is another agent of the person behind `w`.
        const owner = { w: 'w', v: 'v', u: 'w' }
        const waits: { readonly who: string; dueMs: number }[] = []
        // What `w` did last of either step, which counts for the window and a 64th of it.
        const last = { write: -Infinity, review: -Infinity }
        const counts = (atMs: number): boolean => clock.wallMs() <= atMs + hourMs + hourMs / 64
        for (const each of steps) {
          const nowMs = clock.wallMs()
          if (each.act === 'wait') clock.advance(each.hours * hourMs)
          else if (each.act === 'restart') {
            await on.guard.close()
            on = await bench({}, { journal, clock })
          } else if (each.act === 'write') {
            const late = waits.some(({ dueMs, who }) => who === owner[each.who] && nowMs > dueMs)
            const who = worker(each.who, { ownedBy: owner[each.who] })
            const apart = owner[each.who] === 'w' && counts(last.review)
            const expected = apart ? 'ERR_DUTY_CONFLICT' : late ? 'ERR_WORK_UNREVIEWED' : 'permitted'
            expect(verdict(await on.does(who, 'write'))).toBe(expected)
            if (expected !== 'permitted') continue
            waits.push({ who: owner[each.who], dueMs: nowMs + 24 * hourMs })
            if (owner[each.who] === 'w') last.write = nowMs
          } else {
            const work = (await on.pending())[each.nth]
            const known = waits[each.nth]
            if (work === undefined || known === undefined) continue
            const receipt = await on.reviews(work.id, auditor(each.who), each.found)
            expect(receipt.counted).toBe(each.who !== known.who && !(each.who === 'w' && counts(last.write)))
            if (!receipt.counted) continue
            if (each.who === 'w') last.review = nowMs
            if (each.found === 'justified') waits.splice(each.nth, 1)
            else known.dueMs = 0
          }
          expect(await on.pending()).toHaveLength(waits.length)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('a review that is late', () => {
  it('stops nothing that another chain is about', async () => {
    const { separate, ...policy } = reviewed()
    const chains = ['db', 'other'].map((target) => ({ ...chain, id: target, target }))
    const on = await bench({}, { policy: { ...policy, separate: { ...separate, history: chains } } })
    await on.does(worker('w'), 'write')
    on.clock.advance(25 * hourMs)
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await on.does(worker('w'), 'write', 'other'))).toBe('permitted')
  })

  const late = async (who: Principal, on: Bench): Promise<Admission> => {
    await on.does(worker('w', { key: 'thumb' }), 'write')
    on.clock.advance(24 * hourMs)
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('permitted')
    on.clock.advance(1)
    return on.does(who, 'write')
  }

  it.each<[string, Principal]>([
    ['whoever did it', worker('w')],
    ['another agent of the same person', agent({ id: 'w2', ownedBy: 'w', runRoot: 'another' })],
    ['the person', human('w', ['worker'])],
    ['somebody in the same run', agent({ id: 'v', ownedBy: 'v', runRoot: 'run-of-w' })],
    ['somebody with the same key', worker('v', { key: 'thumb' })],
  ])('stops %s', async (_who, who) => {
    const on = await bench()
    const admission = await late(who, on)
    expect(admission).toMatchObject({ refusal: { code: 'ERR_WORK_UNREVIEWED', rules: ['C1'] } })
    expect(verdict(await on.does(who, 'write', 'other'))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await on.does(who, 'read'))).toBe('permitted')
  })

  it('stops nobody else', async () => {
    const on = await bench()
    expect(verdict(await late(worker('v'), on))).toBe('permitted')
  })

  it('is told before people are asked', async () => {
    const on = await bench()
    await late(worker('w'), on)
    on.clock.advance(2 * hourMs)
    expect(verdict(await on.does(worker('w'), 'delete'))).toBe('ERR_WORK_UNREVIEWED')
    expect(on.yes.receipts).toEqual([])
  })

  it('lets them go on once it is there', async () => {
    const on = await bench()
    expect(verdict(await late(worker('w'), on))).toBe('ERR_WORK_UNREVIEWED')
    for (const { id, reviewByMs } of await on.pending())
      if (reviewByMs < startMs + 30 * hourMs) expect(await on.reviews(id, auditor())).toMatchObject({ counted: true })
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('permitted')
  })

  it('is as good as late when it found the work unjustified, until somebody finds it justified', async () => {
    const on = await bench()
    await on.does(worker('w'), 'write')
    const { id } = await onlyWork(on)
    expect(await on.reviews(id, auditor(), 'unjustified')).toEqual({ counted: true, verdict: 'unjustified' })
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('ERR_WORK_UNREVIEWED')
    expect(await on.reviews(id, auditor('second'))).toEqual({ counted: true, verdict: 'justified' })
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('permitted')
  })
})

describe('work on a ledger', () => {
  it('is seen, reviewed and missed by every guard on it', async () => {
    const clock = fixedClock(startMs)
    const ledger = memoryLedger({ clock })
    const shared = {
      get: (k: string) => ledger.get(k),
      commit: ledger.commit.bind(ledger),
      nowMs: () => ledger.nowMs(),
      close: () => Promise.resolve(),
    }
    const [one, two] = [await bench({}, { clock, ledger: shared }), await bench({}, { clock, ledger: shared })]
    await one.does(worker('w'), 'write')
    clock.advance(24 * hourMs + 1)
    expect(verdict(await two.does(worker('w'), 'write'))).toBe('ERR_WORK_UNREVIEWED')
    const { id } = await onlyWork(two)
    expect(await two.reviews(id, auditor())).toMatchObject({ counted: true })
    expect(verdict(await one.does(worker('w'), 'write'))).toBe('permitted')
  })

  it('is reviewed by nobody whom the directory names as behind it since', async () => {
    const owners = new Map([
      ['w', 'olga'],
      ['deputy', 'dora'],
    ])
    const accounts = ['zoe']
    const directory: Directory = {
      resolve: ({ id }) => {
        const owner = owners.get(id)
        if (owner !== undefined) return { kind: 'agent', owners: [{ issuer: people, id: owner }], disabled: false }
        const all = id === 'zoe' ? accounts.map((each) => ({ issuer: people, id: each })) : undefined
        return { kind: 'human', person: id, disabled: false, ...(all === undefined ? {} : { accounts: all }) }
      },
    }
    const on = await bench({}, { directory })
    await on.does(agent({ id: 'w', actors: [{ issuer: 'https://agents.example', id: 'deputy' }] }), 'delete')
    const { id } = await onlyWork(on)
    owners.set('w', 'bob').set('deputy', 'dan')
    accounts.push('zoe2')
    for (const reviewer of ['bob', 'olga', 'dan', 'dora'])
      expect(await on.reviews(id, auditor(reviewer))).toEqual({ counted: false, reason: 'not-independent: person' })
    expect(await on.reviews(id, auditor('zoe2'))).toMatchObject({ reason: 'not-independent: subject, person' })
    expect(await on.reviews(id, auditor())).toMatchObject({ counted: true })
  })

  it('is reviewed by nobody without the duty audit, also where its chain is gone', async () => {
    const clock = fixedClock(startMs)
    const ledger = memoryLedger({ clock })
    const on = await bench({}, { clock, ledger })
    await on.does(worker('w'), 'write')
    const { id } = await onlyWork(on)
    const policy = {
      ...dutiesApart,
      roles: { ...dutiesApart.roles, auditor: [{ target: 'db', duty: 'read' as const }] },
    }
    const other = await bench({}, { clock, ledger, policy })
    expect(await other.reviews(id, human('lea', ['dba']))).toEqual({ counted: false, reason: 'no-role' })
    expect(await other.reviews(id, auditor())).toEqual({ counted: false, reason: 'no-audit-duty' })
    expect(await on.reviews(id, auditor())).toMatchObject({ counted: true })
  })

  it('stops everything when it cannot be read', async () => {
    for (const key of ['work', 'id']) {
      const clock = fixedClock(startMs)
      const ledger = memoryLedger({ clock })
      const on = await bench({}, { clock, ledger })
      const session = await on.open(worker('w'))
      await asks(session, 'write')
      const { id } = await onlyWork(on)
      const name = key === 'work' ? 'work' : `work/${id}`
      await ledger.commit([{ key: name, expectedVersion: (await ledger.get(name)).version, value: { no: 'work' } }])
      expect(verdict(await asks(session, 'write'))).toBe('ERR_LEDGER_UNAVAILABLE')
      await expect(on.guard.reviews.pending()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    }
  })

  const tables = Array.from({ length: 1_001 }, (_none, index) => effect('write', `table:public.t${String(index)}`))

  it('has room for a thousand pieces, and nothing runs without', async () => {
    const on = await bench({ per: 'object' })
    const [one, other] = [await on.open(worker('w')), await on.open(worker('x'))]
    expect(verdict(await asks(one, tables.slice(0, 500)))).toBe('permitted')
    expect(verdict(await asks(other, tables.slice(500, 1_000)))).toBe('permitted')
    expect(verdict(await on.does(worker('y'), tables.slice(1_000)))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await asks(one, tables.slice(0, 1)))).toBe('permitted')
  })

  it('leaves half of the room to those who share nothing with whoever takes the most', async () => {
    const on = await bench({ per: 'object' })
    expect(verdict(await on.does(worker('w'), tables.slice(0, 501)))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await on.does(worker('w'), tables.slice(0, 500)))).toBe('permitted')
    expect(verdict(await on.does(worker('w2', { ownedBy: 'w' }), tables.slice(500, 501)))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await on.does(worker('x'), tables.slice(500, 1_000)))).toBe('permitted')
  })
})

describe('work after a restart', () => {
  const restarted = async (
    before: (on: Bench) => Promise<unknown>,
    rule: Partial<HistoryInput> = {},
    first: Partial<HistoryInput> = rule,
  ): Promise<Bench> => {
    const journal = lastingJournal()
    const clock = fixedClock(startMs)
    const on = await bench(first, { journal, clock })
    await before(on)
    await on.guard.close()
    return bench(rule, { journal, clock })
  }

  it('waits as before, with who did and who approved it', async () => {
    let before: readonly WorkToReview[] = []
    const on = await restarted(async (first) => {
      await first.does(worker('w'), 'delete')
      await first.does(worker('v'), 'delete')
      before = await first.pending()
    })
    expect(await on.pending()).toEqual(before)
    expect(before).toHaveLength(2)
    const [work] = before
    expect(await on.reviews(work?.id ?? '', human('zoe', ['auditor']))).toMatchObject({
      reason: 'not-independent: subject, person',
    })
    on.clock.advance(24 * hourMs + 1)
    expect(verdict(await on.does(worker('v'), 'delete'))).toBe('ERR_WORK_UNREVIEWED')
  })

  it('waits no more when it was found justified, and stops whoever did it when it was not', async () => {
    let justified = ''
    const on = await restarted(async (first) => {
      await first.does(worker('w'), 'write')
      await first.does(worker('v'), 'write')
      justified = (await first.pending())[0]?.id ?? ''
      const [one, two] = await first.pending()
      await first.reviews(one?.id ?? '', auditor())
      await first.reviews(two?.id ?? '', auditor(), 'unjustified')
    })
    expect((await on.pending()).map(({ who }) => who.subject.id)).toEqual(['v'])
    expect(await on.reviews(justified, auditor())).toEqual({ counted: false, reason: 'unknown-work' })
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('permitted')
    expect(verdict(await on.does(worker('v'), 'write'))).toBe('ERR_WORK_UNREVIEWED')
    expect(verdict(await on.does(human('aud', ['worker']), 'write'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('waits when more was done while its reviewer was looked up', async () => {
    const journal = lastingJournal()
    const clock = fixedClock(startMs)
    let meanwhile: (() => Promise<unknown>) | undefined
    const directory: Directory = {
      resolve: async ({ id }) => {
        if (id === 'aud') await meanwhile?.()
        if (id === 'w') return { kind: 'agent', owners: [{ issuer: people, id: 'olga' }], disabled: false }
        return { kind: 'human', person: id, disabled: false }
      },
    }
    const first = await bench({}, { journal, clock, directory })
    const session = await first.open(agent({ id: 'w' }))
    await asks(session, 'write')
    const { id } = await onlyWork(first)
    meanwhile = () => asks(session, 'write')
    expect(await first.reviews(id, auditor())).toEqual({ counted: false, reason: 'changed' })
    meanwhile = undefined
    const work = await onlyWork(first)
    await first.guard.close()
    expect(work.actions).toBe(2)
    expect(await onlyWork(await bench({}, { journal, clock, directory }))).toEqual(work)
  })

  it('waits when more was done before its review was on record', async () => {
    const on = await restarted(async (first) => {
      const session = await first.open(worker('w'))
      await asks(session, 'write')
      const { id } = await onlyWork(first)
      first.interfere = (event) => (event.type === 'work.reviewed' ? asks(session, 'write') : undefined)
      await first.reviews(id, auditor())
    })
    expect(await on.pending()).toHaveLength(1)
  })

  it('is nothing that only a rule of later would have reviewed', async () => {
    let session = ''
    const before = async (first: Bench): Promise<unknown> => {
      first.guard.on('sessionOpened', (event) => (session = event.session))
      return first.does(worker('w'), 'write')
    }
    const on = await restarted(before, {}, { id: 'C0' })
    expect(await on.pending()).toEqual([])
    expect(await on.reviews(workId('C1', session, 'db'), auditor())).toMatchObject({ reason: 'unknown-work' })
    on.clock.advance(25 * hourMs)
    expect(verdict(await on.does(worker('w'), 'write'))).toBe('permitted')
  })
})
