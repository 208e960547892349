import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import type { SessionAccess } from '../../src/access.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import type { Directory } from '../../src/identity/directory.js'
import type { Ledger, LedgerChange } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Simulation } from '../../src/lint/simulate.js'
import { simulate } from '../../src/lint/simulate.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import { systemClock } from '../../src/model/clock.js'
import { loadPolicy } from '../../src/policy/load.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { Session } from '../../src/session.js'
import { fc } from '../properties.js'
import { directoryOf, tokenOf } from './real-quorum.js'
import { account, agent, ids, issuer, person } from './support.js'

const content = `version: 1
targets: { db: { kind: fake } }
roles:
  worker: [{ target: db, duty: [read, write, delete] }]
  dba: [{ target: db, duty: [write, approve] }]
deny:
  - { id: no-cards, duty: write, resource: 'table:cards.*' }
hold:
  - { id: H1, duty: delete, require: [{ stage: peer, count: 1, role: dba }], ttl: 15m }
separate:
  dynamic: [{ id: D1, duties: [read, write], max: 1, per: object, window: 24h }]
limits:
  - { id: L1, role: worker, statements: 2/h }
`
const policy = loadPolicy({ name: 'test', content })
const etl = agent('etl', ['olga'], ['worker'])
const people = [etl, ...person('olga', ['dba']), ...person('ann', ['dba'])]

function effect(duty: Duty, resource = 'table:public.t'): Effect {
  return { duty, resource, attributes: {} }
}

const shape = (...effects: readonly Effect[]): { readonly target: string; readonly effects: readonly Effect[] } => ({
  target: 'db',
  effects,
})

interface Bench {
  readonly guard: Guard
  readonly session: Session
  readonly access: SessionAccess
  /** Everything that was written to the journal and to the ledger, and told to observers. */
  written(): readonly unknown[]
  readonly ledger: { fails: boolean }
}

async function bench(directory: Directory = directoryOf(people)): Promise<Bench> {
  const journal = memoryJournal()
  const inner = memoryLedger({ clock: systemClock })
  const commits: (readonly LedgerChange[])[] = []
  const state = { fails: false }
  const failing = <T>(value: T): T | Promise<never> => (state.fails ? Promise.reject(new Error('down')) : value)
  const ledger: Ledger = {
    nowMs: () => inner.nowMs(),
    get: (key) => failing(inner.get(key)) as ReturnType<Ledger['get']>,
    commit: (changes) => {
      commits.push(changes)
      return inner.commit(changes)
    },
    close: () => inner.close(),
  }
  const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: { verify: () => Promise.resolve(tokenOf(etl)) },
    directory,
    targets: [target],
    approvers: [],
    journal,
    ledger,
    deadlineMs: 500,
  })
  const session = await guard.openSession({ token: 'any' })
  const told: unknown[] = []
  for (const name of ['held', 'denied', 'permitted', 'failure'] as const) guard.on(name, (event) => told.push(event))
  return {
    guard,
    session,
    access: sessionAccess(session, target),
    written: () => [...journal.events, ...commits, ...told],
    ledger: state,
  }
}

async function asks({ access }: Bench, effects: readonly Effect[]): Promise<string> {
  const admission = await access.admit({
    identity: { host: 'here' },
    description: { operation: 'query', text: 'x', recordedText: 'x', effects },
    parameters: [],
    stateEpoch: '1',
    inTransaction: false,
    signal: new AbortController().signal,
  })
  return admission.outcome === 'refused' ? admission.refusal.code : admission.outcome
}

describe('a simulation', () => {
  it('says what is decided, by which rules, and which rules would count it', async () => {
    const { counted, decision, explanation, outcome, refusedBy } = await simulate(
      policy,
      tokenOf(etl),
      shape(effect('read')),
    )
    expect(outcome).toBe('allowed')
    expect(decision).toMatchObject({ effect: 'allow', rules: ['roles.worker[0]'] })
    expect(counted).toEqual({ separations: ['D1'], limits: ['L1'] })
    expect(explanation.trace.filter(({ applies }) => applies).map(({ rule }) => rule)).toContain('roles.worker[0]')
    expect(refusedBy).toEqual([])
  })

  it.each<readonly [string, readonly Effect[], Partial<Simulation>]>([
    ['is denied', [effect('write', 'table:cards.t')], { outcome: 'refused', refusedBy: [] }],
    ['no rule allows', [effect('define')], { outcome: 'refused', refusedBy: [] }],
    ['brings duties together by itself', [effect('read'), effect('write')], { outcome: 'refused', refusedBy: ['D1'] }],
    ['is held', [effect('delete')], { outcome: 'held', refusedBy: [] }],
  ])('says what becomes of what %s', async (_what, effects, expected) => {
    expect(await simulate(policy, account('etl'), shape(...effects), people)).toMatchObject(expected)
  })

  it('says what a rule refuses without the exceptions from it', async () => {
    const excused = loadPolicy({
      name: 'test',
      content: `${content}mitigations:\n  - { id: M1, rule: D1, subject: { issuer: ${issuer}, id: etl }, control: CM-7, owner: ciso, until: 9999-12-31 }\n`,
    })
    const both = shape(effect('read'), effect('write'))
    expect(await simulate(excused, account('etl'), both, people)).toMatchObject({
      outcome: 'refused',
      refusedBy: ['D1'],
    })
  })

  it('says who could approve when it knows the people, and stands for the requester as they do', async () => {
    const { approval } = await simulate(policy, account('etl'), shape(effect('delete')), people)
    expect(approval).toMatchObject({ quorum: 'possible', indispensable: [account('ann')] })
    expect(ids(approval?.leftOut.map((one) => one.account) ?? [])).toEqual(['olga'])
    expect((await simulate(policy, tokenOf(etl), shape(effect('delete')))).approval).toBeUndefined()
    const disabled = people.map((entry) =>
      entry === etl ? { ...etl, record: { ...etl.record, disabled: true } } : entry,
    )
    await expect(simulate(policy, tokenOf(etl), shape(), disabled)).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })

  it('is of nobody whom no verifier made, when there are no people', async () => {
    const forged = { ...tokenOf(etl) }
    await expect(simulate(policy, forged, shape())).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

describe('a guard that simulates', () => {
  it('writes nothing to the journal or the ledger, tells nobody, and counts nothing', async () => {
    const on = await bench()
    const before = on.written()
    for (const duty of ['read', 'write', 'delete', 'define', 'opaque'] as const) {
      for (let times = 0; times < 5; times++) await on.guard.simulate(on.session, shape(effect(duty)))
    }
    expect(on.written()).toEqual(before)
    expect(on.guard.approvals.pending()).toEqual([])
    expect(await asks(on, [effect('read')])).toBe('permitted')
    expect(on.written().length).toBeGreaterThan(before.length)
    await on.guard.close()
  })

  it('knows what happened before', async () => {
    const on = await bench()
    expect(await asks(on, [effect('read')])).toBe('permitted')
    const write = await on.guard.simulate(on.session, shape(effect('write')))
    expect(write).toMatchObject({ outcome: 'refused', decision: { effect: 'allow' }, refusedBy: ['D1'] })
    expect(await asks(on, [effect('write', 'table:public.other')])).toBe('permitted')
    expect(await on.guard.simulate(on.session, shape(effect('read')))).toMatchObject({ refusedBy: ['L1'] })
    await on.guard.close()
  })

  it('says who of the directory could approve', async () => {
    const on = await bench()
    const { approval } = await on.guard.simulate(on.session, shape(effect('delete')))
    expect(approval?.approvers.map((one) => one.account.id)).toEqual(['ann'])
    await on.guard.close()
  })

  it('guesses nothing when the ledger, the directory or the session fails', async () => {
    const on = await bench()
    on.ledger.fails = true
    await expect(on.guard.simulate(on.session, shape(effect('read')))).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
    })
    on.ledger.fails = false
    await expect(on.guard.simulate(on.session, { target: 'other', effects: [] })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
    await on.session.close()
    await expect(on.guard.simulate(on.session, shape())).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    await on.guard.close()
    const mute = await bench({ ...directoryOf(people), list: () => Promise.reject(new Error('down')) })
    await expect(mute.guard.simulate(mute.session, shape(effect('delete')))).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
    })
    await mute.guard.close()
  })

  it('says of any action what becomes of it when it is asked for right after', async () => {
    const duty = fc.constantFrom<Duty>('read', 'read', 'write', 'write', 'delete', 'opaque')
    const any = fc.record({
      duty,
      resource: fc.constantFrom('table:public.t', 'table:public.t', 'table:public.u', 'table:cards.t'),
    })
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(any, { maxLength: 2 }), { minLength: 2, maxLength: 5 }), async (actions) => {
        const on = await bench()
        for (const each of actions) {
          const effects = each.map((one) => effect(one.duty, one.resource))
          const { outcome } = await on.guard.simulate(on.session, shape(...effects))
          const came = await asks(on, effects)
          // There is nobody to ask.
          const expected = { allowed: 'permitted', held: 'ERR_APPROVAL_UNAVAILABLE' } as const
          if (outcome === 'refused') expect(['ERR_DENIED', 'ERR_DUTY_CONFLICT', 'ERR_LIMIT_EXCEEDED']).toContain(came)
          else expect(came).toBe(expected[outcome])
          outcomes.add(came)
        }
        await on.guard.close()
      }),
      { numRuns: 40 },
    )
    expect(outcomes.size).toBeGreaterThan(3)
  })
})
