import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import type { ApprovalRequest } from '../../src/approvals/approver.js'
import { idTokenApprover } from '../../src/approvals/id-token-approver.js'
import { createGuard } from '../../src/guard.js'
import type { Guard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { statementNonce } from '../../src/model/approval-statement.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { ask, describeAs, verdict } from '../enforce/support.js'
import { options, sign } from '../identity/jwt-support.js'
import { PeopleIssuer, cibaGrant, clientId } from './people-issuer.js'
import { basic, idTokenOf, tokenFor } from './person-at-browser.js'

// The provider says at each start that it keeps everything in memory.
vi.spyOn(console, 'warn').mockReturnValue(undefined)
vi.spyOn(console, 'info').mockReturnValue(undefined)

let issuer: PeopleIssuer
const open: Guard[] = []

beforeAll(async () => {
  issuer = await PeopleIssuer.start()
})
afterEach(async () => {
  issuer.devices.length = 0
  await Promise.all(open.splice(0).map((guard) => guard.close()))
})
afterAll(() => issuer.close())

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: { agent: [{ target: 'db', duty: 'delete' }], dba: [{ target: 'db', duty: 'approve' }] },
  hold: [
    {
      id: 'hold-deletes',
      target: 'db',
      duty: 'delete',
      require: [{ stage: 'dba', count: 1, role: 'dba' }],
      level: 'signed',
      from: 'humans',
      ttl: '1m',
    },
  ],
}

/** An agent of Ada's that has sent a delete, and the request that waits for somebody. */
async function held() {
  const journal = memoryJournal()
  const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const login = idTokenApprover({
    name: 'login',
    issuer: issuer.url,
    clientId,
    people: ({ id }) => (['ann', 'ada'].includes(id) ? { roles: ['dba'], person: id } : undefined),
  })
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: jwtVerifier({
      ...options,
      clock: systemClock,
      roles: '/realm_access/roles',
      owners: { claim: '/owner', issuer: issuer.url },
      agentClass: { claim: '/class', values: { etl: 'etl' } },
    }),
    targets: [target],
    approvers: [login],
    journal,
  })
  open.push(guard)
  const iat = Math.floor(Date.now() / 1000)
  const token = await sign({ iat, exp: iat + 600, realm_access: { roles: ['agent'] }, owner: 'ada', class: 'etl' })
  const session = await guard.openSession({ token })
  const send = () => {
    const running = ask(sessionAccess(session, target), describeAs('delete')).then(verdict)
    return { running, request: waiting(guard) }
  }
  return { guard, journal, send, ...send() }
}

async function waiting(guard: Guard): Promise<ApprovalRequest> {
  await expect.poll(() => guard.approvals.pending().length).toBe(1)
  return guard.approvals.pending()[0]!
}

const nonceFor = ({ subject }: ApprovalRequest, dec: 'allow' | 'deny' = 'allow'): string =>
  statementNonce({ ...subject, dec })

describe('a person who logs in for a decision', () => {
  it.each([
    ['allow', 'permitted'],
    ['deny', 'ERR_APPROVAL_DENIED'],
  ] as const)('has decided: %s', async (decision, expected) => {
    const { guard, journal, request, running } = await held()
    const asked = await request
    const evidence = await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(asked, decision) })
    expect(await guard.approvals.submit(asked.id, evidence)).toEqual({ counted: true })
    expect(await running).toBe(expected)
    expect(journal.events.filter(({ type }) => type === 'action.intent')).toHaveLength(decision === 'allow' ? 1 : 0)
  })
})

describe('a login decides nothing', () => {
  it.each<readonly [string, (asked: ApprovalRequest) => Promise<string>, RegExp]>([
    ['without a nonce', () => idTokenOf(issuer.url, { who: 'ann' }), /no-evidence: .*nonce is missing/u],
    [
      'with the nonce of another request',
      ({ subject }) =>
        idTokenOf(issuer.url, { who: 'ann', nonce: statementNonce({ ...subject, req: 'q', dec: 'allow' }) }),
      /no-evidence: .*nonce is not that of a decision/u,
    ],
    [
      'of the person who is accountable for the agent',
      (asked) => idTokenOf(issuer.url, { who: 'ada', nonce: nonceFor(asked) }),
      /not-independent/u,
    ],
  ])('%s, and one with it still does', async (_what, make, reason) => {
    const { guard, request, running } = await held()
    const asked = await request
    const receipt = await guard.approvals.submit(asked.id, await make(asked))
    expect(receipt).toMatchObject({ counted: false, reason: expect.stringMatching(reason) as string })
    const evidence = await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(asked) })
    expect(await guard.approvals.submit(asked.id, evidence)).toEqual({ counted: true })
    expect(await running).toBe('permitted')
  })

  it('that was used for an action that ran already', async () => {
    const { guard, request, running, send } = await held()
    const asked = await request
    const evidence = await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(asked) })
    await guard.approvals.submit(asked.id, evidence)
    expect(await running).toBe('permitted')
    const again = send()
    const next = await again.request
    expect(await guard.approvals.submit(next.id, evidence)).toMatchObject({ counted: false })
    await guard.approvals.submit(next.id, await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(next, 'deny') }))
    expect(await again.running).toBe('ERR_APPROVAL_DENIED')
  })

  it('with the wrong password, and without the verifier of its challenge, because there is none', async () => {
    await expect(idTokenOf(issuer.url, { who: 'ann', password: 'ada-knows' })).rejects.toThrow('this is not you')
    const verifier = 'a'.repeat(43)
    await expect(idTokenOf(issuer.url, { who: 'ann', verifier })).rejects.toThrow('invalid_grant')
  })
})

/** Has the provider ask somebody on their device (CIBA Core 1.0, section 7). Answers the id of that. */
async function askOnDevice(who: string, more: Record<string, string>): Promise<string> {
  const response = await fetch(`${issuer.url}/backchannel`, {
    method: 'POST',
    headers: { authorization: basic },
    body: new URLSearchParams({ scope: 'openid', login_hint: who, max_age: '300', ...more }),
  })
  const answer = (await response.json()) as { readonly auth_req_id?: string }
  if (answer.auth_req_id === undefined) throw new Error(JSON.stringify(answer))
  return answer.auth_req_id
}

const answerFor = (id: string): Promise<string> => tokenFor(issuer.url, { grant_type: cibaGrant, auth_req_id: id })

describe('a person who is asked on a device (CIBA)', () => {
  it('has decided when the provider signs the nonce of the decision', async () => {
    const { guard, request, running } = await held()
    const asked = await request
    const shown = asked.subject.adh.slice(0, 12)
    const id = await askOnDevice('ann', { binding_message: shown, nonce: nonceFor(asked) })
    await expect(answerFor(id)).rejects.toThrow('authorization_pending')
    const [device] = issuer.devices
    expect(device?.params['binding_message']).toBe(shown)
    await issuer.decide(device!, 'yes')
    const evidence = await answerFor(id)
    expect(await guard.approvals.submit(asked.id, evidence)).toEqual({ counted: true })
    expect(await running).toBe('permitted')
    await expect(answerFor(id)).rejects.toThrow('invalid_grant')
  })

  it('has not when what they saw is not in what was signed', async () => {
    const { guard, request, running } = await held()
    const asked = await request
    const id = await askOnDevice('ann', { binding_message: asked.subject.adh.slice(0, 12) })
    await issuer.decide(issuer.devices[0]!, 'yes')
    const evidence = await answerFor(id)
    // The message is nowhere in the token; what is there of the request to the device is an id that the provider chose.
    expect(JSON.stringify(decodeJwt(evidence))).not.toContain(asked.subject.adh.slice(0, 12))
    expect(decodeJwt(evidence)).toMatchObject({ 'urn:openid:params:jwt:claim:auth_req_id': id })
    expect(await guard.approvals.submit(asked.id, evidence)).toMatchObject({
      counted: false,
      reason: expect.stringMatching(/no-evidence: .*nonce is missing/u) as string,
    })
    await guard.approvals.submit(asked.id, await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(asked, 'deny') }))
    expect(await running).toBe('ERR_APPROVAL_DENIED')
  })

  it('who says no there leaves the request to others: there is no token', async () => {
    const { guard, request, running } = await held()
    const asked = await request
    const id = await askOnDevice('ann', { nonce: nonceFor(asked) })
    await issuer.decide(issuer.devices[0]!, 'no')
    await expect(answerFor(id)).rejects.toThrow('access_denied')
    expect(guard.approvals.pending()).toHaveLength(1)
    await guard.approvals.submit(asked.id, await idTokenOf(issuer.url, { who: 'ann', nonce: nonceFor(asked) }))
    expect(await running).toBe('permitted')
  })
})
