import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import type { ApprovalRequest } from '../../src/approvals/approver.js'
import type { BothKeysError } from '../../src/errors.js'
import { actionProofCheck } from '../../src/identity/action-proof.js'
import { signAction } from '../../src/identity/sign-action.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { ActionProver, ProvableAction } from '../../src/model/provable-action.js'
import { actionDigest, provableText } from '../../src/model/provable-action.js'
import type { Session } from '../../src/session.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, answering, ask, bench, describeAs, person, verdict } from '../enforce/support.js'
import type { Client, ProvenBench } from './support.js'
import {
  accessOf,
  ann,
  bob,
  client,
  engine,
  nowS,
  parameters,
  proofOf,
  provenBench,
  send,
  statement,
} from './support.js'

/** How an agent signs that holds the key and the token, as the documentation says. */
function signing(of: Client, algorithm: 'ES256' | 'EdDSA' | 'Ed25519' = 'ES256', token?: string): ActionProver {
  const ofToken = token === undefined ? {} : { token }
  return (action) => signAction(action, { engine, keys: of, algorithm, ...ofToken, nowMs: nowS * 1000 })
}

const code = (step: Promise<unknown>): Promise<string> =>
  step.then(
    () => 'done',
    (error: unknown) => (error as BothKeysError).code,
  )

const intents = (on: ProvenBench): number => on.events.filter(({ type }) => type === 'action.intent').length

describe('an action of a session whose actions need proofs', () => {
  it.each(['ES256', 'EdDSA', 'Ed25519'] as const)('runs when %s signs it, each time anew', async (algorithm) => {
    const on = await provenBench()
    const carl = await client(algorithm)
    let asked = 0
    const sign = signing(carl, algorithm, carl.token)
    const session = await on.open((action, signal) => {
      asked++
      return sign(action, signal)
    }, carl)
    expect([await send(session), await send(session, 'read')]).toEqual(['permitted', 'permitted'])
    expect(asked).toBe(2)
    expect(on.events.find(({ type }) => type === 'session.open')).toMatchObject({ provenBy: carl.jkt })
    await on.guard.close()
  })

  it('is shown with the settings by which its target reads it, and with the state that they belong to', async () => {
    const on = await provenBench()
    const shown: unknown[] = []
    const session = await on.open(async (action) => {
      shown.push([action.settings, action.state])
      return proofOf(action)
    })
    const settings = { DateStyle: 'ISO, DMY' }
    const more = { parameters, settings, stateEpoch: 'e2' }
    expect(verdict(await ask(accessOf(session), statement, more))).toBe('permitted')
    expect(shown).toEqual([[settings, 'e2']])
    await on.guard.close()
  })

  it('is shown to whoever signs as it would run, and cannot be changed there', async () => {
    const on = await provenBench()
    const shown: ProvableAction[] = []
    const session = await on.open(async (action) => {
      shown.push(structuredClone(action))
      const proof = await proofOf(action)
      Object.assign(action.parameters[0] as object, { $bigint: '8' })
      return proof
    })
    const sent = [{ $bigint: '7' }, 'x']
    expect(verdict(await ask(accessOf(session), statement, { parameters: sent }))).toBe('permitted')
    expect(sent).toEqual(parameters)
    expect(shown).toEqual([
      {
        engine,
        session: session.id,
        run: session.principal.run.id,
        target: { name: 'db', kind: 'fake', identity: { host: 'here' } },
        operation: 'query',
        text: statement.text,
        parameters,
        settings: {},
        state: 'e1',
      },
    ])
    await on.guard.close()
  })

  it('needs a proof of its own: one works once, also for the same action at the same time', async () => {
    const on = await provenBench()
    const session = await on.open((action) => proofOf(action))
    const verdicts = await Promise.all(Array.from({ length: 32 }, () => send(session)))
    expect(verdicts.filter((one) => one === 'permitted')).toHaveLength(1)
    expect(verdicts.filter((one) => one === 'ERR_PROOF_INVALID')).toHaveLength(31)
    expect(intents(on)).toBe(1)
    await on.guard.close()
  })

  it('is not shown to people before it is proven', async () => {
    const asked: ApprovalRequest[] = []
    const yes = answering('allow', await person('grace'))
    const desk = {
      ...yes,
      ask: (request: ApprovalRequest, ...more: [never, never]) => {
        asked.push(request)
        return yes.ask(request, ...more)
      },
    }
    const on = await bench({ approvers: [desk] })
    let by = bob
    const session = await on.guard.openSession(
      { [unverifiedCredential]: { ...agent, key: ann.jkt } },
      { proveAction: (action) => signAction(action, { engine: 'bothkeys', keys: by, algorithm: 'ES256' }) },
    )
    const send = async (): Promise<string> =>
      verdict(await ask(sessionAccess(session, on.target), describeAs('delete')))
    expect(await send()).toBe('ERR_PROOF_INVALID')
    expect(asked).toEqual([])
    by = ann
    expect(await send()).toBe('permitted')
    expect(asked).toHaveLength(1)
    await on.guard.close()
  })

  it('costs a session nothing that needs none', async () => {
    const on = await bench()
    const { access } = await on.access()
    expect(access.admit({ ...shownRequest(), description: { ...statement, effects: [] } })).not.toBeInstanceOf(Promise)
    await on.guard.close()
  })
})

function shownRequest() {
  const { signal } = new AbortController()
  return { identity: {}, parameters: [], stateEpoch: 'e', inTransaction: false, signal }
}

describe('whoever should sign, and', () => {
  it.each<readonly [string, ActionProver, string]>([
    [
      'throws at once',
      () => {
        throw new Error('secret')
      },
      'ERR_PROOF_UNAVAILABLE',
    ],
    ['rejects', () => Promise.reject(new Error('secret')), 'ERR_PROOF_UNAVAILABLE'],
    ['rejects with nothing', () => Promise.reject(undefined as never), 'ERR_PROOF_UNAVAILABLE'],
    ['answers nothing', () => undefined as never, 'ERR_PROOF_UNAVAILABLE'],
    ['answers an empty text', () => '', 'ERR_PROOF_UNAVAILABLE'],
    ['answers something that is no text', () => ({ toString: () => 'x' }) as never, 'ERR_PROOF_UNAVAILABLE'],
    ['answers true', () => true as never, 'ERR_PROOF_UNAVAILABLE'],
    ['floods', () => 'x'.repeat(10_000_000), 'ERR_PROOF_INVALID'],
  ])('%s, lets nothing run and says nothing of why', async (_what, prover, expected) => {
    const on = await provenBench()
    const session = await on.open(prover)
    const admission = await ask(accessOf(session), statement)
    expect(admission).toMatchObject({ outcome: 'refused', refusal: { code: expected } })
    expect(JSON.stringify(admission)).not.toContain('secret')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: expected })
    expect(intents(on)).toBe(0)
    await on.guard.close()
  })

  it('never answers, lets nothing run when the deadline is over', async () => {
    // Opening a session has the same deadline.
    const on = await provenBench({ deadlineMs: 3_000 })
    const told: AbortSignal[] = []
    const session = await on.open((_action, signal) => {
      told.push(signal)
      return new Promise(() => undefined)
    })
    expect(await send(session)).toBe('ERR_DEADLINE')
    expect(told.map(({ aborted }) => aborted)).toEqual([true])
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_DEADLINE' })
    expect(intents(on)).toBe(0)
    await on.guard.close()
  })

  it('fails, is reported with the cause', async () => {
    const on = await provenBench()
    const cause = new Error('the agent is gone')
    const session = await on.open(() => Promise.reject(cause))
    await send(session)
    expect(on.failures).toEqual([cause])
    await on.guard.close()
  })

  it('answers after the end of the session or of the request, is told before, and lets nothing run', async () => {
    const on = await provenBench()
    const signals: AbortSignal[] = []
    const session = await on.open(async (action, signal) => {
      signals.push(signal)
      const proof = await proofOf(action)
      if (signals.length === 1) gaveUp.abort()
      else await session.close()
      return proof
    })
    const gaveUp = new AbortController()
    expect(verdict(await ask(accessOf(session), statement, { signal: gaveUp.signal }))).toBe('ERR_ABORTED')
    expect(await send(session)).toBe('ERR_SESSION_CLOSED')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(intents(on)).toBe(0)
    await on.guard.close()
  })

  it('answers after a revocation, lets nothing run', async () => {
    const on = await provenBench()
    const session = await on.open(async (action) => {
      await on.guard.revoke({ kind: 'session', id: session.id }, { reason: 'stolen' })
      return proofOf(action)
    })
    expect(await send(session)).toBe('ERR_REVOKED')
    expect(intents(on)).toBe(0)
    await on.guard.close()
  })
})

describe('proofs that were used', () => {
  const action: ProvableAction = {
    engine,
    session: 's',
    run: 'r',
    target: { name: 'db', kind: 'fake', identity: {} },
    operation: 'query',
    text: 'select 1',
    parameters: [],
    settings: {},
    state: '',
  }
  const purposeOf = (of: Client) => ({
    engine,
    session: 's',
    action: actionDigest(provableText(action)),
    key: of.jkt,
    tokenHash: undefined,
  })
  const made = (jti: string, of = ann, iat = nowS): Promise<string> =>
    proofOf(action, { jti, ath: undefined, iat, exp: iat + 30 }, { jwk: of.jwk }, of)

  it('are remembered until they have ended; when no more can be, nothing is accepted', async () => {
    const clock = fixedClock(nowS * 1000)
    const check = actionProofCheck(clock, 4)
    const use = async (jti: string, of = ann, iat = nowS): Promise<string> =>
      code(check(await made(jti, of, iat), purposeOf(of)))
    expect([await use('1'), await use('2')]).toEqual(['done', 'done'])
    expect(await use('3')).toBe('ERR_LIMIT_EXCEEDED')
    expect([await use('1', bob), await use('2', bob), await use('3', bob)]).toEqual([
      'done',
      'done',
      'ERR_LIMIT_EXCEEDED',
    ])
    expect(await use('1')).toBe('ERR_PROOF_INVALID')
    clock.advance(36_000)
    expect(await use('3', ann, nowS + 36)).toBe('ERR_LIMIT_EXCEEDED')
    clock.advance(1)
    expect(await use('3', ann, nowS + 36)).toBe('done')
  })

  it('do not become new when the clock is set back', async () => {
    const clock = fixedClock(nowS * 1000)
    const check = actionProofCheck(clock)
    clock.advance(30_000)
    expect(await code(check(await made('1'), purposeOf(ann)))).toBe('ERR_PROOF_INVALID')
    clock.setWall(nowS * 1000)
    expect(await code(check(await made('1'), purposeOf(ann)))).toBe('ERR_PROOF_INVALID')
  })

  it('may come from a clock that is ahead as far as it may be, and cannot be used twice then either', async () => {
    const clock = fixedClock(nowS * 1000)
    const check = actionProofCheck(clock)
    const early = await made('1', ann, nowS + 5)
    expect(await code(check(early, purposeOf(ann)))).toBe('done')
    clock.advance(34_999)
    expect(await code(check(early, purposeOf(ann)))).toBe('ERR_PROOF_INVALID')
  })

  it('of one session are worth nothing in another of the same key and token', async () => {
    const on = await provenBench()
    let proof = ''
    const first = await on.open(async (shown) => (proof = await proofOf(shown)))
    const second = await on.open(() => proof)
    expect(await send(first)).toBe('permitted')
    expect(await send(second)).toBe('ERR_PROOF_INVALID')
    await on.guard.close()
  })
})

describe('a sub-agent of a session whose actions need proofs', () => {
  const half = { roles: ['ingest'], ttlMs: 60_000 }

  it('needs them too, though nobody says so', async () => {
    const on = await provenBench()
    const sessions: string[] = []
    const session = await on.open((action) => {
      sessions.push(action.session)
      return sessions.length === 1 ? 'nothing' : proofOf(action)
    })
    const child = await session.delegate(half)
    expect([await send(child), await send(child)]).toEqual(['ERR_PROOF_INVALID', 'permitted'])
    expect(sessions).toEqual([child.id, child.id])
    await on.guard.close()
  })

  it('with a key of its own signs with that key, for no token', async () => {
    const on = await provenBench()
    const session = await on.open(signing(ann, 'ES256', ann.token))
    const child = (proveAction: ActionProver): Promise<Session> =>
      session.delegate({ ...half, key: bob.jkt, proveAction })
    expect(await send(await child(signing(bob)))).toBe('permitted')
    expect(await send(await child(signing(ann)))).toBe('ERR_PROOF_INVALID')
    expect(await send(await child(signing(bob, 'ES256', ann.token)))).toBe('ERR_PROOF_INVALID')
    const grandchild = await (await child(signing(bob))).delegate(half)
    expect(await send(grandchild)).toBe('permitted')
    await on.guard.close()
  })

  it('may have another signer for the same key', async () => {
    const on = await provenBench()
    const session = await on.open(() => 'nothing')
    const child = await session.delegate({ ...half, proveAction: signing(ann, 'ES256', ann.token) })
    expect([await send(session), await send(child)]).toEqual(['ERR_PROOF_INVALID', 'permitted'])
    await on.guard.close()
  })
})

describe('a session whose actions need proofs is not opened', () => {
  it('without a key, or for something that cannot sign', async () => {
    const on = await bench()
    const open = (claims: object, proveAction: unknown): Promise<string> =>
      code(
        on.guard.openSession(
          { [unverifiedCredential]: { ...agent, ...claims } },
          { proveAction: proveAction as never },
        ),
      )
    expect(await open({}, signing(ann))).toBe('ERR_CONFIG_INVALID')
    expect(await open({ key: ann.jkt }, 'a proof')).toBe('ERR_CONFIG_INVALID')
    expect(await open({ key: ann.jkt }, null)).toBe('ERR_CONFIG_INVALID')
    expect(on.events.filter(({ type }) => type === 'session.open')).toEqual([])
    expect(await open({ key: ann.jkt }, signing(ann))).toBe('done')
    const session = await on.guard.openSession({ [unverifiedCredential]: { ...agent, key: ann.jkt } })
    const half = { roles: ['agent'], ttlMs: 60_000 }
    expect(await code(session.delegate({ ...half, proveAction: signing(ann) }))).toBe('ERR_CONFIG_INVALID')
    expect(await code(session.delegate({ ...half, key: bob.jkt, proveAction: 7 as never }))).toBe('ERR_CONFIG_INVALID')
    await on.guard.close()
  })
})

describe('signAction', () => {
  it('signs nothing for another engine', async () => {
    const on = await provenBench()
    let refusal = ''
    const session = await on.open(async (action) => {
      refusal = await code(
        signAction(action, {
          engine: 'mine',
          keys: ann,
          algorithm: 'ES256',
        }),
      )
      return ''
    })
    await send(session)
    expect(refusal).toBe('ERR_CONFIG_INVALID')
    await on.guard.close()
  })
})
