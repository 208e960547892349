import { describe, expect, it } from 'vitest'
import type { GuardedTarget, SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { dutiesApart } from '../duties/support.js'
import { agent, ask, describeAs, person, verdict } from './support.js'

const policy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: { agent: [{ target: 'db', duty: ['read', 'write', 'delete'] }], dba: [{ target: 'db', duty: 'approve' }] },
  hold: [{ id: 'deletes', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
}

interface Stage {
  readonly guard: Guard
  readonly access: SessionAccess
  readonly types: () => readonly string[]
  /** From now on the last look is old, by the monotonic clock unless the machine `slept`, and there is no other one. */
  blind(slept?: boolean): void
}

/** `happen` is called while people are asked, and when the ledger reserves what a rule counts. */
async function stage(happen: (on: Stage) => unknown, content: PolicyInput = policy, deadlineMs = 500): Promise<Stage> {
  const inner = memoryLedger({ clock: systemClock })
  let aheadMs = 0
  let sleptMs = 0
  let isBlind = false
  const ledger: Ledger = {
    get: async (key) => {
      if (isBlind && key === 'revocations') throw new Error('gone')
      if (key !== 'revocations' && content.separate !== undefined) await happen(on)
      return inner.get(key)
    },
    commit: (changes) => inner.commit(changes),
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
  const grace = await person()
  const approver: Approver = {
    name: 'people',
    level: 'asserted',
    ask: async (request, vote) => {
      await happen(on)
      await vote({ decision: 'allow', approver: grace, digest: request.digest })
    },
  }
  const db: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: unverifiedIdentity(),
    targets: [db],
    approvers: [approver],
    journal,
    ledger,
    clock: { wallMs: () => Date.now() + sleptMs, monotonicMs: () => performance.now() + aheadMs },
    deadlineMs,
  })
  const session = await guard.openSession({ [unverifiedCredential]: agent })
  const on: Stage = {
    guard,
    access: sessionAccess(session, db),
    types: () => journal.events.map(({ type }) => type),
    blind: (slept = false) => {
      if (slept) sleptMs += 5_000
      else aheadMs += 5_000
      isBlind = true
    },
  }
  return on
}

describe('what may have been revoked meanwhile', () => {
  it('is looked for before an approval is spent', async () => {
    const on = await stage(({ blind }) => {
      blind()
    })
    expect(verdict(await ask(on.access, describeAs('delete')))).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(on.types()).not.toContain('action.intent')
    await on.guard.close()
  })

  it('is looked for after the target got ready, and closes the intent', async () => {
    const on = await stage(() => undefined)
    const more = {
      prepare: () => {
        on.blind()
      },
      recheck: () => Promise.resolve(true),
    }
    expect(verdict(await ask(on.access, describeAs('write'), more))).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(on.types().slice(-2)).toEqual(['action.intent', 'action.outcome'])
    await on.guard.close()
  })

  it('is looked for after duties were reserved', async () => {
    let isOpen = false
    const separate = { dynamic: [{ ...dutiesApart.separate!.dynamic![0]!, duties: ['read', 'write'] as const }] }
    const on = await stage(
      ({ blind }) => {
        if (isOpen) blind()
      },
      { ...policy, separate },
    )
    isOpen = true
    expect(verdict(await ask(on.access, describeAs('read')))).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(on.types()).not.toContain('action.intent')
    await on.guard.close()
  })

  it.each([
    [false, false],
    [true, false],
    [false, true],
  ])(
    'lets what waited for longer than a second begin no more (begun before: %s; the machine slept: %s)',
    async (begun, slept) => {
      const on = await stage(() => undefined, policy, 60_000)
      const admission = await ask(on.access, describeAs('read'))
      if (admission.outcome !== 'permitted') throw new Error(verdict(admission))
      const { permit } = admission
      permit.use()
      if (begun) permit.run()
      on.blind(slept)
      const again = expect.objectContaining({
        code: 'ERR_PERMIT_VOID',
        message: expect.stringContaining('revoked meanwhile'),
      })
      if (begun) expect(() => permit.run()).not.toThrow()
      else expect(() => permit.run()).toThrow(again)
      await permit.settle({ outcome: 'not-run' })
      await on.guard.close()
    },
  )

  it('is the target of a held action, which is not let through by its approval', async () => {
    const on = await stage(({ guard }) => guard.revoke({ kind: 'target', id: 'db' }, { reason: 'incident' }))
    expect(verdict(await ask(on.access, describeAs('delete')))).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(on.types()).not.toContain('action.intent')
    await on.guard.close()
  })
})
