import { createHmac, sign as signBytes } from 'node:crypto'
import { exportPKCS8, exportSPKI } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Approver } from '../../src/approvals/approver.js'
import type { ApprovalOutcome, HoldRequest } from '../../src/approvals/coordinator.js'
import type { SignedApproverOptions } from '../../src/approvals/signed-approver.js'
import { statementNonce } from '../../src/model/approval-statement.js'
import { sha256 } from '../../src/model/digest.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { Directory, decided, desk, deskApprover, deskKey, strangerKey } from './signed-support.js'
import type { Bench } from './support.js'
import { bench, hold, never, peerStage, people, policy, requirement, startMs } from './support.js'

const signed = requirement({ level: 'signed' })
const about = { aud: 'bothkeys', req: 'q1', adh: sha256('action'), pol: sha256('policy'), view: sha256('view') }
const { signal } = new AbortController()

interface Waiting {
  readonly on: Bench
  readonly asked: HoldRequest
  readonly running: Promise<ApprovalOutcome>
  readonly request: ReturnType<Bench['coordinator']['pending']>[number]
}

/** A request that waits for signed answers. */
async function waiting(
  asked: HoldRequest = hold({ requirement: signed }),
  approvers?: readonly Approver[],
): Promise<Waiting> {
  const on = bench({ approvers: approvers ?? [deskApprover()], deadlineMs: 5_000 })
  const running = on.coordinator.request(asked, never)
  // Entering and recording the request take a few turns.
  while (on.journal.of('approval.requested').length === 0) await Promise.resolve()
  const [request] = on.coordinator.pending()
  if (request === undefined) throw new Error('nothing is pending')
  return { on, asked, running, request }
}

async function ended({ on, running }: Waiting): Promise<ApprovalOutcome['outcome']> {
  await on.coordinator.close()
  return (await running).outcome
}

describe('a signed approval', () => {
  it('approves the action that it is about, and is named in the record', async () => {
    const { asked, on, request, running } = await waiting()
    const evidence = await decided('ann', request)
    expect(await on.coordinator.submit(request.id, evidence)).toEqual({ counted: true })
    const outcome = await running
    if (outcome.outcome !== 'approved') throw new Error(outcome.outcome)
    expect(await on.coordinator.consume(outcome.held, asked.digest)).toMatchObject({
      votes: [{ level: 'signed', via: 'desk', evidence: sha256(evidence), stage: 'peer' }],
    })
    expect(on.journal.of('approval.vote')).toMatchObject([{ evidence: sha256(evidence), level: 'signed' }])
    expect(JSON.stringify(on.journal.events)).not.toContain(evidence)
  })

  it('does not count again when the clock is set back', async () => {
    const clock = fixedClock(startMs)
    const { verify } = deskApprover({ clock })
    const evidence = await decided('ann', { subject: about })
    await expect(verify?.(evidence, about, signal)).resolves.toMatchObject({ decision: 'allow' })
    clock.advance(700_000)
    await expect(verify?.(evidence, about, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    clock.setWall(startMs)
    await expect(verify?.(evidence, about, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('denies it', async () => {
    const { on, request, running } = await waiting()
    expect(await on.coordinator.submit(request.id, await decided('ann', request, { dec: 'deny' }))).toEqual({
      counted: true,
    })
    expect((await running).outcome).toBe('denied')
  })

  it('can be handed in by the approver port as well', async () => {
    const port = deskApprover()
    const receipts: unknown[] = []
    const { running } = await waiting(hold({ requirement: signed }), [
      {
        ...port,
        ask: async (request, vote) => {
          receipts.push(await vote({ evidence: await decided('ann', request) }))
        },
      },
    ])
    expect((await running).outcome).toBe('approved')
    await expect.poll(() => receipts).toEqual([{ counted: true }])
  })

  it('takes its roles from the directory: what it says itself means nothing', async () => {
    const at = await waiting()
    const receipt = await at.on.coordinator.submit(at.request.id, await decided('eve', at.request))
    expect(receipt).toEqual({ counted: false, reason: 'no-role' })
    expect(await ended(at)).toBe('withdrawn')
  })

  it('of the owner is refused, and so is one of somebody whom nobody knows', async () => {
    const at = await waiting()
    const submit = async (who: string) => at.on.coordinator.submit(at.request.id, await decided(who, at.request))
    expect(await submit('olga')).toEqual({ counted: false, reason: 'not-independent: person' })
    expect(await submit('nobody')).toMatchObject({
      counted: false,
      reason: expect.stringContaining('nobody knows') as string,
    })
    expect(await ended(at)).toBe('withdrawn')
  })

  it('counts once: a replay is refused, for this request and for another of the same action', async () => {
    const two = { requirement: requirement({ level: 'signed', stages: [{ ...peerStage, count: 2 }] }) }
    const at = await waiting(hold(two))
    const evidence = await decided('ann', at.request)
    expect(await at.on.coordinator.submit(at.request.id, evidence)).toEqual({ counted: true })
    expect(await at.on.coordinator.submit(at.request.id, evidence)).toMatchObject({
      counted: false,
      reason: 'already-used',
    })
    expect(await ended(at)).toBe('withdrawn')
    const again = await waiting({ ...at.asked, digest: at.asked.digest })
    expect(await again.on.coordinator.submit(again.request.id, evidence)).toMatchObject({
      counted: false,
      reason: expect.stringContaining('its req is not that of the request') as string,
    })
    expect(await ended(again)).toBe('withdrawn')
  })

  it('of two accounts of one person is one person', async () => {
    const stages = [peerStage, { ...peerStage, stage: 'security', role: 'security' }]
    const at = await waiting(hold({ requirement: requirement({ level: 'signed', stages }) }))
    const submit = async (who: string) => at.on.coordinator.submit(at.request.id, await decided(who, at.request))
    expect([await submit('ann'), await submit('ann-admin')]).toEqual([{ counted: true }, { counted: true }])
    expect(at.on.coordinator.pending()).toHaveLength(1)
    expect(await submit('sec')).toEqual({ counted: true })
    expect((await at.running).outcome).toBe('approved')
  })

  it('fills only the stage that it names', async () => {
    const stages = [peerStage, { ...peerStage, stage: 'security', role: 'security' }]
    const at = await waiting(hold({ requirement: requirement({ level: 'signed', stages }) }))
    const submit = async (who: string, stage: string) =>
      at.on.coordinator.submit(at.request.id, await decided(who, at.request, { stage }))
    expect(await submit('bob', 'security')).toEqual({ counted: false, reason: 'no-role' })
    expect(await submit('ann-admin', 'peer')).toEqual({ counted: true })
    expect(await submit('bob', 'peer')).toEqual({ counted: true })
    expect(at.on.coordinator.pending()).toHaveLength(1)
    expect(await submit('sec', 'security')).toEqual({ counted: true })
    expect((await at.running).outcome).toBe('approved')
  })

  it('of another policy than the one in force voids the request', async () => {
    const at = await waiting()
    const evidence = await decided('ann', at.request)
    at.on.policy = policy('second')
    const receipt = await at.on.coordinator.submit(at.request.id, evidence)
    expect(receipt).toEqual({ counted: false, reason: 'late' })
    expect((await at.running).outcome).toBe('void')
  })

  it('for a request that is not pending is refused', async () => {
    const { on, request } = await waiting()
    expect(await on.coordinator.submit('q2', await decided('ann', request))).toEqual({
      counted: false,
      reason: 'unknown-request',
    })
  })
})

describe('when the action runs, a signed approval', () => {
  const keys = async (change: Partial<SignedApproverOptions> = {}) => {
    const directory = new Directory()
    const clock = { nowMs: startMs }
    const port = deskApprover({
      people: directory.lookup,
      clock: { wallMs: () => clock.nowMs, monotonicMs: () => 0 },
      ...change,
    })
    const at = await waiting(hold({ requirement: signed }), [port])
    await at.on.coordinator.submit(at.request.id, await decided('ann', at.request))
    const outcome = await at.running
    if (outcome.outcome !== 'approved') throw new Error(outcome.outcome)
    return { ...at, clock, directory, consume: () => at.on.coordinator.consume(outcome.held, at.asked.digest) }
  }
  const refused = { code: 'ERR_APPROVAL_VOID' }

  it('is verified again: void when it has expired meanwhile', async () => {
    const { clock, consume, on } = await keys()
    clock.nowMs += 301_000
    on.clock.advance(300_000)
    await expect(consume()).rejects.toMatchObject(refused)
  })

  it('is void when its approver lost the role, or is not known any more', async () => {
    for (const facts of [{ roles: ['intern'] }, undefined]) {
      const { consume, directory } = await keys()
      if (facts === undefined) directory.facts.delete('ann')
      else directory.facts.set('ann', facts)
      await expect(consume()).rejects.toMatchObject(refused)
    }
  })

  it('is void when its approver turned out to be the owner', async () => {
    const { consume, directory } = await keys()
    directory.facts.set('ann', { roles: ['dba'], accounts: [{ issuer: people, id: 'olga' }] })
    await expect(consume()).rejects.toMatchObject(refused)
  })

  it('is void when people cannot be looked up', async () => {
    let isDown = false
    const lookup = new Directory().lookup
    const { consume } = await keys({
      people: (subject) => {
        if (isDown) throw new Error('down')
        return lookup(subject)
      },
    })
    isDown = true
    await expect(consume()).rejects.toMatchObject(refused)
  })

  it('is void when its approver turned out to be the owner, whatever they are called', async () => {
    const { consume, directory } = await keys()
    directory.facts.set('ann', { roles: ['dba'], person: 'ann', accounts: [{ issuer: people, id: 'olga' }] })
    await expect(consume()).rejects.toMatchObject(refused)
  })

  it('waits for nobody who looks people up and hangs', async () => {
    const limit = new AbortController()
    const port = deskApprover({
      people: () => {
        setImmediate(() => {
          limit.abort()
        })
        return new Promise<never>(() => undefined)
      },
    })
    const evidence = await decided('ann', { subject: about })
    await expect(port.verify?.(evidence, about, limit.signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('counts with people that are looked up at once or later, and with what they are called', async () => {
    for (const facts of [{ roles: ['dba'] }, { roles: ['dba'], person: 'ann' }, { roles: ['dba'], accounts: [] }]) {
      for (const answer of [facts, Promise.resolve(facts)]) {
        const { consume, on } = await keys({ people: () => answer })
        expect(await consume()).toMatchObject({ votes: [{ level: 'signed' }] })
        const [vote] = on.journal.of('approval.vote')
        expect(vote).toMatchObject({ decision: 'allow', roles: ['dba'] })
        expect(JSON.stringify(vote).replaceAll('\\', '').includes('"person":"ann"')).toBe('person' in facts)
      }
    }
  })

  it('is void when the ledger holds another text than was verified', async () => {
    const { consume, on, request } = await keys()
    const key = `approval/request/${request.id}`
    const entry = on.ledger.entries.get(key)
    const value = JSON.parse(JSON.stringify(entry?.value)) as { votes: { evidence: string }[] }
    for (const vote of value.votes) vote.evidence = await decided('bob', request)
    on.ledger.entries.set(key, { value, version: entry?.version ?? 0 })
    await expect(consume()).rejects.toMatchObject(refused)
  })

  it('is spent with one look at the ledger, which says what others left there', async () => {
    const { consume, on, request } = await keys()
    const steps: string[] = []
    const get = on.ledger.get.bind(on.ledger)
    const commit = on.ledger.commit.bind(on.ledger)
    on.ledger.get = (key) => {
      steps.push(key)
      return get(key)
    }
    on.ledger.commit = (changes) => {
      steps.push('commit')
      return commit(changes)
    }
    await consume()
    expect(steps.slice(0, 2)).toEqual([`approval/request/${request.id}`, 'commit'])
  })

  it('is spent where nothing changed', async () => {
    const { consume } = await keys()
    await expect(consume()).resolves.toMatchObject({ votes: [{ level: 'signed' }] })
    await expect(consume()).rejects.toMatchObject({ code: 'ERR_PERMIT_SPENT' })
  })
})

describe('a view that had to be cut', () => {
  const long = (changes: Partial<HoldRequest>) => hold(changes, `select '${'x'.repeat(9_000)}'`)

  it('is not asked about at signed', async () => {
    const on = bench({ approvers: [deskApprover()] })
    const outcome = await on.coordinator.request(long({ requirement: signed }), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' } })
    expect(JSON.stringify(outcome)).toContain('too long to be shown whole')
  })

  it('is not asked about at signed when a name in its head had to be cut', async () => {
    const on = bench({ approvers: [deskApprover()] })
    const call = hold({ requirement: signed })
    const action = { ...call.action, settings: { search_path: 'x'.repeat(2_049) } }
    const outcome = await on.coordinator.request({ ...call, action }, never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' } })
    expect(JSON.stringify(outcome)).toContain('too long to be shown whole')
  })

  it('is approved at channel at most, however it is signed', async () => {
    const at = await waiting(long({ requirement: requirement({ level: 'channel' }) }))
    expect(at.request.view.complete).toBe(false)
    await at.on.coordinator.submit(at.request.id, await decided('ann', at.request))
    expect((await at.running).outcome).toBe('approved')
    expect(at.on.journal.of('approval.vote')).toMatchObject([{ level: 'channel' }])
  })

  it('has another digest than the same text shown whole', async () => {
    const [whole, cut] = [
      await waiting(hold({ requirement: signed })),
      await waiting(long({ requirement: requirement() })),
    ]
    expect(whole.request.view.digest).toBe(sha256('bothkeys.view.v1\0', 'whole\0', whole.request.view.text))
    expect(cut.request.view.digest).toBe(sha256('bothkeys.view.v1\0', 'cut\0', cut.request.view.text))
    await ended(whole)
    await ended(cut)
  })
})

const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')
const header = { alg: 'ES256', kid: 'd1', typ: 'bothkeys-approval+jwt' }
const nowS = startMs / 1000
const claims = {
  iss: desk,
  ...about,
  dec: 'allow',
  level: 'signed',
  sub: 'ann',
  idp: people,
  jti: 'j1',
  iat: nowS,
  exp: nowS + 300,
}
const deskPem = await exportPKCS8(deskKey.privateKey)
const strangerPem = await exportPKCS8(strangerKey.privateKey)
const deskSpki = await exportSPKI(deskKey.publicKey)

/** Texts signed with a key, as no library would write them. */
function written(claimsText: string, headerText = JSON.stringify(header), pem = deskPem): string {
  const input = `${encode(headerText)}.${encode(claimsText)}`
  return `${input}.${encode(signBytes('sha256', Buffer.from(input), { key: pem, dsaEncoding: 'ieee-p1363' }))}`
}

const withClaims = (change: object): string => written(JSON.stringify({ ...claims, ...change }))
const withHeader = (change: object): string => written(JSON.stringify(claims), JSON.stringify({ ...header, ...change }))
const without = (name: string): string =>
  written(JSON.stringify(Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))))
const unsigned = (change: object, signature: string): string =>
  `${encode(JSON.stringify({ ...header, ...change }))}.${encode(JSON.stringify(claims))}.${signature}`

function hmac(): string {
  const input = `${encode(JSON.stringify({ ...header, alg: 'HS256' }))}.${encode(JSON.stringify(claims))}`
  return `${input}.${createHmac('sha256', deskSpki).update(input).digest('base64url')}`
}

const hostile: readonly (readonly [what: string, token: string])[] = [
  ['nothing', ''],
  ['no token', 'allow'],
  ['a key that is not listed', written(JSON.stringify(claims), JSON.stringify(header), strangerPem)],
  ['no algorithm', unsigned({ alg: 'none' }, 'AAAA')],
  ['the public key as a secret', hmac()],
  ['another algorithm than allowed', withHeader({ alg: 'ES384' })],
  ['a key of its own', withHeader({ jwk: {} })],
  ['a key set of its own', withHeader({ jku: 'https://evil.example' })],
  ['a certificate of its own', withHeader({ x5c: [] })],
  ['an extension', withHeader({ crit: ['exp'] })],
  ['a key that does not exist', withHeader({ kid: 'd2' })],
  ['a hidden character in the key id', withHeader({ kid: 'd1\u200b' })],
  ['the type of an access token', withHeader({ typ: 'at+jwt' })],
  ['the type of any token', withHeader({ typ: 'JWT' })],
  ['the type of an action proof', withHeader({ typ: 'bothkeys-action+jwt' })],
  ['no type', written(JSON.stringify(claims), JSON.stringify({ alg: 'ES256', kid: 'd1' }))],
  ['another issuer', withClaims({ iss: `${desk}/` })],
  ['issuers', withClaims({ iss: [desk] })],
  ['another guard', withClaims({ aud: 'other' })],
  ['guards', withClaims({ aud: ['bothkeys'] })],
  ['another request', withClaims({ req: 'q2' })],
  ['another action', withClaims({ adh: sha256('other') })],
  ['the digest in capitals', withClaims({ adh: about.adh.toUpperCase() })],
  ['a prefix of the digest', withClaims({ adh: about.adh.slice(0, 8) })],
  ['another policy', withClaims({ pol: sha256('other') })],
  ['another view', withClaims({ view: sha256('other') })],
  ['a decision in capitals', withClaims({ dec: 'ALLOW' })],
  ['a decision that is true', withClaims({ dec: true })],
  ['decisions', withClaims({ dec: ['allow'] })],
  ['an unknown level', withClaims({ level: 'notarised' })],
  ['a level that proves nothing', withClaims({ level: 'asserted' })],
  ['a stage that is no name', withClaims({ stage: 1 })],
  ['a subject that is no name', withClaims({ sub: 7 })],
  ['an empty subject', withClaims({ sub: '' })],
  ['a hidden character in the subject', withClaims({ sub: 'ann\u202e' })],
  ['an identity provider that is no name', withClaims({ idp: [people] })],
  ['an id that is no name', withClaims({ jti: 1 })],
  ['a key of somebody else', withClaims({ cnf: { jkt: 'x' } })],
  ['somebody who acts for the approver', withClaims({ act: { sub: 'agent' } })],
  ['an end that has passed', withClaims({ iat: nowS - 400, exp: nowS - 6 })],
  ['no end in sight', withClaims({ exp: nowS + 601 })],
  ['a no that lives longer than any request', withClaims({ dec: 'deny', exp: nowS + 604_801 })],
  ['an end at infinity', written(JSON.stringify(claims).replace(/"exp":\d+/u, '"exp":1e999'))],
  ['an end that is text', withClaims({ exp: String(nowS + 300) })],
  ['a beginning in the future', withClaims({ iat: nowS + 60, exp: nowS + 300 })],
  ['a beginning behind its end', withClaims({ iat: nowS + 3, exp: nowS + 2 })],
  ['a time before which it is not valid', withClaims({ nbf: nowS + 60 })],
  ['a decision twice', written(JSON.stringify(claims).replace(/\}$/u, ',"dec":"allow"}'))],
  [
    'a type twice',
    written(JSON.stringify(claims), JSON.stringify(header).replace(/\}$/u, ',"typ":"bothkeys-approval+jwt"}')),
  ],
  ['a mark in front of its claims', written(`\uFEFF${JSON.stringify(claims)}`)],
  ['claims in a list', written(JSON.stringify([claims]))],
  ['a signature with padding', `${withClaims({})}=`],
  ['a fourth part', `${withClaims({})}.AAAA`],
  ['a blank behind it', `${withClaims({})} `],
  ...['iss', 'aud', 'sub', 'idp', 'jti', 'iat', 'exp', 'req', 'adh', 'pol', 'view', 'dec', 'level'].map(
    (name) => [`no ${name}`, without(name)] as const,
  ),
]

describe('an approver with signed evidence', () => {
  const verify = (token: string, change: Partial<SignedApproverOptions> = {}) => {
    const { verify: check } = deskApprover(change)
    if (check === undefined) throw new Error('it cannot verify')
    return check(token, about, signal)
  }

  it('accepts the honest form of the hostile ones', async () => {
    await expect(verify(withClaims({}))).resolves.toMatchObject({
      decision: 'allow',
      level: 'signed',
      id: `${desk}#j1`,
      approver: {
        kind: 'human',
        subject: { issuer: people, id: 'ann' },
        roles: ['dba'],
        verifiedBy: 'signed-approval',
      },
    })
  })

  it('accepts a no for as long as any request waits', async () => {
    const clock = { wallMs: () => startMs + 604_700_000, monotonicMs: () => 0 }
    const { verify: check } = deskApprover({ clock })
    const no = withClaims({ dec: 'deny', exp: nowS + 604_800 })
    await expect(check?.(no, about, signal)).resolves.toMatchObject({ decision: 'deny' })
  })

  it('accepts later what it accepted then, and nothing from before it was signed', async () => {
    const clock = { wallMs: () => startMs + 3_600_000, monotonicMs: () => 0 }
    const { verify: check } = deskApprover({ clock })
    const evidence = withClaims({})
    await expect(check?.(evidence, about, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(check?.(evidence, about, signal, startMs)).resolves.toMatchObject({ decision: 'allow' })
    await expect(check?.(evidence, about, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(check?.(evidence, about, signal, startMs - 60_000)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })

  it.each(hostile)('refuses one with %s', async (_what, token) => {
    const error: unknown = await verify(token).then(
      () => 'accepted',
      (refusal: unknown) => refusal,
    )
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(JSON.stringify(error)).not.toContain(about.adh)
  })

  it('takes the weaker of what it says and what its keys are good for', async () => {
    for (const [says, keys, level] of [
      ['phishing-resistant', 'signed', 'signed'],
      ['phishing-resistant', 'channel', 'channel'],
      ['channel', 'phishing-resistant', 'channel'],
      ['phishing-resistant', 'phishing-resistant', 'phishing-resistant'],
    ] as const) {
      await expect(verify(withClaims({ level: says }), { level: keys })).resolves.toMatchObject({ level })
    }
  })

  it('refuses any single changed bit', async () => {
    const token = withClaims({})
    for (let index = 0; index < token.length; index += 7) {
      const other = token[index] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, index) + other + token.slice(index + 1)
      if (changed === token) continue
      await expect(verify(changed)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    }
  })

  it.each([
    ['without an issuer', { issuer: '' }],
    ['with people that nobody can look up', { people: {} as never }],
    ['with a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', d: 'x' }] } }],
    ['with a clock that may be anywhere', { clockToleranceS: 61 }],
  ])('cannot be made %s', (_what, change) => {
    expect(() => deskApprover(change)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})

describe('the nonce of a statement', () => {
  it('is another for any other statement', () => {
    const statement = { ...about, dec: 'allow' } as const
    const others = [
      ...Object.keys(about).map((name) => ({ ...statement, [name]: 'x' })),
      { ...statement, dec: 'deny' as const },
      { ...statement, stage: 'peer' },
    ]
    const nonces = new Set([statement, ...others].map(statementNonce))
    expect(nonces.size).toBe(others.length + 1)
    expect(statementNonce(statement)).toMatch(/^[\w-]{43}$/u)
  })
})
