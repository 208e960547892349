import type { CryptoKey } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { signApproval } from '../../src/identity/sign-approval.js'
import type { Principal } from '../../src/model/principal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { desk, deskApprover, deskKey, strangerKey } from '../approvals/signed-support.js'
import { agent, human, startMs } from '../duties/support.js'
import type { GlassBench } from './support.js'
import { lastingJournal } from '../lasting-journal.js'
import {
  auditor,
  brokeOnce,
  closeGuards,
  codeOf,
  glassBench,
  glassPolicy,
  hourMs,
  oncall,
  outage,
  sharedLedger,
} from './support.js'

afterEach(closeGuards)

const people = 'https://people.example'

async function again(on: GlassBench, who: Principal = oncall()): Promise<string> {
  const session = await on.open(who)
  return codeOf(session.breakGlass(outage))
}

describe('glass that nobody has reviewed', () => {
  it('is not reviewed while it lifts holds here, whatever time the ledger has', async () => {
    const ledgerClock = fixedClock(startMs)
    const on = await glassBench({ ledger: sharedLedger(ledgerClock) })
    const session = await on.open(oncall())
    const { id } = await session.breakGlass(outage)
    ledgerClock.advance(2 * hourMs)
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(await on.review(id, auditor())).toEqual({ counted: false, reason: 'still-open' })
    on.clock.advance(2 * hourMs)
    expect(await on.tries(session, 'write')).toBe('held')
    expect(await on.review(id, auditor())).toEqual({ counted: true, verdict: 'justified' })
  })

  it.each([
    ['the same person', oncall(), oncall()],
    ['the same person with another role', oncall(), human('ada', ['runbook'])],
    ['an agent of the person', oncall(), agent({ id: 'a1', ownedBy: 'ada', roles: ['runbook'] })],
    ['the owner of the agent that broke it', agent({ id: 'a1', ownedBy: 'ada', roles: ['runbook'] }), oncall()],
    [
      'another agent of the same owner',
      agent({ id: 'a1', roles: ['runbook'] }),
      agent({ id: 'a2', roles: ['runbook'] }),
    ],
    [
      'another agent in the same run',
      agent({ id: 'a1', roles: ['runbook'], runRoot: 'r' }),
      agent({ id: 'a2', ownedBy: 'otto', roles: ['runbook'], runRoot: 'r' }),
    ],
    ['somebody with the same key', human('ada', ['oncall'], { key: 'k' }), human('bob', ['oncall'], { key: 'k' })],
  ])('keeps the next one whole for %s', async (_who, first, second) => {
    const on = await glassBench()
    await brokeOnce(on, first)
    expect(await again(on, second)).toBe('ERR_GLASS_UNREVIEWED')
    expect(on.of('glass.refused')).toMatchObject([{ code: 'ERR_GLASS_UNREVIEWED' }])
  })

  it('keeps it whole for a sub-agent of the session that broke it', async () => {
    const on = await glassBench()
    const session = await on.open(agent({ id: 'a1', roles: ['runbook'] }))
    const glass = await session.breakGlass(outage)
    const child = await session.delegate({ roles: ['runbook'], ttlMs: 60_000 })
    expect(await codeOf(child.breakGlass(outage))).toBe('ERR_GLASS_UNREVIEWED')
    await glass.close()
    expect(await codeOf(child.breakGlass(outage))).toBe('ERR_GLASS_UNREVIEWED')
  })

  it('keeps it whole for the second account of the person', async () => {
    const on = await glassBench({
      directory: {
        resolve: () => ({
          kind: 'human',
          person: 'ada',
          accounts: ['ada', 'root'].map((id) => ({ issuer: people, id })),
          disabled: false,
        }),
      },
    })
    await brokeOnce(on)
    expect(await again(on, oncall('root'))).toBe('ERR_GLASS_UNREVIEWED')
  })

  it('keeps nobody else from breaking one', async () => {
    const on = await glassBench()
    await brokeOnce(on)
    expect(await again(on, oncall('bob'))).toBe('open')
  })

  it('keeps everybody from it once the review is overdue, by this rule alone', async () => {
    const on = await glassBench()
    await brokeOnce(on)
    on.clock.advance(25 * hourMs)
    expect(await again(on, oncall('bob'))).toBe('open')
    on.clock.advance(1)
    expect(await again(on, oncall('eva'))).toBe('ERR_GLASS_UNREVIEWED')
    expect(await again(on, agent({ id: 'a1', roles: ['runbook'] }))).toBe('open')
  })

  it('is one of at most a hundred', async () => {
    const on = await glassBench()
    for (let person = 0; person < 100; person++) await brokeOnce(on, oncall(`p${String(person)}`))
    expect(await again(on, oncall('late'))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('keeps every glass whole when it cannot be read', async () => {
    const clock = fixedClock(startMs)
    const ledger = sharedLedger(clock)
    const on = await glassBench({ clock, ledger })
    await ledger.commit([{ key: 'glasses', expectedVersion: 0, value: [{ id: 'x' }] }])
    expect(await again(on)).toBe('ERR_LEDGER_UNAVAILABLE')
    await expect(on.guard.glass.pending()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
  })

  it('is broken by one of many who try at once', async () => {
    const on = await glassBench()
    const sessions = await Promise.all(Array.from({ length: 16 }, () => on.open(oncall())))
    const codes = await Promise.all(sessions.map((session) => codeOf(session.breakGlass(outage))))
    expect(codes.filter((code) => code === 'open')).toHaveLength(1)
    expect(codes.filter((code) => code === 'ERR_GLASS_UNREVIEWED')).toHaveLength(15)
  })

  it('is known to every process on the ledger', async () => {
    const clock = fixedClock(startMs)
    const ledger = sharedLedger(clock)
    const one = await glassBench({ clock, ledger })
    const other = await glassBench({ clock, ledger })
    const id = await brokeOnce(one)
    expect(await again(other)).toBe('ERR_GLASS_UNREVIEWED')
    expect(await other.guard.glass.pending()).toMatchObject([{ id, view: one.told[0]?.view }])
    expect(await other.review(id, auditor())).toEqual({ counted: true, verdict: 'justified' })
    expect(await again(one)).toBe('open')
  })

  it('is known after a restart, and so is its review', async () => {
    const journal = lastingJournal()
    const first = await glassBench({ journal })
    const session = await first.open(oncall())
    const { id } = await session.breakGlass(outage)
    await first.guard.close()
    const second = await glassBench({ journal })
    expect(await again(second)).toBe('ERR_GLASS_UNREVIEWED')
    expect(await second.tries(await second.open(oncall()), 'write')).toBe('held')
    expect(await second.review(id, auditor(), 'unjustified')).toMatchObject({ counted: true })
    await second.guard.close()
    const third = await glassBench({ journal })
    expect(await again(third)).toBe('ERR_GLASS_UNREVIEWED')
    expect(await third.review(id, auditor())).toMatchObject({ counted: true })
    await third.guard.close()
    const fourth = await glassBench({ journal })
    expect(await again(fourth)).toBe('open')
  })

  it('is not what was never opened, after a restart either', async () => {
    const journal = lastingJournal()
    const first = await glassBench({ journal })
    first.notify = () => Promise.reject(new Error('no line'))
    expect(await again(first)).toBe('ERR_GLASS_UNNOTIFIED')
    await first.guard.close()
    expect(await again(await glassBench({ journal }))).toBe('open')
  })

  it('keeps a process from starting when it cannot be read from the journal', async () => {
    const journal = lastingJournal()
    const first = await glassBench({ journal })
    await brokeOnce(first)
    await first.guard.close()
    const read = journal.events.map((event) => (event.type === 'glass.broken' ? { ...event, actor: 'nobody' } : event))
    const edited = {
      events: journal.events,
      open: async (context: Parameters<typeof journal.open>[0]) => ({
        ...(await journal.open(context)),
        async *read() {
          yield* read
        },
      }),
    }
    await expect(glassBench({ journal: edited })).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
  })
})

describe('a review', () => {
  it('by somebody independent who has the role lets the person break glass again', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    const seen: unknown[] = []
    on.guard.on('glassReviewed', (event) => seen.push(event))
    expect(await on.review(id, auditor())).toEqual({ counted: true, verdict: 'justified' })
    expect(seen).toEqual([{ glass: id, verdict: 'justified' }])
    expect(on.of('glass.reviewed')).toMatchObject([
      { glass: id, verdict: 'justified', level: 'asserted', reviewer: { subject: { id: 'grace' } } },
    ])
    expect(await on.guard.glass.pending()).toEqual([])
    expect(await again(on)).toBe('open')
  })

  it('that finds it unjustified is on record, and the person breaks no glass until somebody finds it justified', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    expect(await on.review(id, auditor(), 'unjustified')).toEqual({ counted: true, verdict: 'unjustified' })
    expect(on.of('glass.reviewed')).toMatchObject([{ verdict: 'unjustified' }])
    expect(await again(on)).toBe('ERR_GLASS_UNREVIEWED')
    expect(await on.review(id, auditor('hal'))).toMatchObject({ counted: true })
    expect(await again(on)).toBe('open')
  })

  it.each<[string, Principal, string]>([
    ['the person who broke it', human('ada', ['oncall', 'auditor']), 'not-independent: subject, person'],
    ['somebody with the same key', human('grace', ['auditor'], { key: 'k' }), 'not-independent: key'],
    ['somebody without the role', auditor('grace', ['dba']), 'no-role'],
    ['an agent', agent({ id: 'a9', roles: ['auditor'], ownedBy: 'zoe' }), 'not-human'],
    ['an account that has expired', human('grace', ['auditor'], { expiresAtMs: startMs }), 'principal-expired'],
  ])('by %s does not count', async (_who, reviewer, reason) => {
    const on = await glassBench()
    const id = await brokeOnce(on, human('ada', ['oncall'], { key: 'k' }))
    expect(await on.review(id, reviewer)).toEqual({ counted: false, reason })
    expect(on.of('glass.refused-review')).toHaveLength(1)
    expect(on.of('glass.reviewed')).toEqual([])
    expect(await again(on)).toBe('ERR_GLASS_UNREVIEWED')
  })

  it('by the owner of the agent that broke it does not count, under another account either', async () => {
    const on = await glassBench({
      directory: {
        resolve: ({ id }) =>
          id === 'a1'
            ? { kind: 'agent', owners: [{ issuer: people, id: 'olga' }], disabled: false }
            : id.startsWith('olga')
              ? {
                  kind: 'human',
                  person: 'olga',
                  accounts: ['olga', 'olga-admin'].map((each) => ({ issuer: people, id: each })),
                  disabled: false,
                }
              : { kind: 'human', person: id, disabled: false },
      },
    })
    const id = await brokeOnce(on, agent({ id: 'a1', roles: ['runbook'] }))
    expect(await on.review(id, auditor('olga'))).toEqual({ counted: false, reason: 'not-independent: person' })
    expect(await on.review(id, auditor('olga-admin'))).toEqual({ counted: false, reason: 'not-independent: person' })
    expect(await on.review(id, auditor('grace'))).toMatchObject({ counted: true })
  })

  it('counts by the roles and the standing that the directory knows now', async () => {
    const grace = { roles: ['auditor'], disabled: false }
    const on = await glassBench({
      directory: {
        resolve: ({ id }) => ({
          kind: 'human',
          person: id,
          disabled: false,
          ...(id === 'grace' ? { ...grace, roles: [...grace.roles] } : {}),
        }),
      },
    })
    const id = await brokeOnce(on)
    grace.roles.pop()
    expect(await on.review(id, auditor())).toEqual({ counted: false, reason: 'no-role' })
    grace.disabled = true
    expect(await on.review(id, auditor())).toEqual({ counted: false, reason: 'refused-by-directory' })
  })

  it('by an account that turned out to be of the same person does not count', async () => {
    const accounts = ['ada']
    const on = await glassBench({
      directory: {
        resolve: ({ id }) =>
          accounts.includes(id)
            ? {
                kind: 'human',
                person: 'ada',
                accounts: accounts.map((each) => ({ issuer: people, id: each })),
                disabled: false,
              }
            : { kind: 'human', person: id, disabled: false },
      },
    })
    const id = await brokeOnce(on)
    accounts.push('root')
    expect(await on.review(id, auditor('root'))).toEqual({ counted: false, reason: 'not-independent: subject, person' })
  })

  it('by whom the directory names as the owner of the agent since does not count, nor by whose it was', async () => {
    const owners = ['olga']
    const disabled: string[] = []
    const on = await glassBench({
      directory: {
        resolve: ({ id }) => ({
          disabled: disabled.includes(id),
          ...(id === 'a1'
            ? { kind: 'agent', owners: owners.map((owner) => ({ issuer: people, id: owner })) }
            : {
                kind: 'human',
                person: id.replace('-admin', ''),
                accounts: [id, `${id}-admin`].map((each) => ({ issuer: people, id: each })),
              }),
        }),
      },
    })
    const id = await brokeOnce(on, agent({ id: 'a1', roles: ['runbook'] }))
    owners[0] = 'bob'
    for (const reviewer of ['bob', 'bob-admin', 'olga'])
      expect(await on.review(id, auditor(reviewer))).toEqual({ counted: false, reason: 'not-independent: person' })
    disabled.push('a1')
    expect(await on.review(id, auditor('bob'))).toEqual({ counted: false, reason: 'not-independent: person' })
    expect(await on.review(id, auditor('grace'))).toMatchObject({ counted: true })
  })

  it('by the second account of the person that the directory tells of since does not count', async () => {
    const accounts = ['ada']
    const on = await glassBench({
      directory: {
        resolve: ({ id }) =>
          id === 'ada'
            ? {
                kind: 'human',
                person: 'ada',
                accounts: accounts.map((each) => ({ issuer: people, id: each })),
                disabled: false,
              }
            : { kind: 'human', person: id, disabled: false },
      },
    })
    const id = await brokeOnce(on)
    accounts.push('root')
    expect(await on.review(id, auditor('root'))).toEqual({ counted: false, reason: 'not-independent: subject, person' })
  })

  it('by an account that the directory gives to the person who broke it does not count', async () => {
    const on = await glassBench({
      directory: { resolve: ({ id }) => ({ kind: 'human', person: id === 'root' ? 'ada' : id, disabled: false }) },
    })
    const id = await brokeOnce(on)
    expect(await on.review(id, auditor('root'))).toEqual({ counted: false, reason: 'not-independent: person' })
  })

  it('rejects while the directory cannot be asked', async () => {
    let broken = false
    const on = await glassBench({
      directory: {
        resolve: ({ id }) =>
          broken ? Promise.reject(new Error('down')) : { kind: 'human', person: id, disabled: false },
      },
    })
    const id = await brokeOnce(on)
    broken = true
    await expect(on.review(id, auditor())).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
    broken = false
    expect(await on.guard.glass.pending()).toHaveLength(1)
  })

  it('does not count from somebody who was revoked', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    await on.guard.revoke({ kind: 'person', issuer: people, id: 'grace' }, { reason: 'left' })
    expect(await on.review(id, auditor())).toEqual({ counted: false, reason: 'revoked' })
  })

  it('does not count while the glass is open, whoever is asked', async () => {
    const clock = fixedClock(startMs)
    const ledger = sharedLedger(clock)
    const on = await glassBench({ clock, ledger })
    const other = await glassBench({ clock, ledger })
    const session = await on.open(oncall())
    const { id } = await session.breakGlass(outage)
    expect(await other.review(id, auditor())).toEqual({ counted: false, reason: 'still-open' })
    clock.advance(hourMs)
    expect(await other.review(id, auditor())).toEqual({ counted: false, reason: 'still-open' })
    clock.advance(1)
    expect(await on.tries(session, 'write')).toBe('held')
    expect(await other.review(id, auditor())).toMatchObject({ counted: true })
  })

  it('counts by what the policy says now, and never by less independence than when it was broken', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    const [first, second] = glassPolicy.breakGlass ?? []
    on.policy = {
      ...glassPolicy,
      breakGlass: [{ ...first!, review: { role: 'dba', within: '1h', independent: ['subject'] } }, second!],
    }
    await on.guard.reload()
    expect(await on.review(id, auditor())).toEqual({ counted: false, reason: 'no-role' })
    expect(await on.review(id, auditor('grace', ['dba']))).toMatchObject({ counted: true })
  })

  it('counts by what the policy said when its rule is gone', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    on.policy = { ...glassPolicy, breakGlass: glassPolicy.breakGlass?.slice(1) ?? [] }
    await on.guard.reload()
    expect(await on.review(id, auditor())).toMatchObject({ counted: true })
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'fine'],
    ['no credential', { verdict: 'justified' }],
    ['no verdict', { credential: { token: '0' } }],
    ['another verdict', { credential: { token: '0' }, verdict: 'whatever' }],
    ['evidence that is no text', { evidence: 7 }],
    ['evidence that is too long', { evidence: 'x'.repeat(100_000) }],
    ['an inherited verdict', Object.create({ credential: { token: '0' }, verdict: 'justified' })],
  ])('of %s does not count', async (_what, review) => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    expect(await on.guard.glass.review(id, review as never)).toEqual({ counted: false, reason: 'malformed' })
  })

  it('with a credential that is refused tells nothing of it', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    const receipt = await on.guard.glass.review(id, { credential: { token: 'unknown' }, verdict: 'justified' })
    expect(receipt).toEqual({ counted: false, reason: 'no-evidence: the credential could not be checked' })
    expect(JSON.stringify(on.events)).not.toContain('secret of the token')
  })

  it('of a glass that nobody knows does not count and leaves nothing', async () => {
    const on = await glassBench()
    expect(await on.review('f'.repeat(32), auditor())).toEqual({ counted: false, reason: 'unknown-glass' })
    expect(on.of('glass.refused-review')).toEqual([])
  })

  it('that is refused over and over fills no journal', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    for (let attempt = 0; attempt < 150; attempt++) await on.review(id, auditor('grace', ['dba']))
    expect(on.of('glass.refused-review')).toHaveLength(100)
  })

  it('that cannot be recorded does not count', async () => {
    const on = await glassBench()
    const id = await brokeOnce(on)
    on.interfere = (event) => (event.type === 'glass.reviewed' ? Promise.reject(new Error('disk full')) : undefined)
    await expect(on.review(id, auditor())).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    on.interfere = undefined
    expect(await again(on)).toBe('ERR_GLASS_UNREVIEWED')
  })
})

describe('a signed review', () => {
  const [first, second] = glassPolicy.breakGlass ?? []
  const policy = {
    ...glassPolicy,
    breakGlass: [{ ...first!, review: { ...first!.review, level: 'signed' as const } }, second!],
  }
  const approvers = [deskApprover({ people: ({ id }) => (id === 'eve' ? { roles: ['dba'] } : { roles: ['auditor'] }) })]

  async function broken() {
    const on = await glassBench({ policy, approvers })
    await brokeOnce(on)
    const [glass] = await on.guard.glass.pending()
    if (glass === undefined) throw new Error('nothing is pending')
    const sign = (who: string, change: Readonly<Record<string, unknown>> = {}, key = deskKey.privateKey as CryptoKey) =>
      signApproval(
        { ...glass.subject, dec: 'allow', ...change },
        {
          issuer: desk,
          subject: { issuer: people, id: who },
          level: 'signed',
          key,
          keyId: 'd1',
          algorithm: 'ES256',
          nowMs: startMs,
        },
      )
    return { on, glass, sign }
  }

  it('counts for who signed it', async () => {
    const { on, glass, sign } = await broken()
    expect(await on.guard.glass.review(glass.id, { evidence: await sign('grace') })).toEqual({
      counted: true,
      verdict: 'justified',
    })
    expect(on.of('glass.reviewed')).toMatchObject([{ level: 'signed', via: 'desk' }])
    expect(on.of('glass.reviewed')[0]?.['evidence']).toHaveLength(64)
    expect(await again(on)).toBe('open')
  })

  it('that denies finds it unjustified', async () => {
    const { on, glass, sign } = await broken()
    const receipt = await on.guard.glass.review(glass.id, { evidence: await sign('grace', { dec: 'deny' }) })
    expect(receipt).toEqual({ counted: true, verdict: 'unjustified' })
    expect(await again(on)).toBe('ERR_GLASS_UNREVIEWED')
  })

  it('is what a credential alone is not', async () => {
    const { on, glass } = await broken()
    expect(await on.review(glass.id, auditor())).toEqual({ counted: false, reason: 'level-too-low' })
  })

  it('does not count from whoever broke it, nor from somebody without the role', async () => {
    const { on, glass, sign } = await broken()
    expect(await on.guard.glass.review(glass.id, { evidence: await sign('ada') })).toMatchObject({
      reason: 'not-independent: subject, person',
    })
    expect(await on.guard.glass.review(glass.id, { evidence: await sign('eve') })).toMatchObject({ reason: 'no-role' })
  })

  it.each([
    ['another guard', { aud: 'other' }],
    ['another glass', { req: 'f'.repeat(32) }],
    ['another digest', { adh: 'f'.repeat(64) }],
    ['another policy', { pol: 'f'.repeat(64) }],
    ['another view', { view: 'f'.repeat(64) }],
  ])('of %s does not count', async (_what, change) => {
    const { on, glass, sign } = await broken()
    const receipt = await on.guard.glass.review(glass.id, { evidence: await sign('grace', change) })
    expect(receipt).toMatchObject({ counted: false, reason: expect.stringContaining('no-evidence') as string })
    expect(await again(on)).toBe('ERR_GLASS_UNREVIEWED')
  })

  it('with a key that nobody listed does not count', async () => {
    const { on, glass, sign } = await broken()
    const evidence = await sign('grace', {}, strangerKey.privateKey as CryptoKey)
    expect(await on.guard.glass.review(glass.id, { evidence })).toMatchObject({ counted: false })
  })

  it('does not count for the next glass of the same person', async () => {
    const { on, glass, sign } = await broken()
    const evidence = await sign('grace')
    expect(await on.guard.glass.review(glass.id, { evidence })).toMatchObject({ counted: true })
    const next = await brokeOnce(on)
    expect(await on.guard.glass.review(next, { evidence })).toMatchObject({ counted: false })
    expect(await on.guard.glass.review(glass.id, { evidence })).toEqual({ counted: false, reason: 'unknown-glass' })
  })

  it('does not count in a guard whose approvers take no evidence', async () => {
    const on = await glassBench({ policy })
    const id = await brokeOnce(on)
    expect(await on.guard.glass.review(id, { evidence: 'x' })).toEqual({
      counted: false,
      reason: 'no-evidence: no approver takes evidence',
    })
  })

  it.each([
    ['what people see', 'checkout is down', 'a worse reason'],
    ['what they do not see', '"level":"signed"', '"level":"channel"'],
  ])('does not count when the ledger was changed meanwhile: %s', async (_what, before, after) => {
    const clock = fixedClock(startMs)
    const ledger = sharedLedger(clock)
    const on = await glassBench({ policy, approvers, clock, ledger })
    const id = await brokeOnce(on)
    const [glass] = await on.guard.glass.pending()
    const evidence = await signApproval(
      { ...glass!.subject, dec: 'allow' },
      {
        issuer: desk,
        subject: { issuer: people, id: 'grace' },
        level: 'signed',
        key: deskKey.privateKey as CryptoKey,
        keyId: 'd1',
        algorithm: 'ES256',
        nowMs: startMs,
      },
    )
    const { value, version } = await ledger.get('glasses')
    const edited = JSON.parse(JSON.stringify(value).replace(before, after)) as typeof value
    await ledger.commit([{ key: 'glasses', expectedVersion: version, value: edited }])
    expect(await on.guard.glass.review(id, { evidence })).toMatchObject({ counted: false })
  })
})
