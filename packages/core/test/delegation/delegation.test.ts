import { describe, expect, it, vi } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { conflicts, mandatoryDimensions } from '../../src/duties/independence.js'
import type { Revocable } from '../../src/duties/revoked.js'
import { revokes } from '../../src/duties/revoked.js'
import type { DelegationOptions } from '../../src/delegation.js'
import type { BothKeysError } from '../../src/errors.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { RecordedEvent } from '../../src/record/event.js'
import type { Session } from '../../src/session.js'
import type { Bench } from '../enforce/support.js'
import { agent, answering, ask, bench, describeAs, person, verdict } from '../enforce/support.js'

const reader: DelegationOptions = { roles: ['agent'], ttlMs: 60_000, name: 'reader' }
const key = 'A'.repeat(43)

async function opened(claims: UnverifiedClaims = agent, on?: Bench): Promise<{ on: Bench; session: Session }> {
  const made = on ?? (await bench())
  return { on: made, session: await made.guard.openSession({ [unverifiedCredential]: claims }) }
}

const eventsOf = (on: Bench, { id }: Session): readonly RecordedEvent[] =>
  on.events.filter((event) => event.session === id)

/** Delegates again and again, each time from the last. */
async function chain(session: Session, length: number): Promise<readonly Session[]> {
  const made = [session]
  for (let depth = 0; depth < length; depth++) {
    const last = made.at(-1) ?? session
    made.push(await last.delegate({ roles: ['agent'], ttlMs: 60_000 - depth * 10_000 }))
  }
  return made
}

describe('a delegated session', () => {
  it('is of the same subject, owners and root run, with a run of its own, and may do what it was given', async () => {
    const { on, session } = await opened({ ...agent, roles: ['agent', 'dba'] })
    const child = await session.delegate(reader)
    const { principal } = child
    expect(principal).toMatchObject({
      kind: 'agent',
      subject: session.principal.subject,
      owners: session.principal.owners,
      roles: ['agent'],
      run: { root: session.principal.run.root, parent: session.principal.run.id },
      delegation: [{ session: session.id, name: 'reader', roles: ['agent', 'dba'] }],
    })
    expect(principal.run.id).not.toBe(session.principal.run.id)
    expect(principal.expiresAt.getTime()).toBeLessThan(session.principal.expiresAt.getTime())
    expect(Object.isFrozen(principal.delegation[0])).toBe(true)
    expect(verdict(await ask(sessionAccess(child, on.target), describeAs('read')))).toBe('permitted')
  })

  it('is on record before it exists: who delegated, how deep, and the chain', async () => {
    const { on, session } = await opened()
    const [, , third] = await chain(session, 2)
    if (third === undefined) throw new Error('no third session')
    expect(eventsOf(on, third)[0]).toMatchObject({
      type: 'session.open',
      delegatedBy: { depth: 2 },
      actor: { delegation: [{ session: session.id, roles: ['agent'] }, {}], run: { root: session.principal.run.root } },
    })
    expect(eventsOf(on, session)[0]).not.toHaveProperty('delegatedBy')
    on.interfere = () => Promise.reject(new Error('disk'))
    await expect(session.delegate(reader)).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
  })

  it('has no roles together that the policy keeps apart by now', async () => {
    const on = await bench({ dev: true })
    const { session } = await opened({ ...agent, roles: ['agent', 'dba'] }, on)
    const roles = ['agent', 'dba']
    await session.delegate({ ...reader, roles })
    on.policy = { ...on.policy, separate: { static: [{ id: 'apart', roles, max: 1, over: ['person'] }] } }
    await on.guard.reload()
    await expect(session.delegate({ ...reader, roles })).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    expect(on.events.at(-1)).toMatchObject({ type: 'session.refused', rules: ['apart'] })
  })

  it('adds a class and a key to those of its session, and takes none away', async () => {
    const { session } = await opened({ ...agent, key: 'k-parent' })
    const child = await session.delegate({ ...reader, agentClass: 'etl/review', key })
    expect(child.principal.agentClass).toEqual({ known: ['etl', 'etl/review'] })
    expect(child.principal.key).toEqual({ known: [key, 'k-parent'].sort() })
    const { session: unnamed } = await opened({ kind: 'agent', subject: 'a2', roles: ['agent'] })
    const unknown = await unnamed.delegate({ ...reader, agentClass: 'review', key })
    expect(unknown.principal).toMatchObject({ owners: 'unknown', agentClass: 'unknown', key: { known: [key] } })
  })

  it('shares a trace with its session unless it has one of its own', async () => {
    const on = await bench()
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
    const session = await on.guard.openSession({ [unverifiedCredential]: agent }, { trace })
    const own = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }
    const [child, other] = [await session.delegate(reader), await session.delegate({ ...reader, trace: own })]
    expect(eventsOf(on, child)[0]).toMatchObject(trace)
    expect(eventsOf(on, other)[0]).toMatchObject(own)
  })
})

describe('a session gives away nothing', () => {
  it.each<[string, Partial<DelegationOptions>]>([
    ['that it does not have', { roles: ['agent', 'dba'] }],
    ['for longer than it has it', { ttlMs: 3_600_001 }],
    ['under a class of somebody else', { agentClass: 'review' }],
    ['under a class that only begins like its own', { agentClass: 'etl-review' }],
  ])('%s', async (_what, change) => {
    const { on, session } = await opened()
    await expect(session.delegate({ ...reader, ...change })).rejects.toMatchObject({ code: 'ERR_DELEGATION_REFUSED' })
    expect(on.events.filter(({ type }) => type === 'session.open')).toHaveLength(1)
  })

  it('when it is a person, or the fifth in a row', async () => {
    const { session: ann } = await opened({ kind: 'human', subject: 'ann', roles: ['agent'] })
    await expect(ann.delegate(reader)).rejects.toMatchObject({ code: 'ERR_DELEGATION_REFUSED' })
    const { session } = await opened()
    const all = await chain(session, 5)
    await expect(all.at(-1)?.delegate({ ...reader, ttlMs: 1 })).rejects.toThrow('it would be the 6th in a row')
  })

  it.each<[string, Record<string, unknown>]>([
    ['roles as a text', { roles: 'agent' }],
    ['a role that is none', { roles: [7] }],
    ['an empty role', { roles: [''] }],
    ['no ttlMs', { ttlMs: undefined }],
    ['a ttlMs of nothing', { ttlMs: 0 }],
    ['a ttlMs without end', { ttlMs: Number.POSITIVE_INFINITY }],
    ['a ttlMs that is no number', { ttlMs: '60000' }],
    ['an empty name', { name: '' }],
    ['a long name', { name: 'x'.repeat(257) }],
    ['a class that is no name', { agentClass: 7 }],
    ['a key that is no thumbprint', { key: 'mine' }],
    ['owners', { owners: [] }],
    ['a subject', { subject: 'somebody' }],
    ['a run', { runRoot: 'r' }],
  ])('by options that mean nothing: %s', async (_what, change) => {
    const { session } = await opened()
    // A wrong type is what is tested.
    await expect(session.delegate({ ...reader, ...change } as DelegationOptions)).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })

  it('under a name that hides something', async () => {
    const { session } = await opened()
    await expect(session.delegate({ ...reader, name: 'rea\u202Eder' })).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })
})

describe('the end of a session', () => {
  it('ends what was delegated from it, at once, and records that before its own end', async () => {
    const { on, session } = await opened()
    const [, child, grandchild] = await chain(session, 2)
    if (child === undefined || grandchild === undefined) throw new Error('not delegated')
    const access = sessionAccess(grandchild, on.target)
    const done = session.close()
    expect([child.closed, grandchild.closed]).toEqual([true, true])
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_SESSION_CLOSED')
    await done
    const ends = on.events.filter(({ type }) => type === 'session.close')
    expect(ends.map(({ reason, session: id }) => [id, reason])).toEqual([
      [grandchild.id, 'its delegator ended'],
      [child.id, 'its delegator ended'],
      [session.id, 'closed'],
    ])
  })

  it('does not end its session nor its siblings', async () => {
    const { session } = await opened()
    const [one, two] = [await session.delegate(reader), await session.delegate(reader)]
    await one.close()
    expect([session.closed, one.closed, two.closed]).toEqual([false, true, false])
    await expect(one.delegate(reader)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('by its own time comes before that of its session', async () => {
    const { on, session } = await opened()
    const child = await session.delegate({ ...reader, ttlMs: 30 })
    await vi.waitFor(() => {
      expect(eventsOf(on, child).at(-1)).toMatchObject({ type: 'session.close', reason: 'expired' })
    })
    expect(session.closed).toBe(false)
  })

  it('while a sub-agent is being recorded leaves no sub-agent', async () => {
    const { on, session } = await opened()
    let release = (): void => undefined
    const written = new Promise<void>((resolve) => {
      release = resolve
    })
    on.interfere = (event, durability) =>
      event.type === 'session.open' ? written.then(() => on.append(event, durability)) : undefined
    const pending = session.delegate(reader)
    const refusal = pending.then(
      () => 'delegated',
      (error: unknown) => (error as BothKeysError).code,
    )
    const closing = session.close()
    release()
    expect(await refusal).toBe('ERR_SESSION_CLOSED')
    await closing
    await on.guard.close()
  })

  it('while the opening of a sub-agent is written leaves none', async () => {
    const { on, session } = await opened()
    let closing: Promise<void> | undefined
    on.interfere = (event, durability) => {
      if (event.type !== 'session.open') return undefined
      closing ??= session.close()
      return Promise.resolve().then(() => on.append(event, durability))
    }
    const openings: string[] = []
    on.guard.on('sessionOpened', ({ session: id }) => openings.push(id))
    await expect(session.delegate(reader)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    expect(closing).toBeDefined()
    expect(openings).toEqual([])
    await closing
    await on.guard.close()
  })

  it('with the guard takes everything with it', async () => {
    const { on, session } = await opened()
    const all = await chain(session, 3)
    await on.guard.close()
    expect(all.map(({ closed }) => closed)).toEqual([true, true, true, true])
    expect(on.events.filter(({ type }) => type === 'session.close')).toHaveLength(4)
  })
})

describe('a revocation', () => {
  it('of the session, its run, its owner or its account ends the sub-agents, and nothing can be delegated then', async () => {
    for (const what of ['session', 'run', 'person', 'subject'] as const) {
      const { on, session } = await opened()
      const [, child, grandchild] = await chain(session, 2)
      const id = { session: session.id, run: session.principal.run.root, person: 'ada', subject: 'a1' }[what]
      await on.guard.revoke({ kind: what, id, issuer: 'unverified' } as Revocable, { reason: 'test' })
      expect([session.closed, child?.closed, grandchild?.closed]).toEqual([true, true, true])
      await expect(session.delegate(reader)).rejects.toMatchObject({ code: 'ERR_REVOKED' })
      await on.guard.close()
    }
  })

  it('of whoever acts with a token revokes the session', () => {
    const facts = {
      kind: 'agent',
      issuer: 'i',
      id: 'a',
      owners: undefined,
      agentClass: undefined,
      runRoot: undefined,
    } as const
    const more = { key: undefined, roles: [], verifiedBy: 'test', expiresAtMs: 1 }
    const principal = makePrincipal({ ...facts, ...more, actors: [{ issuer: 'i', id: 'bot' }] })
    expect(revokes({ kind: 'subject', issuer: 'i', id: 'bot' }, principal)).toBe(true)
    expect(revokes({ kind: 'subject', issuer: 'j', id: 'bot' }, principal)).toBe(false)
  })
})

describe('the number of sub-agents', () => {
  it('is 32 per session also when all ask at once, and one that ends makes room', async () => {
    const { session } = await opened()
    const asked = await Promise.allSettled(Array.from({ length: 40 }, () => session.delegate(reader)))
    const made = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(made).toHaveLength(32)
    for (const one of asked)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    await made[0]?.close()
    await expect(session.delegate(reader)).resolves.toBeDefined()
    await expect(session.delegate(reader)).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
  })

  it('is 256 for all that come from one credential, and a failed opening takes no place', async () => {
    const { on, session } = await opened()
    const children = await Promise.all(Array.from({ length: 8 }, () => session.delegate(reader)))
    on.interfere = (event) => (event.type === 'session.open' ? Promise.reject(new Error('disk')) : undefined)
    await Promise.allSettled(children.map((child) => child.delegate({ ...reader, ttlMs: 50_000 })))
    on.interfere = undefined
    const below = children.flatMap((child) =>
      Array.from({ length: 32 }, () => child.delegate({ ...reader, ttlMs: 50_000 })),
    )
    const made = await Promise.allSettled(below)
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(248)
  })
})

describe('the journal budget of a session', () => {
  it('is spent by its sub-agents too, and by delegating', async () => {
    const on = await bench({ journalBudget: 40_000 })
    const { session } = await opened(agent, on)
    const codes = new Set<string>()
    for (let turn = 0; turn < 60 && !session.closed; turn++) {
      const child = await session.delegate(reader).catch((error: unknown) => {
        codes.add((error as BothKeysError).code)
      })
      if (child !== undefined) await child.close()
    }
    expect(session.closed).toBe(true)
    expect([...codes]).toEqual(['ERR_LIMIT_EXCEEDED'])
    const { session: other } = await opened(agent, on)
    const child = await other.delegate(reader)
    const access = sessionAccess(child, on.target)
    const verdicts = new Set<string>()
    for (let turn = 0; turn < 60; turn++) verdicts.add(verdict(await ask(access, describeAs('read'))))
    expect([...verdicts]).toEqual(['permitted', 'ERR_SESSION_CLOSED'])
    expect(other.closed).toBe(true)
  })
})

describe('no sub-agent approves', () => {
  it('for its session, its siblings or itself, nor does its session for it, whatever their kind of answer', async () => {
    const on = await bench()
    const { session } = await opened({ ...agent, roles: ['agent', 'dba'] }, on)
    const [one, two] = [
      await session.delegate({ ...reader, roles: ['agent', 'dba'], key, agentClass: 'etl/review' }),
      await session.delegate({ ...reader, roles: ['dba'] }),
    ]
    const family = [session, one, two].map(({ principal }) => principal)
    for (const first of family) {
      for (const second of family) {
        expect(conflicts(first, second, mandatoryDimensions)).toEqual(
          expect.arrayContaining(['subject', 'person', 'run']),
        )
      }
    }
  })

  it('and an action of a sub-agent is approved by an independent person, not by its delegator', async () => {
    const ada = await person('ada', ['dba'])
    const grace = await person('grace', ['dba'])
    for (const [who, expected] of [
      [ada, 'ERR_APPROVAL_INELIGIBLE'],
      [grace, 'permitted'],
    ] as const) {
      const on = await bench({ approvers: [answering('allow', who)] })
      const { session } = await opened({ ...agent, roles: ['agent', 'dba'] }, on)
      const child = await session.delegate({ ...reader, roles: ['agent'] })
      expect(verdict(await ask(sessionAccess(child, on.target), describeAs('delete')))).toBe(expected)
    }
    const { session } = await opened({ ...agent, roles: ['agent', 'dba'] })
    const delegate = await session.delegate({ ...reader, roles: ['dba'] })
    const on = await bench({ approvers: [answering('allow', delegate.principal)] })
    const { session: asking } = await opened(agent, on)
    expect(verdict(await ask(sessionAccess(asking, on.target), describeAs('delete')))).toBe('ERR_APPROVAL_INELIGIBLE')
  })
})

describe('a rule that restricts a role', () => {
  it('restricts it also where the same roles were looked at without a delegator', () => {
    const policy = loadPolicy({
      name: 'test',
      content: {
        version: 1,
        targets: { db: { kind: 'fake' } },
        roles: { agent: [{ target: 'db', duty: 'write' }], dba: [{ target: 'db', duty: 'approve' }] },
        deny: [{ id: 'not-for-dba', duty: 'write', roles: ['dba'] }],
      },
    })
    const { effects } = describeAs('write')
    const target = { name: 'db', kind: 'fake', labels: {} }
    const input = { roles: Object.freeze(['agent']), target, operation: 'query', text: '', effects }
    const effectOf = (restrictingRoles?: readonly string[]): string =>
      policy.decide(restrictingRoles === undefined ? input : { ...input, restrictingRoles }).effect
    expect([effectOf(), effectOf(['dba']), effectOf()]).toEqual(['allow', 'deny', 'allow'])
  })

  it('restricts what was delegated without the role', async () => {
    const on = await bench({ dev: true })
    on.policy = {
      ...on.policy,
      deny: [{ id: 'no-writes-for-dba', target: 'db', duty: 'write', roles: ['dba'] }],
    }
    await on.guard.reload()
    const { session } = await opened({ ...agent, roles: ['agent', 'dba'] }, on)
    const child = await session.delegate(reader)
    expect(child.principal.roles).toEqual(['agent'])
    const access = sessionAccess(child, on.target)
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_DENIED')
    expect(access.preview(describeAs('write'))).toMatchObject({ code: 'ERR_DENIED' })
    expect(access.verdict(describeAs('write'))).toMatchObject({ effect: 'deny' })
    expect(access.verdict(describeAs('read'))).toMatchObject({ effect: 'allow' })
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    const { session: plain } = await opened(agent, on)
    expect(verdict(await ask(sessionAccess(plain, on.target), describeAs('write')))).toBe('permitted')
  })
})
