import { afterEach, describe, expect, it } from 'vitest'
import type { AdapterRequest, GuardedTarget, SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { agent, ask, describeAs, verdict } from '../enforce/support.js'
import { relay, said, webhook } from './relay-support.js'
import type { RelayServer } from './relay-server.js'

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'hold-deletes',
      target: 'db',
      duty: 'delete',
      require: [{ stage: 'dba', count: 1, role: 'dba' }],
      level: 'signed',
      ttl: '1m',
    },
  ],
}

interface Guarded {
  readonly guard: Guard
  readonly access: SessionAccess
  readonly events: readonly RecordedEvent[]
  deletes(more?: Partial<AdapterRequest>): ReturnType<typeof ask>
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function server(): Promise<RelayServer> {
  const made = relay()
  await made.listen()
  open.push(made)
  return made
}

async function guarded(approver: Approver, engine = 'orders'): Promise<Guarded> {
  const journal = memoryJournal()
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const guard = await createGuard({
    engine,
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [approver],
    journal,
    deadlineMs: 5_000,
  })
  open.push(guard)
  const session = await guard.openSession({ [unverifiedCredential]: agent })
  const access = sessionAccess(session, target)
  return {
    guard,
    access,
    get events() {
      return journal.events
    },
    deletes: (more) => ask(access, describeAs('delete'), more),
  }
}

describe('a held action whose people are asked through a relay', () => {
  it('runs once when somebody said yes there, and the relay is told', async () => {
    const on = await server()
    on.onRequest = (request) => void said('ann', request).then((yes) => on.answer(request.id, yes))
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('permitted')
    const [request] = on.requests.values()
    await expect.poll(() => on.ended.get(request?.id ?? '')).toBe('consumed')
    expect(on.receipts).toEqual([{ n: 1, counted: true }])
    expect(held.events.filter(({ type }) => type === 'approval.vote')).toHaveLength(1)
    expect(request?.view.text).toContain('text that needs delete')
    expect(on.refusedTokens).toEqual([])
  })
})
