import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { Session } from '../../src/session.js'
import { agent, ask, bench, describeAs, verdict } from './support.js'

describe('a session', () => {
  it('cannot be made by anybody but a guard', () => {
    expect(() => {
      Reflect.construct(Session, [Symbol('x'), 'id', {}, {}])
    }).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    const forged = Object.create(Session.prototype) as Session
    expect(() => sessionAccess(forged, { name: 'db', kind: 'fake', close: () => Promise.resolve() })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })

  it('cannot be used with a target of another guard', async () => {
    const [one, other] = await Promise.all([bench(), bench()])
    const session = await one.guard.openSession({ [unverifiedCredential]: agent })
    expect(() => sessionAccess(session, other.target)).toThrow(expect.objectContaining({ code: 'ERR_TARGET_UNKNOWN' }))
  })

  it('is not serialised and inspects without content', async () => {
    const on = await bench()
    const session = await on.guard.openSession({ [unverifiedCredential]: agent })
    expect(() => JSON.stringify(session)).toThrow('cannot be serialised')
    expect(inspect(session)).toBe(`Session { ${session.id.slice(0, 8)} }`)
  })

  it('ends when its principal expires', async () => {
    const on = await bench()
    const { access } = await on.access({ ...agent, ttlMs: 1_000 })
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    await vi.waitFor(() => {
      expect(access.signal.aborted).toBe(true)
    })
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_SESSION_CLOSED')
    expect(on.events.at(-1)).toMatchObject({ type: 'session.close', reason: 'expired' })
  })

  it('ends when it writes more to the journal than one session may, and the others go on', async () => {
    const on = await bench({ journalBudget: 10_000 })
    const { access } = await on.access()
    const verdicts = new Set<string>()
    for (let turn = 0; turn < 20; turn++) verdicts.add(verdict(await ask(access, describeAs('read'))))
    expect([...verdicts]).toEqual(['permitted', 'ERR_LIMIT_EXCEEDED'])
    const other = await on.access()
    expect(verdict(await ask(other.access, describeAs('read')))).toBe('permitted')
  })

  it('is not opened when its opening cannot be recorded', async () => {
    const on = await bench()
    on.interfere = () => Promise.reject(new Error('disk'))
    await expect(on.guard.openSession({ [unverifiedCredential]: agent })).rejects.toMatchObject({
      code: 'ERR_JOURNAL_UNAVAILABLE',
    })
  })
})

describe('a reload', () => {
  const denyReads = { id: 'no-reads', target: 'db', duty: 'read', resource: 'table:public.t' }

  it('applies what narrows at once', async () => {
    const on = await bench()
    const { access } = await on.access()
    on.policy = { ...on.policy, deny: [denyReads] }
    await on.guard.reload()
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_DENIED')
  })

  it('refuses what widens, keeps the old policy, and says so', async () => {
    const on = await bench()
    const { access } = await on.access()
    const before = on.guard.policyDigest
    on.policy = { ...on.policy, hold: [] }
    await expect(on.guard.reload()).rejects.toMatchObject({ code: 'ERR_POLICY_WIDENING' })
    expect(on.guard.policyDigest).toBe(before)
    expect(on.events.at(-1)).toMatchObject({ type: 'policy.rejected', code: 'ERR_POLICY_WIDENING' })
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_APPROVAL_UNAVAILABLE')
  })

  it('applies what widens with dev, and the record says so', async () => {
    const on = await bench({ dev: true })
    on.policy = { ...on.policy, hold: [] }
    await on.guard.reload()
    expect(on.events.at(-1)).toMatchObject({ type: 'policy.loaded', change: 'widening', dev: true })
  })

  it('keeps the old policy when the new one is broken', async () => {
    const on = await bench()
    const before = on.guard.policyDigest
    on.policy = { version: 1, targets: {}, nonsense: true }
    await expect(on.guard.reload()).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_POLICY_/) })
    expect(on.guard.policyDigest).toBe(before)
  })

  it('does not apply a policy that could not be recorded', async () => {
    const on = await bench()
    const before = on.guard.policyDigest
    on.policy = { ...on.policy, deny: [denyReads] }
    on.interfere = () => Promise.reject(new Error('disk'))
    await expect(on.guard.reload()).rejects.toThrow('disk')
    expect(on.guard.policyDigest).toBe(before)
  })
})

describe('createGuard', () => {
  it.each([
    ['a target that the policy does not know', [{ name: 'other', kind: 'fake', close: () => Promise.resolve() }]],
    ['a target of another kind', [{ name: 'db', kind: 'postgres', close: () => Promise.resolve() }]],
    ['a policy that speaks of a target it was not given', []],
  ])('refuses %s', async (_what, targets) => {
    const journal = memoryJournal()
    const policy = {
      version: 1,
      targets: { db: { kind: 'fake' } },
      roles: { agent: [{ target: 'db', duty: 'read' }] },
    }
    await expect(
      createGuard({
        policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
        identity: unverifiedIdentity(),
        targets,
        journal,
      }),
    ).rejects.toMatchObject({ code: 'ERR_TARGET_UNKNOWN' })
  })

  it('refuses a backstop that the target does not have', async () => {
    await expect(
      createGuard({
        policy: inlineSource({
          version: 1,
          targets: { db: { kind: 'fake', backstops: ['moat'] } },
          roles: { agent: [{ target: 'db', duty: 'read' }] },
        }),
        identity: unverifiedIdentity(),
        targets: [{ name: 'db', kind: 'fake', knownBackstops: ['wall'], close: () => Promise.resolve() }],
        journal: memoryJournal(),
      }),
    ).rejects.toMatchObject({ code: 'ERR_POLICY_UNSUPPORTED', hint: 'choose among wall' })
  })

  it('goes on when an observer throws', async () => {
    const on = await bench()
    on.guard.on('permitted', () => {
      throw new Error('observer')
    })
    let seen = 0
    on.guard.on('permitted', () => (seen += 1))
    const { access } = await on.access()
    on.guard.on('permitted', (() => Promise.reject(new Error('async observer'))) as () => void)
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    expect(seen).toBe(1)
    // A rejection that nobody handles is found by the runner.
    await new Promise((resolve) => setImmediate(resolve))
  })
})
