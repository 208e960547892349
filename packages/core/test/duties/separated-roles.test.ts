import { describe, expect, it } from 'vitest'
import type { Directory } from '../../src/identity/directory.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import { agent, dutiesApart, dutyBench, hourMs, human, people, startMs, verdict, YesOf } from './support.js'

const rolesApart: PolicyInput = {
  ...dutiesApart,
  separate: { static: [{ id: 'S1', roles: ['worker', 'dba'], max: 1 }] },
}

const conflict = expect.objectContaining({ code: 'ERR_DUTY_CONFLICT', rules: ['S1'] })
const worker = agent({ id: 'worker' })

describe('separated roles', () => {
  it('open no session for a principal that has them both', async () => {
    const on = await dutyBench({ policy: rolesApart })
    await expect(on.open(agent({ id: 'both', roles: ['worker', 'dba'] }))).rejects.toThrow(conflict)
    expect(on.events.filter(({ type }) => type === 'session.open')).toEqual([])
    expect(on.events.at(-1)).toMatchObject({
      type: 'session.refused',
      session: 'engine',
      actor: { subject: { id: 'both' } },
      code: 'ERR_DUTY_CONFLICT',
      rules: ['S1'],
    })
    await expect(on.open(worker)).resolves.toBeDefined()
  })

  it.each([
    ['the same agent in another session', { id: 'worker', runRoot: 'another run' }],
    ['another agent of the same person', { id: 'second', agentClass: 'reviewer' }],
    ['another agent of the same class', { id: 'third', ownedBy: 'pia' }],
  ])('open no session for %s', async (_what, who) => {
    const on = await dutyBench({ policy: rolesApart })
    await on.open(worker)
    await expect(on.open(agent({ ...who, roles: ['dba'] }))).rejects.toThrow(conflict)
    await expect(on.open(agent({ ...who, roles: ['worker'] }))).resolves.toBeDefined()
  })

  it('let strangers hold the other one', async () => {
    const on = await dutyBench({ policy: rolesApart })
    await on.open(worker)
    await expect(on.open(human('ann'))).resolves.toBeDefined()
    await expect(
      on.open(agent({ id: 'x', ownedBy: 'pia', agentClass: 'other', roles: ['dba'] })),
    ).resolves.toBeDefined()
  })

  it('count while the session may live and for the window after it, although it was closed', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: rolesApart, clock })
    const brief = { expiresAtMs: startMs + 2 * hourMs }
    await on.does(agent({ id: 'worker', ...brief }), 'read')
    clock.advance(26 * hourMs)
    await expect(on.open(agent({ id: 'worker', roles: ['dba'] }))).rejects.toThrow(conflict)
    clock.advance(hourMs / 2)
    await expect(on.open(agent({ id: 'worker', roles: ['dba'] }))).resolves.toBeDefined()
  })

  it('keep somebody from approving with a role that their agent is apart from, and the other way round', async () => {
    const yes = new YesOf(human('olga'))
    const on = await dutyBench({ policy: rolesApart, approvers: [yes] })
    await on.open(worker)
    const stranger = agent({ id: 'stranger', ownedBy: 'zoe', agentClass: 'other' })
    expect(verdict(await on.does(stranger, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['duty-conflict: S1'])
    yes.who = human('rita')
    expect(verdict(await on.does(stranger, 'delete'))).toBe('permitted')
    await expect(on.open(agent({ id: 'hers', ownedBy: 'rita', agentClass: 'third' }))).rejects.toThrow(conflict)
  })

  it('refuse whoever is unknown in a dimension that a rule counts over', async () => {
    const on = await dutyBench({ policy: rolesApart })
    await expect(on.open(agent({ id: 'x', owners: undefined }))).rejects.toThrow(conflict)
    await expect(on.open(agent({ id: 'x', owners: undefined, roles: [] }))).resolves.toBeDefined()
  })

  it('still count after a restart, also those of whoever approved', async () => {
    const journal = lastingJournal()
    const stranger = agent({ id: 'stranger', ownedBy: 'zoe', agentClass: 'other' })
    const first = await dutyBench({ policy: rolesApart, journal, approvers: [new YesOf(human('rita'))] })
    await first.open(worker)
    expect(verdict(await first.does(stranger, 'delete'))).toBe('permitted')
    await first.guard.close()
    const second = await dutyBench({ policy: rolesApart, journal })
    await expect(second.open(human('olga'))).rejects.toThrow(conflict)
    await expect(second.open(agent({ id: 'hers', ownedBy: 'rita', agentClass: 'third' }))).rejects.toThrow(conflict)
    await expect(second.open(human('ann'))).resolves.toBeDefined()
  })

  it('still count after a restart for whom only the directory gave a role', async () => {
    const journal = lastingJournal()
    const owners = [{ issuer: people, id: 'zoe' }]
    const directory: Directory = {
      resolve: ({ id, issuer }) =>
        issuer === people
          ? { kind: 'human', person: id, roles: ['dba'], disabled: false }
          : { kind: 'agent', owners, disabled: false },
    }
    const stranger = agent({ id: 'stranger', ownedBy: 'zoe', agentClass: 'other' })
    const yes = new YesOf(human('rita', []))
    const first = await dutyBench({ policy: rolesApart, journal, directory, approvers: [yes] })
    expect(verdict(await first.does(stranger, 'delete'))).toBe('permitted')
    await first.guard.close()
    const second = await dutyBench({ policy: rolesApart, journal })
    await expect(second.open(agent({ id: 'hers', ownedBy: 'rita', agentClass: 'third' }))).rejects.toThrow(conflict)
  })

  it('refuse just the same when the refusal cannot be recorded', async () => {
    const journal = lastingJournal()
    const failing: typeof journal = {
      get events() {
        return journal.events
      },
      open: async (context) => {
        const opened = await journal.open(context)
        return {
          append: (event, durability) => {
            if (event.type === 'session.refused') throw new Error('disk')
            return opened.append(event, durability)
          },
          read: () => opened.read(),
          close: () => opened.close(),
        }
      },
    }
    const on = await dutyBench({ policy: rolesApart, journal: failing })
    const failures: unknown[] = []
    on.guard.on('failure', ({ cause }) => failures.push(cause))
    await expect(on.open(agent({ id: 'both', roles: ['worker', 'dba'] }))).rejects.toThrow(conflict)
    expect(failures).toEqual([expect.objectContaining({ message: 'disk' })])
  })

  it('open no session when the ledger fails or part of the journal is missing', async () => {
    const inner = memoryLedger({ clock: fixedClock(startMs) })
    const ledger: Ledger = {
      get: (key) => {
        if (key.startsWith('role/')) throw new Error('gone')
        return inner.get(key)
      },
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const on = await dutyBench({ policy: rolesApart, ledger })
    await expect(on.open(worker)).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    const behind = {
      noted: { recorder: 'bothkeys', lsn: 7, hash: '0'.repeat(64) },
      why: 'missing',
      lastLsn: 3,
    } as const
    const cut = await dutyBench({ policy: rolesApart, behind })
    await expect(cut.open(worker)).rejects.toMatchObject({ code: 'ERR_JOURNAL_BEHIND' })
  })
})
