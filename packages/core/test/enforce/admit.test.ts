import { describe, expect, it, vi } from 'vitest'
import type { RecordedAt } from '../../src/record/event.js'
import { agent, answering, ask, bench, describeAs, person, verdict } from './support.js'

const never = new Promise<never>(() => undefined)
const broken = (): never => {
  throw new Error('gone')
}

describe('admit', () => {
  it('permits what is allowed and records the intent first', async () => {
    const on = await bench()
    const { access } = await on.access()
    const admission = await ask(access, describeAs('read'))
    expect(verdict(admission)).toBe('permitted')
    expect(on.events.at(-1)?.type).toBe('action.intent')
  })

  it('never records the exact text, only the recorded one', async () => {
    const on = await bench()
    const { access } = await on.access()
    await ask(access, describeAs('read'), { parameters: ['a secret parameter'] })
    await ask(access, describeAs('define'))
    const record = JSON.stringify(on.events)
    expect(record).toContain('recorded text that needs read')
    expect(record.replaceAll('recorded text', '')).not.toContain('text that needs')
    expect(record).not.toContain('a secret parameter')
  })

  it('denies what no rule allows, with the reason, and records it', async () => {
    const on = await bench()
    const { access } = await on.access()
    const admission = await ask(access, describeAs('define'))
    expect(admission).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'ERR_DENIED', message: expect.stringContaining('define table:public.t') },
    })
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_DENIED' })
  })

  it.each([
    ['read', 'written'],
    ['write', 'synced'],
  ] as const)('asks the journal for the durability that a %s needs', async (duty, durability) => {
    const on = await bench()
    const { access } = await on.access()
    await ask(access, describeAs(duty))
    expect(on.durabilities.at(-1)).toEqual({ type: 'action.intent', durability })
  })

  it.each(['throws', 'rejects', 'hangs'] as const)('runs nothing when the journal %s', async (failure) => {
    const on = await bench()
    const { access } = await on.access()
    on.interfere = (): Promise<RecordedAt> => {
      if (failure === 'throws') throw new Error('disk')
      return failure === 'rejects' ? Promise.reject(new Error('disk')) : never
    }
    const admission = await ask(access, describeAs('write'))
    expect(verdict(admission)).toBe(failure === 'hangs' ? 'ERR_DEADLINE' : 'ERR_JOURNAL_UNAVAILABLE')
    expect(on.events.filter((event) => event.type === 'action.intent')).toEqual([])
  })

  it('refuses when the session ends while the intent is being written', async () => {
    const on = await bench()
    const opened = await on.access()
    const { access } = opened
    on.interfere = (event) => {
      if (event.type !== 'action.intent') return undefined
      void opened.close()
      return undefined
    }
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_SESSION_CLOSED')
  })

  it('refuses when the caller gives up while the intent is being written', async () => {
    const on = await bench()
    const { access } = await on.access()
    const giveUp = new AbortController()
    on.interfere = (event) => {
      if (event.type === 'action.intent') giveUp.abort()
      return undefined
    }
    expect(verdict(await ask(access, describeAs('write'), { signal: giveUp.signal }))).toBe('ERR_ABORTED')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.outcome', outcome: 'not-run' })
  })

  it('refuses when the policy changes while the intent is being written', async () => {
    const on = await bench()
    const { access } = await on.access()
    on.interfere = (event): Promise<RecordedAt> | undefined => {
      if (event.type !== 'action.intent') return undefined
      on.interfere = undefined
      on.policy = { ...on.policy, deny: [{ id: 'no-writes', target: 'db', duty: 'write', resource: 'table:public.t' }] }
      return on.guard.reload().then((): RecordedAt => ({ lsn: 0, seq: 0 }))
    }
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_PERMIT_VOID')
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_DENIED')
  })

  it.each([
    ['answers no', (): boolean => false, 'stale'],
    ['answers no later', (): Promise<boolean> => Promise.resolve(false), 'stale'],
    ['throws', broken, 'ERR_INTERNAL'],
    ['rejects', (): Promise<boolean> => Promise.reject(new Error('gone')), 'ERR_INTERNAL'],
    ['hangs', (): Promise<boolean> => never, 'ERR_DEADLINE'],
  ] as const)('lets no write through when the last look at the target %s', async (_how, recheck, outcome) => {
    const on = await bench()
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('write'), { recheck }))).toBe(outcome)
    const [intent, end] = on.events.slice(-2)
    expect(intent?.type).toBe('action.intent')
    expect(end).toMatchObject({ type: 'action.outcome', intent: intent?.['id'], outcome: 'not-run' })
  })

  it.each([
    ['throws', broken],
    ['rejects', (): Promise<void> => Promise.reject(new Error('gone'))],
  ] as const)('lets no write through when getting the target ready %s', async (_how, prepare) => {
    const on = await bench()
    const { access } = await on.access()
    const recheck = (): Promise<boolean> => Promise.resolve(true)
    expect(verdict(await ask(access, describeAs('write'), { prepare, recheck }))).toBe('ERR_INTERNAL')
    // A rejection that nobody handles is found by the runner.
    expect(verdict(await ask(access, describeAs('write'), { prepare, recheck: broken }))).toBe('ERR_INTERNAL')
    await new Promise((resolve) => setImmediate(resolve))
    const [intent, end] = on.events.slice(-2)
    expect(intent?.type).toBe('action.intent')
    expect(end).toMatchObject({ type: 'action.outcome', intent: intent?.['id'], outcome: 'not-run' })
  })

  it('has the target get ready for the intent that is recorded, and looks at it then', async () => {
    const on = await bench()
    const { access } = await on.access()
    const told: string[] = []
    const prepare = (actionId: string): void => void told.push(actionId)
    const recheck = (): boolean => told.push('look') > 0
    expect(verdict(await ask(access, describeAs('write'), { prepare, recheck }))).toBe('permitted')
    expect(told).toEqual([on.events.at(-1)?.['id'], 'look'])
    expect(verdict(await ask(access, describeAs('read'), { prepare, recheck }))).toBe('permitted')
    expect(told).toHaveLength(2)
  })

  it('closes an intent that gets onto the record after its deadline', async () => {
    const on = await bench()
    const { access } = await on.access()
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    on.interfere = (event, durability): Promise<RecordedAt> | undefined => {
      if (event.type !== 'action.intent') return undefined
      on.interfere = undefined
      return opened.then(() => on.append(event, durability))
    }
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_DEADLINE')
    expect(on.events.at(-1)?.type).toBe('session.open')
    open()
    await vi.waitFor(() => {
      expect(on.events.slice(-2)).toMatchObject([
        { type: 'action.intent' },
        { type: 'action.outcome', outcome: 'not-run' },
      ])
    })
  })

  it('does not look again for a read', async () => {
    const on = await bench()
    const { access } = await on.access()
    let looks = 0
    const recheck = (): boolean => {
      looks += 1
      return true
    }
    await ask(access, describeAs('read'), { recheck })
    expect(looks).toBe(0)
    await ask(access, describeAs('write'), { recheck })
    expect(looks).toBe(1)
  })

  it('refuses on a closed session without recording an intent', async () => {
    const on = await bench()
    const opened = await on.access()
    const { access } = opened
    await opened.close()
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_SESSION_CLOSED')
    expect(on.events.filter((event) => event.type === 'action.intent')).toEqual([])
  })
})

describe('admit with a hold', () => {
  it('permits after an independent person allowed it, with the evidence in the intent', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete')))).toBe('permitted')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.intent', approval: { votes: [{ stage: 'dba' }] } })
    expect(on.durabilities.at(-1)?.durability).toBe('synced')
  })

  it('refuses inside a transaction without asking anybody', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete'), { inTransaction: true }))).toBe('ERR_HOLD_IN_TRANSACTION')
    expect(on.events.some((event) => event.type === 'approval.requested')).toBe(false)
  })

  it('refuses what a person denied', async () => {
    const on = await bench({ approvers: [answering('deny', await person())] })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_APPROVAL_DENIED')
  })

  it('names in a refusal the action that people were asked about, and none where nobody was asked', async () => {
    const on = await bench({ approvers: [answering('deny', await person())] })
    const { access } = await on.access()
    await ask(access, describeAs('delete'))
    await ask(access, describeAs('delete'), { inTransaction: true })
    const held = on.events.filter(({ type }) => type === 'approval.requested').map((event) => event['intent'])
    expect(held).toHaveLength(1)
    expect(on.events.filter(({ type }) => type === 'action.denied').map((event) => event['intent'])).toEqual([
      held[0],
      undefined,
    ])
  })

  it('names no action in a refusal where the question is not on record', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access()
    on.interfere = ({ type }) => {
      if (type === 'approval.requested') throw new Error('no space left')
    }
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_JOURNAL_UNAVAILABLE')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect(on.events.at(-1)).not.toHaveProperty('intent')
  })

  it('refuses without an approver', async () => {
    const on = await bench()
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_APPROVAL_UNAVAILABLE')
  })

  it('voids an approval when the target changed, and never asks for a retry by itself', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete'), { recheck: () => false }))).toBe('ERR_APPROVAL_VOID')
  })

  it('refuses an approval by the person who owns the requester', async () => {
    const on = await bench({ approvers: [answering('allow', await person('ada'))] })
    const { access } = await on.access(agent)
    expect(verdict(await ask(access, describeAs('delete')))).not.toBe('permitted')
    expect(on.events.some((event) => event.type === 'approval.refused-vote')).toBe(true)
  })
})

describe('a permit', () => {
  it('can be used once', async () => {
    const on = await bench()
    const { access } = await on.access()
    const admission = await ask(access, describeAs('read'))
    if (admission.outcome !== 'permitted') throw new Error('not permitted')
    admission.permit.use()
    expect(() => {
      admission.permit.use()
    }).toThrow(expect.objectContaining({ code: 'ERR_PERMIT_SPENT' }))
  })

  it('cannot be used when the session ended', async () => {
    const on = await bench()
    const opened = await on.access()
    const { access } = opened
    const admission = await ask(access, describeAs('read'))
    await opened.close()
    if (admission.outcome !== 'permitted') throw new Error('not permitted')
    expect(() => {
      admission.permit.use()
    }).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
  })

  it('records its outcome once', async () => {
    const on = await bench()
    const { access } = await on.access()
    const admission = await ask(access, describeAs('read'))
    if (admission.outcome !== 'permitted') throw new Error('not permitted')
    admission.permit.use()
    await admission.permit.settle({ outcome: 'completed', result: 'SELECT 1', rows: 1 })
    await admission.permit.settle({ outcome: 'failed' })
    const outcomes = on.events.filter((event) => event.type === 'action.outcome')
    expect(outcomes).toMatchObject([{ outcome: 'completed', intent: admission.permit.actionId }])
  })
})

describe('an outcome that cannot be recorded', () => {
  it.each(['throws', 'rejects', 'hangs'] as const)('ends the session when the journal %s', async (failure) => {
    const on = await bench()
    const { access } = await on.access()
    const other = await on.access()
    const admission = await ask(access, describeAs('write'))
    if (admission.outcome !== 'permitted') throw new Error('not permitted')
    admission.permit.use()
    on.interfere = (event): Promise<RecordedAt> | undefined => {
      if (event.type !== 'action.outcome') return undefined
      if (failure === 'throws') throw new Error('disk')
      return failure === 'rejects' ? Promise.reject(new Error('disk')) : never
    }
    await expect((async () => admission.permit.settle({ outcome: 'completed' }))()).rejects.toMatchObject({
      code: 'ERR_OUTCOME_UNRECORDED',
      message: expect.stringContaining('ran or may have run'),
    })
    expect(access.signal.reason).toMatchObject({ code: 'ERR_OUTCOME_UNRECORDED' })
    on.interfere = undefined
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_OUTCOME_UNRECORDED')
    expect(verdict(await ask(other.access, describeAs('read')))).toBe('permitted')
  })

  it('ends the session and says that nothing ran when the action was stopped', async () => {
    const on = await bench()
    const { access } = await on.access()
    on.interfere = (event) => (event.type === 'action.outcome' ? never : undefined)
    const admission = await ask(access, describeAs('write'), { recheck: () => false })
    expect(admission).toMatchObject({
      refusal: { code: 'ERR_OUTCOME_UNRECORDED', message: expect.stringContaining('did not run') },
    })
    expect(access.signal.aborted).toBe(true)
  })

  it('does not keep a session from closing when its end cannot be recorded', async () => {
    const on = await bench()
    const opened = await on.access()
    on.interfere = () => never
    await opened.close()
    expect(opened.access.signal.aborted).toBe(true)
  })
})

describe('denials', () => {
  it('records one whose action cannot be written down, and refuses it for the same reason', async () => {
    const on = await bench()
    const failures: unknown[] = []
    on.guard.on('failure', ({ cause }) => failures.push(cause))
    const { access } = await on.access()
    const admission = await ask(access, { ...describeAs('define'), recordedText: 'a lone surrogate: \ud800' })
    expect(verdict(admission)).toBe('ERR_DENIED')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_DENIED', count: 1 })
    expect(failures).toEqual([expect.objectContaining({ code: 'ERR_SNAPSHOT_INVALID' })])
  })

  it('lets a door go on that refused by itself what cannot be written down', async () => {
    const on = await bench()
    const { access } = await on.access()
    const description = { ...describeAs('define'), recordedText: '\ud800' }
    const refusal = { code: 'ERR_STATEMENT_INVALID', message: 'refused', rules: [], hint: 'no' } as const
    access.refused({ identity: {}, description, parameters: [], stateEpoch: '' }, refusal)
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_STATEMENT_INVALID' })
  })

  it('coalesces a flood of identical ones to a logarithm of its size', async () => {
    const on = await bench()
    const { access } = await on.access()
    for (let turn = 0; turn < 1_000; turn++) await ask(access, describeAs('define'))
    const denied = on.events.filter((event) => event.type === 'action.denied')
    expect(denied.map((event) => event['count'])).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  })

  it('counts a flood of distinct ones against the journal budget of the session, which ends', async () => {
    const on = await bench({ journalBudget: 100_000 })
    const { access } = await on.access()
    const verdicts: string[] = []
    for (let turn = 0; turn < 1_000; turn++) {
      const recordedText = `recorded text ${String(turn)}`
      verdicts.push(verdict(await ask(access, { ...describeAs('define'), recordedText })))
    }
    expect([...new Set(verdicts)]).toEqual(['ERR_DENIED', 'ERR_LIMIT_EXCEEDED'])
    const denied = on.events.filter((event) => event.type === 'action.denied')
    expect(denied.length).toBeLessThan(500)
    expect(JSON.stringify(denied).length).toBeLessThan(500_000)
  })

  it('counts requests that people deny against it, too', async () => {
    const on = await bench({ journalBudget: 50_000, approvers: [answering('deny', await person())] })
    const { access } = await on.access()
    const verdicts: string[] = []
    for (let turn = 0; turn < 100; turn++) verdicts.push(verdict(await ask(access, describeAs('delete'))))
    expect(verdicts[0]).toBe('ERR_APPROVAL_DENIED')
    expect(verdicts.at(-1)).toBe('ERR_LIMIT_EXCEEDED')
    expect(JSON.stringify(on.events).length).toBeLessThan(100_000)
  })
})
