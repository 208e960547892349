import { setTimeout as sleep } from 'node:timers/promises'
import type { Approver, Guard, GuardedTarget, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, inlineSource, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { sessionAccess } from '@bothkeys/core/adapter'
import { memoryJournal } from '@bothkeys/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Cut, Relay } from './support/relay.js'
import { relay } from './support/relay.js'
import type { Stage } from './support/stage.js'
import { stage } from './support/stage.js'

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    worker: [{ target: 'db', duty: ['write', 'delete'] }],
    auditor: [{ target: 'db', duty: 'audit' }],
    admin: [{ target: 'db', duty: 'policy' }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [{ id: 'H1', duty: 'write', require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' }],
  separate: {
    history: [
      {
        id: 'C1',
        steps: ['execute', 'review'],
        review: { role: 'auditor', within: '24h' },
        per: 'target',
        window: '1h',
      },
    ],
  },
  breakGlass: [
    { id: 'G1', role: 'worker', target: 'db', duty: 'write', for: '1h', review: { role: 'auditor', within: '24h' } },
  ],
} as const

const human = (subject: string, ...roles: readonly string[]) =>
  ({ [unverifiedCredential]: { kind: 'human', subject, roles } }) as const

/** Takes the word of whoever writes their name as evidence, as if they had signed it. */
const desk: Approver = {
  name: 'desk',
  level: 'signed',
  ask: () => Promise.resolve(),
  verify: async (evidence, _about, signal) => ({
    decision: 'allow',
    approver: await unverifiedIdentity().verify(human(evidence, 'admin'), signal),
    level: 'signed',
    stage: undefined,
    id: evidence,
  }),
}

interface Desk {
  readonly guard: Guard
  /** How many events of a type are on record here. */
  recorded(type: string): number
  open(subject: string): Promise<Session>
  deletes(session: Session): Promise<string>
}

async function guardOn(schema: string, url = on.url): Promise<Desk> {
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const journal = memoryJournal()
  const guard = await createGuard({
    policy: inlineSource(policy),
    identity: unverifiedIdentity(),
    directory: accountsAsPeople,
    targets: [target],
    approvers: [desk],
    notifyGlass: () => undefined,
    journal,
    ledger: await on.open(schema, { connection: { connectionString: url } }),
  })
  ends.push(() => guard.close())
  const tried = (session: Session): ReturnType<ReturnType<typeof sessionAccess>['admit']> =>
    sessionAccess(session, target).admit({
      identity: { host: 'here' },
      description: {
        operation: 'query',
        text: 'delete t',
        recordedText: 'delete t',
        effects: [{ duty: 'delete', resource: 'table:public.t', attributes: {} }],
      },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
  return {
    guard,
    recorded: (type) => journal.events.filter((event) => event.type === type).length,
    open: (subject) => guard.openSession(human(subject, 'worker')),
    deletes: async (session) => {
      // A slow machine may not look at the ledger in time: then nothing ran, and it is tried again.
      for (let left = 9; ; left--) {
        const admission = await tried(session)
        const isLate = admission.outcome === 'refused' && admission.refusal.code === 'ERR_LEDGER_UNAVAILABLE'
        if (left === 0 || !isLate) return admission.outcome
      }
    },
  }
}

/** A guard behind a relay, and another one that reaches the ledger by itself. */
async function pair(): Promise<{
  readonly cut: Relay
  readonly here: Desk
  readonly there: Desk
  readonly schema: string
}> {
  const schema = on.schema()
  const cut = await relay(on.url, schema)
  ends.push(() => cut.close())
  return { cut, here: await guardOn(schema, cut.url), there: await guardOn(schema), schema }
}

const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => (error as { readonly code?: unknown }).code,
  )

/** Has a step lose its connection at the commit that names a key, and answers what it came to. */
async function losing(
  { cut, schema }: { readonly cut: Relay; readonly schema: string },
  how: Cut,
  key: string,
  step: () => Promise<unknown>,
): Promise<unknown> {
  const lock = [`${schema}.${key}`]
  if (how === 'during') await on.owner.query('select pg_advisory_lock(hashtextextended($1, 0))', lock)
  cut.cutNext(how, `"${key}"`)
  const outcome = codeOf(step())
  // Whatever does not get there fails its test by what it answers.
  await Promise.race([cut.reached, outcome])
  if (how === 'during') {
    await expect.poll(() => on.waiting()).toBeGreaterThan(0)
    cut.cutNow()
  }
  const code = await outcome
  if (how === 'during') {
    await on.owner.query('select pg_advisory_unlock(hashtextextended($1, 0))', lock)
    // The server had it, and goes on although nobody waits for the answer.
    const busy = `select from pg_stat_activity where application_name = 'bothkeys-ledger'
      and datname = current_database() and state = 'active'`
    await expect.poll(async () => (await on.owner.query(busy)).rowCount).toBe(0)
  }
  return code
}

const cuts: readonly [Cut, boolean][] = [
  ['before', false],
  ['during', true],
  ['after', true],
]

describe.each(cuts)('where the ledger is lost %s the commit', (how, counts) => {
  it.each(['justified', 'unjustified'] as const)(
    'a review that found work %s counts once or not at all',
    async (verdict) => {
      const { cut, here, there, schema } = await pair()
      const session = await there.open('ada')
      expect(await there.deletes(session)).toBe('permitted')
      const [work] = await here.guard.reviews.pending()
      const { digest = '', id = '' } = work ?? {}
      const review = { credential: human('grace', 'auditor'), verdict, digest }
      expect(await losing({ cut, schema }, how, 'work', () => here.guard.reviews.review(id, review))).toBe(
        'ERR_LEDGER_UNKNOWN',
      )
      expect(here.recorded('work.reviewed')).toBe(1)
      const isGone = counts && verdict === 'justified'
      for (const { guard } of [here, there]) expect(await guard.reviews.pending()).toHaveLength(isGone ? 0 : 1)
      expect(await there.deletes(session)).toBe(counts && verdict === 'unjustified' ? 'refused' : 'permitted')
      const [left] = await here.guard.reviews.pending()
      const again = { ...review, digest: left?.digest ?? '', verdict: 'justified' as const }
      expect(await here.guard.reviews.review(left?.id ?? id, again)).toMatchObject({ counted: left !== undefined })
      expect(await there.guard.reviews.pending()).toEqual([])
      expect(await there.deletes(session)).toBe('permitted')
    },
  )

  it('a review of glass counts once or not at all', async () => {
    const { cut, here, there, schema } = await pair()
    const session = await there.open('ada')
    const glass = await session.breakGlass({ target: 'db', reason: 'checkout is down', ticket: 'INC-4711' })
    await glass.close()
    const review = { credential: human('grace', 'auditor'), verdict: 'justified' } as const
    expect(await losing({ cut, schema }, how, 'glasses', () => here.guard.glass.review(glass.id, review))).toBe(
      'ERR_LEDGER_UNKNOWN',
    )
    expect(here.recorded('glass.reviewed')).toBe(1)
    for (const { guard } of [here, there]) expect(await guard.glass.pending()).toHaveLength(counts ? 0 : 1)
    expect(await here.guard.glass.review(glass.id, review)).toMatchObject({ counted: !counts })
    expect(await there.guard.glass.pending()).toEqual([])
  })

  it('a revocation is in force here, and in every other guard once or not at all', async () => {
    const { cut, here, there, schema } = await pair()
    const what = { kind: 'person', issuer: 'unverified', id: 'ada' } as const
    const revoke = () => here.guard.revoke(what, { reason: 'laptop stolen' })
    expect(await losing({ cut, schema }, how, 'revocations', revoke)).toBe('ERR_LEDGER_UNKNOWN')
    expect(here.recorded('revocation')).toBe(1)
    expect(here.guard.revocations.inForce()).toHaveLength(1)
    const late = await guardOn(schema)
    expect(late.guard.revocations.inForce()).toHaveLength(counts ? 1 : 0)
    expect(await codeOf(here.open('ada'))).toBe('ERR_REVOKED')
    // Once more, and it is known.
    const { id } = await revoke()
    for (const { guard } of [here, there])
      await expect.poll(() => guard.revocations.inForce().map((each) => each.id)).toEqual([id])
    expect(await there.guard.revocations.lift(id, { evidence: 'eve' })).toEqual({ lifted: true })
    for (const { guard } of [here, there]) await expect.poll(() => guard.revocations.inForce()).toEqual([])
    await here.open('ada')
  })

  it('a revocation is lifted in every guard or in none', async () => {
    const { cut, here, there, schema } = await pair()
    const what = { kind: 'person', issuer: 'unverified', id: 'ada' } as const
    const { id } = await here.guard.revoke(what, { reason: 'laptop stolen' })
    const lift = (): Promise<unknown> => here.guard.revocations.lift(id, { evidence: 'eve' })
    expect(await losing({ cut, schema }, how, 'revocations', lift)).toBe('ERR_LEDGER_UNKNOWN')
    expect(here.recorded('revocation.lifted')).toBe(1)
    const late = await guardOn(schema)
    expect(late.guard.revocations.inForce()).toHaveLength(counts ? 0 : 1)
    if (!counts) {
      expect(await codeOf(here.open('ada'))).toBe('ERR_REVOKED')
      expect(await lift()).toEqual({ lifted: true })
    }
    for (const { guard } of [here, there, late]) await expect.poll(() => guard.revocations.inForce()).toEqual([])
    await here.open('ada')
  })
})

it('what a guard revoked without an answer is lifted where people lift it', async () => {
  const { cut, here, there, schema } = await pair()
  const what = { kind: 'person', issuer: 'unverified', id: 'ada' } as const
  const revoke = (): Promise<unknown> => here.guard.revoke(what, { reason: 'laptop stolen', forMs: 60_000 })
  expect(await losing({ cut, schema }, 'after', 'revocations', revoke)).toBe('ERR_LEDGER_UNKNOWN')
  await expect.poll(() => there.guard.revocations.inForce()).toHaveLength(1)
  // Who decides by what is revoked looked within a second, and so saw here that it came there.
  await sleep(1_100)
  await expect.poll(() => codeOf(here.open('ada'))).toBe('ERR_REVOKED')
  // Its place is taken by what lasts longer.
  const { id } = await there.guard.revoke(what, { reason: 'for good' })
  await expect.poll(() => here.guard.revocations.inForce().map((each) => each.id)).toEqual([id])
  expect(await there.guard.revocations.lift(id, { evidence: 'eve' })).toEqual({ lifted: true })
  await expect.poll(() => here.guard.revocations.inForce()).toEqual([])
})

it('a ledger that cannot be reached changed nothing, and says so', async () => {
  const { cut, here, there } = await pair()
  const session = await there.open('ada')
  expect(await there.deletes(session)).toBe('permitted')
  const [work] = await here.guard.reviews.pending()
  const { digest = '', id = '' } = work ?? {}
  await cut.close()
  const review = here.guard.reviews.review(id, { credential: human('grace', 'auditor'), verdict: 'justified', digest })
  expect(await codeOf(review)).toBe('ERR_LEDGER_UNAVAILABLE')
  expect(here.recorded('work.reviewed')).toBe(0)
  expect(await there.guard.reviews.pending()).toHaveLength(1)
})
