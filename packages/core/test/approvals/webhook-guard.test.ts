import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
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
import type { RelayedRequest } from '../../src/approvals/read-request.js'
import { readRequest } from '../../src/approvals/read-request.js'
import { sha256 } from '../../src/model/digest.js'
import { engineKey, otherEngineKey, relay, said, webhook } from './relay-support.js'
import { strangerKey } from './signed-support.js'
import type { RelayServer } from './relay-server.js'

const policyFor = (count: number) => ({
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
      require: [{ stage: 'dba', count, role: 'dba' }],
      level: 'signed',
      ttl: '1m',
    },
  ],
})

/** What the record of a guard holds of a type. */
const bodies = ({ events }: Guarded, type: RecordedEvent['type']): readonly RecordedEvent[] =>
  events.filter((event) => event.type === type)

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

async function guarded(approver: Approver, engine = 'orders', count = 1): Promise<Guarded> {
  const journal = memoryJournal()
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const guard = await createGuard({
    engine,
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policyFor(count) }) },
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

  it('is denied with the words of whoever said no there', async () => {
    const on = await server()
    on.onRequest = (request) =>
      void said('ann', request, { dec: 'deny' }, { reason: 'not today' }).then((no) => on.answer(request.id, no))
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('ERR_APPROVAL_DENIED')
    const [request] = on.requests.values()
    await expect.poll(() => on.ended.get(request?.id ?? '')).toBe('denied')
    expect(on.receipts).toEqual([{ n: 1, counted: true }])
    expect(bodies(held, 'approval.vote')).toMatchObject([{ decision: 'deny', reason: 'not today' }])
  })

  it('is withdrawn there when whoever asked gives up', async () => {
    const on = await server()
    const held = await guarded(webhook(on.url))
    const asking = new AbortController()
    const running = held.deletes({ signal: asking.signal })
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    asking.abort()
    expect(verdict(await running)).toBe('ERR_APPROVAL_WITHDRAWN')
    const [request] = on.requests.values()
    await expect.poll(() => on.ended.get(request?.id ?? '')).toBe('withdrawn')
    expect(getEventListeners(asking.signal, 'abort')).toEqual([])
  })

  it('runs once with the answer of a server that answers at once', async () => {
    const on = await server()
    on.behaveLater = async ({ body }) => ({ status: 200, json: { evidence: [await said('ann', readRequest(body))] } })
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('permitted')
    expect(verdict(await held.deletes())).toBe('permitted')
    expect(bodies(held, 'approval.vote')).toHaveLength(2)
    expect(on.of('/v1/requests')).toHaveLength(2)
  })

  it('does not run when the relay cannot be told', async () => {
    const on = await server()
    on.behave = () => ({ status: 403, json: {} })
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect(bodies(held, 'approval.refused-vote')).toMatchObject([{ reason: 'approver-failed', via: 'relay' }])
  })

  it('never holds a token or the key in what goes wrong', async () => {
    const on = await server()
    on.behave = () => ({ status: 403, json: { message: 'eyJ' } })
    const held = await guarded(webhook(on.url))
    const failures: unknown[] = []
    held.guard.on('failure', (failure) => failures.push(failure))
    await held.deletes()
    expect(failures).toHaveLength(1)
    expect(inspect(failures, { depth: 12 })).not.toMatch(/eyJ|Bearer/u)
  })
})

const lies: readonly (readonly [string, string, (request: RelayedRequest) => Promise<string>])[] = [
  ['about another engine', 'its aud is not', (request) => said('ann', request, { aud: 'stock' })],
  ['about another request', 'its req is not', (request) => said('ann', request, { req: '1'.repeat(32) })],
  ['about another action', 'its adh is not', (request) => said('ann', request, { adh: sha256('other') })],
  ['under another policy', 'its pol is not', (request) => said('ann', request, { pol: sha256('other') })],
  ['about another view', 'its view is not', (request) => said('ann', request, { view: sha256('other') })],
  [
    'signed by a key that nobody knows',
    'no-evidence',
    (request) => said('ann', request, {}, { key: strangerKey.privateKey }),
  ],
  ['signed by the engine itself', 'no-evidence', (request) => said('ann', request, {}, { key: engineKey.privateKey })],
  ['signed by another issuer', 'its iss', (request) => said('ann', request, {}, { issuer: 'https://other.example' })],
  ['of somebody without the role', 'no-role', (request) => said('eve', request)],
  ['of somebody whom nobody knows', 'nobody knows', (request) => said('zoe', request)],
  ['below the level', 'level-too-low', (request) => said('ann', request, {}, { level: 'channel' })],
  ['for a stage that does not exist', 'no-role', (request) => said('ann', request, { stage: 'board' })],
  ['that has expired', 'it has expired', (request) => said('ann', request, {}, { nowMs: Date.now() - 600_000 })],
  [
    'without a signature',
    'no-evidence',
    async (request) => `${(await said('ann', request)).split('.').slice(0, 2).join('.')}.`,
  ],
  ['that is no evidence', 'no-evidence', () => Promise.resolve('yes')],
  ['that is empty', 'no-evidence', () => Promise.resolve('')],
  ['that is larger than any evidence', 'malformed', () => Promise.resolve('x'.repeat(9_000))],
]

describe('a relay that lies', () => {
  it.each(lies)('gets nothing run by an allow %s', async (_what, reason, lie) => {
    const on = await server()
    on.onRequest = (request) => void lie(request).then((evidence) => on.answer(request.id, evidence))
    const held = await guarded(webhook(on.url))
    const asking = new AbortController()
    const running = held.deletes({ signal: asking.signal })
    await expect.poll(() => on.receipts.length).toBe(1)
    expect(on.receipts).toMatchObject([{ n: 1, counted: false, reason: expect.stringContaining(reason) as unknown }])
    expect(bodies(held, 'approval.refused-vote')).toMatchObject([{ via: 'relay' }])
    asking.abort()
    expect(verdict(await running)).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(bodies(held, 'approval.vote')).toEqual([])
  })

  it('gets nothing run by an answer to an earlier request, also of the same action', async () => {
    const on = await server()
    let before = ''
    on.onRequest = (request) => {
      const answer = before === '' ? said('ann', request) : Promise.resolve(before)
      void answer.then((evidence) => {
        before = evidence
        on.answer(request.id, evidence)
      })
    }
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('permitted')
    const asking = new AbortController()
    const running = held.deletes({ signal: asking.signal })
    await expect.poll(() => bodies(held, 'approval.refused-vote').length).toBe(1)
    asking.abort()
    expect(verdict(await running)).toBe('ERR_APPROVAL_WITHDRAWN')
  })

  it('gets nothing run by the same yes twice where two are needed', async () => {
    const on = await server()
    on.onRequest = (request) =>
      void said('ann', request).then((yes) => {
        on.answer(request.id, yes)
        on.answer(request.id, `${yes}`)
        void said('ann', request).then((again) => on.answer(request.id, again))
      })
    const held = await guarded(webhook(on.url), 'orders', 2)
    const asking = new AbortController()
    const running = held.deletes({ signal: asking.signal })
    await expect.poll(() => on.receipts.length).toBe(3)
    asking.abort()
    expect(verdict(await running)).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(bodies(held, 'approval.vote')).toHaveLength(1)
    expect(bodies(held, 'approval.refused-vote')).toMatchObject([{ reason: 'already-voted' }])
  })

  it('that floods gets its answers refused, recorded up to a bound, and is given up', async () => {
    const on = await server()
    let n = 0
    on.behave = ({ path }) =>
      path.includes('/answers')
        ? {
            status: 200,
            json: {
              answers: Array.from({ length: 64 }, () => ({ n: ++n, evidence: `e${String(n)}` })),
              state: 'pending',
            },
          }
        : undefined
    const held = await guarded(webhook(on.url))
    expect(verdict(await held.deletes())).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(bodies(held, 'approval.refused-vote').length).toBeLessThan(70)
    expect(bodies(held, 'approval.ended')).toMatchObject([{ refusedVotes: 256 }])
  })
})

describe('two engines at one relay', () => {
  it('get the answers to their own requests, and refuse those to the other one', async () => {
    const on = await server()
    const orders = await guarded(webhook(on.url))
    const stock = await guarded(webhook(on.url, { engine: 'stock', key: otherEngineKey.privateKey }), 'stock')
    const asking = new AbortController()
    const running = [orders, stock].map((held) => held.deletes({ signal: asking.signal }))
    await expect.poll(() => on.requests.size).toBe(2)
    const [one, other] = [...on.requests.values()]
    if (one === undefined || other === undefined) throw new Error('nobody asked')
    on.answer(one.id, await said('ann', other))
    on.answer(other.id, await said('ann', one))
    await expect.poll(() => on.receipts.length).toBe(2)
    for (const held of [orders, stock])
      expect(bodies(held, 'approval.refused-vote')).toMatchObject([{ reason: 'no-evidence' }])
    on.answer(one.id, await said('ann', one))
    on.answer(other.id, await said('ann', other))
    expect((await Promise.all(running)).map(verdict)).toEqual(['permitted', 'permitted'])
  })
})
