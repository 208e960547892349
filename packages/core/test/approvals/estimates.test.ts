import { describe, expect, it, vi } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { Estimate, EstimateAction } from '../../src/approvals/estimate.js'
import { parseEstimate } from '../../src/approvals/estimate.js'
import { estimateInWords } from '../../src/approvals/estimate-words.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { HandApprover, TestJournal, firstPolicy, hold, never, startMs } from './support.js'

const oneRow: Estimate = { steps: [{ depth: 0, node: 'Delete', relation: 'public.invoices', rows: 1 }] }

function coordinatorOf() {
  const clock = fixedClock(startMs)
  const journal = new TestJournal()
  const failures: unknown[] = []
  const coordinator = createApprovalCoordinator({
    ledger: memoryLedger({ clock }),
    journal,
    approvers: [new HandApprover()],
    clock,
    policyNow: () => firstPolicy,
    onFailure: (_session, cause) => failures.push(cause),
  })
  return { clock, coordinator, failures, journal }
}

/** The view of one request whose target answers like this. */
async function viewWith(estimate: EstimateAction | undefined, signal = never): Promise<string> {
  const { coordinator } = coordinatorOf()
  const ended = coordinator.request(hold({ estimate }), signal)
  await expect.poll(() => coordinator.pending().length).toBe(1)
  const text = coordinator.pending()[0]?.view.text ?? ''
  await coordinator.close()
  await ended
  return text
}

describe('what a target expects of a held action', () => {
  it('is shown as claimed by the engine, and is in the view that people sign', async () => {
    const { coordinator, journal } = coordinatorOf()
    const answers = [oneRow, { steps: [{ depth: 0, node: 'Delete', relation: 'public.invoices', rows: 2 }] }]
    const digests: (string | undefined)[] = []
    for (const answer of answers) {
      const call = hold({ digest: firstPolicy.digest, actionId: 'a', estimate: () => Promise.resolve(answer) })
      const ended = coordinator.request(call, never)
      await expect.poll(() => coordinator.pending().length).toBe(1)
      const [request] = coordinator.pending()
      expect(request?.estimate).toEqual(answer)
      expect(request?.view.text).toContain(
        '\n  claimed by the engine, of a plan that did not run\n    Delete on public.invoices: about',
      )
      expect(request?.view.complete).toBe(true)
      expect(request?.subject.view).toBe(request?.view.digest)
      digests.push(request?.subject.view)
      await coordinator.close()
      await ended
    }
    expect(digests[0]).not.toBe(digests[1])
    expect(journal.of('evidence.asked')).toHaveLength(2)
    expect(journal.of('evidence.taken')).toHaveLength(2)
    expect(JSON.stringify(journal.of('evidence.asked'))).not.toContain('hidden-word')
  })

  it('is on record before it is made', async () => {
    const { coordinator, journal } = coordinatorOf()
    let asked = -1
    const estimate = (): Promise<Estimate> => {
      asked = journal.of('evidence.asked').length
      return Promise.resolve(oneRow)
    }
    const ended = coordinator.request(hold({ estimate }), never)
    await expect.poll(() => coordinator.pending().length).toBe(1)
    expect(asked).toBe(1)
    await coordinator.close()
    await ended
  })

  it('is not made when the record fails', async () => {
    const { coordinator, journal } = coordinatorOf()
    const estimate = vi.fn<EstimateAction>(() => Promise.resolve(oneRow))
    vi.spyOn(journal, 'append').mockRejectedValue(new Error('disk full'))
    expect(await coordinator.request(hold({ estimate }), never)).toMatchObject({ outcome: 'unavailable' })
    expect(estimate).not.toHaveBeenCalled()
  })

  it('is left out where the target makes none', async () => {
    expect(await viewWith(undefined)).not.toMatch(/estimate|claimed/)
  })

  it.each([
    ['throws', () => Promise.reject(new Error('hidden-word')), 'failed'],
    ['says why not', () => Promise.resolve({ none: 'user-function' }), 'user-function'],
    [
      'throws at once',
      (() => {
        throw new Error('hidden-word')
      }) as EstimateAction,
      'failed',
    ],
    ['answers something else', () => Promise.resolve('hidden-word' as never), 'invalid'],
    ['answers a reason in words of its own', () => Promise.resolve({ none: 'approve this, ann' }), 'invalid'],
    [
      'floods',
      () => Promise.resolve({ steps: Array.from({ length: 25 }, () => (oneRow as never)['steps'][0]) }),
      'too-complex',
    ],
  ] satisfies [string, EstimateAction, string][])(
    'asks people without it when the target %s',
    async (_name, estimate, reason) => {
      const text = await viewWith(estimate)
      expect(text).toContain(`\n  no estimate: ${reason}`)
      expect(text).not.toContain('hidden-word')
    },
  )

  it('asks people without it when the target hangs, and tells the target that it is over', async () => {
    vi.useFakeTimers()
    try {
      const { coordinator } = coordinatorOf()
      let signal: AbortSignal | undefined
      const ended = coordinator.request(
        hold({
          estimate: (given) => {
            signal = given
            return new Promise(() => undefined)
          },
        }),
        never,
      )
      await vi.advanceTimersByTimeAsync(1_999)
      expect(coordinator.pending()).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      expect(coordinator.pending()[0]?.view.text).toContain('\n  no estimate: timeout')
      expect(signal?.aborted).toBe(true)
      await coordinator.close()
      await ended
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not keep whoever gives up waiting', async () => {
    const { coordinator } = coordinatorOf()
    const stop = new AbortController()
    const ended = coordinator.request(
      hold({
        estimate: () => {
          stop.abort()
          return new Promise(() => undefined)
        },
      }),
      stop.signal,
    )
    expect(await ended).toMatchObject({ outcome: 'withdrawn' })
  })

  it('is made 20 times a minute for a root run on a target', async () => {
    const { clock, coordinator } = coordinatorOf()
    const estimate = vi.fn<EstimateAction>(() => Promise.resolve(oneRow))
    const ask = async (session: string): Promise<string> => {
      const stop = new AbortController()
      const ended = coordinator.request(hold({ estimate, session }), stop.signal)
      await expect.poll(() => coordinator.pending().length).toBe(1)
      const text = coordinator.pending()[0]?.view.text ?? ''
      stop.abort()
      await ended
      return text
    }
    for (let n = 0; n < 20; n++) expect(await ask(`session-${String(n)}`)).toContain('about 1 row')
    expect(await ask('another')).toContain('no estimate: rate-limited')
    expect(estimate).toHaveBeenCalledTimes(20)
    clock.advance(60_000)
    expect(await ask('another')).toContain('about 1 row')
  })
})

describe('parseEstimate', () => {
  const step = { depth: 0, node: 'Seq Scan', relation: 'public.t', rows: 3 }

  it('takes what is one, as a frozen copy without anything more', () => {
    const parsed = parseEstimate({ steps: [{ ...step, Filter: "secret = 'x'" }], more: 1 })
    expect(parsed).toEqual({ steps: [step] })
    expect(Object.isFrozen(parsed)).toBe(true)
  })

  it.each([
    ['a depth that is not whole', { ...step, depth: 0.5 }],
    ['a depth below 0', { ...step, depth: -1 }],
    ['a depth that would fill the screen', { ...step, depth: 25 }],
    ['rows that are not a number', { ...step, rows: Number.NaN }],
    ['rows below 0', { ...step, rows: -1 }],
    ['a node with a line of its own', { ...step, node: 'Seq Scan\n  requester' }],
    ['a node that is too long', { ...step, node: 'a'.repeat(41) }],
    ['a relation that is no text', { ...step, relation: 7 }],
    ['a relation that is too long', { ...step, relation: 'a'.repeat(201) }],
  ])('refuses %s', (_name, wrong) => {
    expect(parseEstimate({ steps: [step, wrong] })).toEqual({ none: 'invalid' })
  })

  it('refuses what throws', () => {
    const trap = {
      get steps(): never {
        throw new Error('hidden-word')
      },
    }
    expect(parseEstimate(trap)).toEqual({ none: 'invalid' })
    expect(parseEstimate({ steps: [] })).toEqual({ none: 'invalid' })
  })
})

it('no relation of an estimate can pose as a line of ours', () => {
  const lines = estimateInWords({
    steps: [{ depth: 0, node: 'Seq Scan', relation: 'x": about 1 row\n  needs\u202e', rows: 5 }],
  })
  expect(lines[1]).toBe('  Seq Scan on "x\\": about 1 row\\u{a}  needs\\u{202e}": about 5 rows')
})
