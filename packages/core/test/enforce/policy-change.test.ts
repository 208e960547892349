import type { CryptoKey } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import type { PolicyChangeReceipt } from '../../src/guard-policy-change.js'
import type { Directory, DirectoryEntry } from '../../src/identity/directory.js'
import type { ApprovalSignature } from '../../src/identity/sign-approval.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { ApprovalStatement } from '../../src/model/approval-statement.js'
import { policyDigest } from '../../src/policy/load.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { desk, deskApprover, deskKey, strangerKey } from '../approvals/signed-support.js'
import { people, startMs } from '../duties/support.js'
import { lastingJournal } from '../lasting-journal.js'

type Content = Readonly<Record<string, unknown>>

const both = ['db', 'other']
const roles = {
  worker: [{ target: both, duty: ['read'] }],
  dba: [{ target: both, duty: ['approve'] }],
  reader: [{ target: both, duty: ['read'] }],
  admin: [{ target: both, duty: 'policy' }],
  'db-admin': [{ target: 'db', duty: 'policy' }],
}
const deny = [{ id: 'D1', target: 'db', duty: 'read', resource: 'table:hr.*' }]
const first: Content = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles,
  deny,
}
const worker = (duty: readonly string[]): Content => ({
  ...first,
  roles: { ...roles, worker: [{ target: both, duty }] },
})
const wide = worker(['read', 'write'])
const wider = worker(['read', 'write', 'delete'])
const narrower: Content = { ...first, deny: [...deny, { id: 'D2', target: 'db', duty: 'read', resource: 'table:x.*' }] }

const digestOf = (content: Content): string => policyDigest({ name: 'test', content })
const account = (id: string) => ({ issuer: people, id })

function person(name: string, given: readonly string[] | undefined, ids: readonly string[] = [name]) {
  const record = { kind: 'human', person: name, accounts: ids.map(account), disabled: false } as const
  return ids.map((id): DirectoryEntry => ({ subject: account(id), record: { ...record, roles: given } }))
}

function agent(id: string, owner: string, given: readonly string[]): DirectoryEntry {
  const record = { kind: 'agent', owners: [account(owner)], agentClass: id, roles: given, disabled: false } as const
  return { subject: account(id), record }
}

const eve = person('eve', ['admin'])

function listed(entries: readonly DirectoryEntry[], lists = true): Directory {
  const resolve: Directory['resolve'] = ({ id }) => entries.find(({ subject }) => subject.id === id)?.record
  return lists ? { resolve, list: () => entries } : { resolve }
}

interface Bench {
  readonly guard: Guard
  readonly journal: ReturnType<typeof lastingJournal>
  /** What the policy source holds. */
  readonly put: (content: Content) => Promise<string>
  readonly applies: (
    who?: string,
    change?: Partial<ApprovalStatement>,
    signature?: Partial<ApprovalSignature>,
  ) => Promise<PolicyChangeReceipt>
  readonly inForce: () => string
}

const guards: Guard[] = []

afterEach(async () => {
  await Promise.all(guards.splice(0).map((guard) => guard.close()))
})

async function bench(directory: Directory, changes: Partial<GuardOptions> = {}): Promise<Bench> {
  const journal = lastingJournal()
  let content = first
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: unverifiedIdentity(),
    directory,
    targets: both.map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() })),
    approvers: [deskApprover({ people: ({ issuer }) => (issuer === people ? { roles: [] } : undefined) })],
    journal,
    clock: fixedClock(startMs),
    deadlineMs: 2_000,
    ...changes,
  })
  guards.push(guard)
  return {
    guard,
    journal,
    put: async (next) => {
      content = next
      return guard.reload().then(
        () => 'loaded',
        (error: unknown) => (error as { readonly code: string }).code,
      )
    },
    applies: async (who = 'eve', change = {}, signature = {}) => {
      const { id = 'none', subject } = guard.policyChange.waiting() ?? {}
      const other = { aud: 'bothkeys', req: id, adh: 'a'.repeat(64), pol: 'b'.repeat(64), view: 'c'.repeat(64) }
      const key = deskKey.privateKey as CryptoKey
      const by = { issuer: desk, subject: account(who), level: 'signed', key, keyId: 'd1' } as const
      const evidence = await signApproval(
        { ...other, ...subject, dec: 'allow', ...change },
        { ...by, algorithm: 'ES256', nowMs: startMs, ...signature },
      )
      return guard.policyChange.apply(id, { evidence })
    },
    inForce: () => guard.policyDigest,
  }
}

const widening = 'ERR_POLICY_WIDENING'

describe('a policy that widens without a signature', () => {
  it('waits, and comes into force by what somebody with the duty policy signed, on record', async () => {
    const on = await bench(listed(eve))
    expect(await on.put(wide)).toBe(widening)
    expect(on.inForce()).toBe(digestOf(first))
    const waiting = on.guard.policyChange.waiting()
    expect(waiting).toMatchObject({
      from: digestOf(first),
      to: digestOf(wide),
      widens: ['the role "worker" changed'],
    })
    const text = waiting?.view.text.replaceAll('\n    |> ', '') ?? ''
    expect(text).toContain(`  in force   ${digestOf(first)}\n  waits      ${digestOf(wide)}\n`)
    expect(text).toMatch(/\n {2}widens {5}the role "worker" changed\n {4}was {6}.*"read".*\n {4}now {6}.*"write"/)
    expect(await on.applies()).toEqual({ applied: true })
    expect(on.inForce()).toBe(digestOf(wide))
    expect(on.guard.policyChange.waiting()).toBeUndefined()
    expect(on.journal.events.filter(({ type }) => type === 'policy.loaded').at(-1)).toMatchObject({
      change: 'widening',
      digest: digestOf(wide),
      approval: { change: waiting?.id, level: 'signed', who: { subject: { id: 'eve' } } },
    })
    expect(await on.put(wide)).toBe('loaded')
  })

  it('waits under the same name while it stays the same, and no longer when it does not', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    const before = on.guard.policyChange.waiting()
    await on.put(wide)
    expect(on.guard.policyChange.waiting()).toEqual(before)
    await on.put(wider)
    const after = on.guard.policyChange.waiting()
    expect([after?.to, after?.id === before?.id]).toEqual([digestOf(wider), false])
    expect(await on.guard.policyChange.apply(before?.id ?? '', { evidence: 'x' })).toEqual({
      applied: false,
      reason: 'unknown-change',
    })
    await on.put(first)
    expect(on.guard.policyChange.waiting()).toBeUndefined()
  })

  it('does not come into force again by what was signed once', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    const { id = '', subject } = on.guard.policyChange.waiting() ?? {}
    await on.applies()
    // What narrows needs nobody, and what undoes it needs another signature.
    const denied = { ...wide, deny: narrower['deny'] }
    expect(await on.put(denied)).toBe('loaded')
    expect(await on.put(wide)).toBe(widening)
    expect((await on.guard.policyChange.apply(id, { evidence: 'x' })).applied).toBe(false)
    expect(await on.applies('eve', subject)).toMatchObject({ applied: false })
    expect(on.inForce()).toBe(digestOf(denied))
  })

  it('does not come into force over a policy that it was not compared with', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    const { id = '', subject } = on.guard.policyChange.waiting() ?? {}
    await on.put(narrower)
    await on.put(wide)
    expect(on.guard.policyChange.waiting()?.id).not.toBe(id)
    expect(await on.applies('eve', { ...subject, req: on.guard.policyChange.waiting()?.id ?? '' })).toMatchObject({
      applied: false,
    })
    expect(on.inForce()).toBe(digestOf(narrower))
  })

  const dropsDenial: Content = { ...first, deny: [] }
  const others: readonly DirectoryEntry[] = [...person('ann', ['dba']), ...person('olga', ['worker'])]
  it.each<
    [
      what: string,
      entries: readonly DirectoryEntry[],
      who: string,
      reason: string,
      next?: Content,
      signature?: Partial<ApprovalSignature>,
      statement?: Partial<ApprovalStatement>,
    ]
  >([
    ['somebody without the duty', [...eve, ...others], 'olga', 'no-policy-duty'],
    ['somebody who has it on another target alone', person('eve', ['db-admin']), 'eve', 'no-policy-duty'],
    ['somebody whom the directory does not know', eve, 'zoe', 'refused-by-directory'],
    [
      'somebody who has it by the new policy alone',
      [...eve, ...others],
      'olga',
      'no-policy-duty',
      { ...first, roles: { ...roles, worker: [...roles.worker, { target: both, duty: 'policy' }] } },
    ],
    ['an agent', [...eve, agent('bot', 'eve', ['admin'])], 'bot', 'refused-by-directory'],
    ['what is not signed', eve, 'eve', 'level-too-low', wide, { level: 'channel' }],
    ['the key of a stranger', eve, 'eve', 'no-evidence', wide, { key: strangerKey.privateKey as CryptoKey }],
    ['a no', eve, 'eve', 'denied', wide, {}, { dec: 'deny' }],
    ['a yes about another policy', eve, 'eve', 'no-evidence', wide, {}, { adh: 'd'.repeat(64) }],
    ['a yes under another policy', eve, 'eve', 'no-evidence', wide, {}, { pol: digestOf(wide) }],
    ['a yes to another view', eve, 'eve', 'no-evidence', wide, {}, { view: 'd'.repeat(64) }],
    ['whoever has the role that it widens', person('eve', ['admin', 'worker']), 'eve', 'not-independent: person'],
    [
      'whoever has it by another account',
      [
        { subject: account('eve'), record: { ...person('eve', ['admin'], ['eve', 'e2'])[0]!.record } },
        { subject: account('e2'), record: { ...person('eve', ['worker'], ['eve', 'e2'])[1]!.record } },
      ],
      'eve',
      'not-independent: person',
    ],
    ['the owner of an agent that has it', [...eve, agent('bot', 'eve', ['worker'])], 'eve', 'not-independent: person'],
    [
      'whoever can do anything where a denial goes',
      person('eve', ['admin', 'reader']),
      'eve',
      'not-independent: person',
      dropsDenial,
    ],
    [
      'somebody whose roles the directory leaves to tokens',
      [...eve, { ...agent('bot', 'eve', []), record: { ...agent('bot', 'eve', []).record, roles: undefined } }],
      'eve',
      'not-known',
    ],
  ])(
    'does not come into force by %s',
    async (_what, entries, who, reason, next = wide, signature = {}, statement = {}) => {
      const on = await bench(listed(entries))
      expect(await on.put(next)).toBe(widening)
      const receipt = await on.applies(who, statement, signature)
      expect(receipt).toEqual({ applied: false, reason: expect.stringContaining(reason) as unknown })
      expect(on.inForce()).toBe(digestOf(first))
      expect(on.journal.events.at(-1)).toMatchObject({ type: 'policy.refused-change', digest: digestOf(next) })
    },
  )

  it('comes into force by somebody who has another role that it leaves as it is', async () => {
    const on = await bench(listed(person('eve', ['admin', 'reader'])))
    await on.put(wide)
    expect(await on.applies()).toEqual({ applied: true })
  })

  it('does not come into force by somebody who came to approve since, nor where nobody can list them', async () => {
    const entries = [...eve]
    const on = await bench(listed(entries))
    await on.put(wide)
    entries.splice(0, 1, ...person('eve', ['admin', 'dba']))
    expect(await on.applies()).toEqual({ applied: false, reason: 'may-approve' })
    const unlisted = await bench(listed(eve, false))
    await unlisted.put(wide)
    expect(await unlisted.applies()).toEqual({ applied: false, reason: 'not-known' })
  })

  it('does not come into force by somebody who is revoked', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    await on.guard.revoke({ kind: 'subject', ...account('eve') }, { reason: 'laptop stolen' })
    expect(await on.applies()).toEqual({ applied: false, reason: 'revoked' })
  })

  it('does not come into force by somebody who is revoked while the directory is asked', async () => {
    let meanwhile = (): Promise<unknown> => Promise.resolve()
    const list = async () => {
      await meanwhile()
      return eve
    }
    const on = await bench({ ...listed(eve), list })
    await on.put(wide)
    meanwhile = () => on.guard.revoke({ kind: 'subject', ...account('eve') }, { reason: 'laptop stolen' })
    expect(await on.applies()).toEqual({ applied: false, reason: 'revoked' })
    expect(on.inForce()).toBe(digestOf(first))
    expect(on.guard.policyChange.waiting()).toBeDefined()
  })

  it('is refused on record a hundred times at most', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    const { id = '' } = on.guard.policyChange.waiting() ?? {}
    for (let count = 0; count < 102; count++) await on.guard.policyChange.apply(id, { evidence: 'x' })
    expect(on.journal.events.filter(({ type }) => type === 'policy.refused-change')).toHaveLength(100)
  })

  it('does not come into force by a credential, which proves no decision', async () => {
    const on = await bench(listed(eve))
    await on.put(wide)
    const { id = '' } = on.guard.policyChange.waiting() ?? {}
    const credential = { credential: {}, verdict: 'justified' } as unknown as { readonly evidence: string }
    expect(await on.guard.policyChange.apply(id, credential)).toEqual({ applied: false, reason: 'malformed' })
  })

  it('does not come into force once the directory brings together what it keeps apart', async () => {
    const entries = [...eve, ...person('ann', ['dba'])]
    const on = await bench(listed(entries))
    await on.put(wide)
    entries.push(agent('bot', 'ann', ['admin']))
    await expect(on.applies()).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    expect(on.inForce()).toBe(digestOf(first))
  })

  it('does not wait with the duty approve for whoever has the duty policy', async () => {
    const on = await bench(listed([...eve, ...person('ann', ['dba'])]))
    const admin = [...roles.admin, { target: both, duty: 'approve' }]
    expect(await on.put({ ...first, roles: { ...roles, admin } })).toBe('ERR_DUTY_CONFLICT')
    expect(on.guard.policyChange.waiting()).toBeUndefined()
  })

  it('comes into force once, whoever signed it at the same time', async () => {
    const entries = [...eve, ...person('pia', ['admin'])]
    let asked = 0
    let answer = (): void => undefined
    let answers = Promise.resolve()
    const list = async () => {
      if (++asked === 2) answer()
      await answers
      return entries
    }
    const on = await bench({ ...listed(entries), list })
    await on.put(wide)
    asked = 0
    answers = new Promise((resolve) => {
      answer = resolve
    })
    const receipts = await Promise.all([on.applies('eve'), on.applies('pia')])
    expect(receipts.filter(({ applied }) => applied)).toHaveLength(1)
    expect(on.journal.events.filter(({ change }) => change === 'widening')).toHaveLength(1)
  })

  it('does not wait where everybody may widen them', async () => {
    const on = await bench(listed(eve), { dev: true })
    expect(await on.put(wide)).toBe('loaded')
    expect(on.guard.policyChange.waiting()).toBeUndefined()
  })
})
