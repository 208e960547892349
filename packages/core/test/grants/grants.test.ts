import { afterEach, describe, expect, it } from 'vitest'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, asks, effect, hourMs, human, startMs, verdict } from '../duties/support.js'
import { closeGuards } from '../glass/support.js'
import type { GrantOptions } from '../../src/grants/grant-options.js'
import { grantBench, grantCode, grantPolicy, heldWrites, threeWrites, triesOf } from './support.js'

afterEach(closeGuards)

describe('a grant', () => {
  it('lets through what people granted, as often as they did, and asks them again then', async () => {
    const on = await grantBench()
    const session = await on.start()
    expect(await on.tries(session, 'write')).toBe('held')
    const grant = await session.requestGrant(threeWrites)
    expect([grant.open, grant.usesLeft]).toEqual([true, 3])
    expect(await triesOf(on, session, ['write', 'write', 'write', 'write'])).toEqual([
      'permitted',
      'permitted',
      'permitted',
      'held',
    ])
    expect([grant.open, grant.usesLeft]).toEqual([false, 0])
  })

  it('is on record with who gave it, and each use with its number', async () => {
    const on = await grantBench()
    const session = await on.start()
    const grant = await session.requestGrant(threeWrites)
    await triesOf(on, session, ['write', 'write'])
    await grant.giveBack()
    expect(on.of('grant.given')).toMatchObject([
      {
        id: grant.id,
        session: session.id,
        duties: ['write'],
        resources: ['table:public.t'],
        uses: 3,
        until: new Date(startMs + 600_000).toISOString(),
        rules: ['H1'],
        approval: { request: grant.id, votes: [{ stage: 'peer' }] },
      },
    ])
    expect(on.of('action.intent').map((event) => event['grant'])).toEqual([
      undefined,
      { id: grant.id, use: 1 },
      { id: grant.id, use: 2 },
    ])
    expect(on.of('grant.ended')).toMatchObject([{ grant: grant.id, end: 'given-back' }])
  })

  it('is shown as a grant: what, how often, how long, whose and why', async () => {
    const on = await grantBench()
    const session = await on.start()
    let view = ''
    on.people.who = human('vera', ['dba'])
    on.guard.on('held', () => {
      view = on.guard.approvals.pending()[0]?.view.text ?? ''
    })
    await session.requestGrant({ ...threeWrites, when: { unbounded: false }, maxAffected: 7 })
    for (const words of [
      'A GRANT, NOT ONE ACTION',
      'adds or changes rows of public.t',
      'at most 3 times',
      '10 minutes',
      session.id,
      'backfill',
      'at most 7 changed',
      'unbounded',
    ])
      expect(view).toContain(words)
  })

  it('is given by those who may approve such an action alone', async () => {
    const on = await grantBench()
    const session = await on.start()
    on.people.who = human('vera', ['worker'])
    const asked = session.requestGrant(threeWrites)
    await expect.poll(() => on.people.receipts).toEqual(['no-role'])
    await session.close()
    expect(await grantCode(asked)).toBe('ERR_APPROVAL_WITHDRAWN')
    on.people.who = human('olga', ['dba'])
    const again = await on.start()
    const asker = again.requestGrant(threeWrites)
    await expect.poll(() => on.people.receipts).toEqual(['no-role', 'not-independent: person'])
    await again.close()
    expect(await grantCode(asker)).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(on.of('grant.given')).toEqual([])
  })

  it.each<[string, Partial<GrantOptions>, string]>([
    ['more uses than the rule says', { uses: 21 }, 'ERR_GRANT_REFUSED'],
    ['more time than the rule says', { ttlMs: hourMs + 1 }, 'ERR_GRANT_REFUSED'],
    ['what is held under a rule without grant', { duty: 'define' }, 'ERR_GRANT_REFUSED'],
    ['something beside what may be granted', { duty: ['write', 'define'] }, 'ERR_GRANT_REFUSED'],
    ['what is not held', { duty: 'read' }, 'ERR_GRANT_REFUSED'],
    ['a target that nobody has', { target: 'none' }, 'ERR_GRANT_REFUSED'],
    ['a target that it never spoke to', { target: 'other' }, 'ERR_GRANT_REFUSED'],
    ['what is denied', { resource: 'table:hr.salaries' }, 'ERR_DENIED'],
    ['what no role allows', { duty: 'execute' }, 'ERR_DENIED'],
  ])('is not even asked about: %s', async (_what, change, code) => {
    const on = await grantBench()
    const session = await on.start()
    expect(await grantCode(session.requestGrant({ ...threeWrites, ...change }))).toBe(code)
    expect(on.people.receipts).toEqual([])
    expect(on.of('approval.requested')).toEqual([])
    expect(on.of('grant.refused')).toMatchObject([{ code }])
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it.each<[string, object]>([
    ['opaque', { duty: 'opaque' }],
    ['a duty of the guard', { duty: 'approve' }],
    ['who may do what from then on', { duty: ['write', 'grant'] }],
    ['no duty', { duty: [] }],
    ['a wildcard', { resource: 'table:public.*' }],
    ['no resource', { resource: [] }],
    ['too many resources', { resource: Array.from({ length: 21 }, (_none, at) => `table:public.t${String(at)}`) }],
    ['unseen data', { when: { payload: 'unbound' } }],
    ['a list as a value', { when: { columns: ['a'] } }],
    ['no uses', { uses: 0 }],
    ['half a use', { uses: 1.5 }],
    ['more uses than any policy gives', { uses: 1_001 }],
    ['no time', { ttlMs: 0 }],
    ['more than a day', { ttlMs: 24 * hourMs + 1 }],
    ['no rows', { maxAffected: 0 }],
    ['two lines of reason', { reason: 'a\nb' }],
    ['an unknown option', { forever: true }],
  ])('cannot be asked for with %s', async (_what, change) => {
    const on = await grantBench()
    const session = await on.start()
    expect(await grantCode(session.requestGrant({ ...threeWrites, ...change }))).toBe('ERR_CONFIG_INVALID')
  })

  it('covers each effect of an action, or what is beside it is allowed anyway', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, uses: 20 })
    const t = effect('write')
    expect(
      await triesOf(on, session, [
        [t, effect('read', 'table:x.x')],
        [t, t],
        [t, effect('write', 'table:public.u')],
        [t, effect('delete')],
        [t, effect('define')],
        [effect('write', 'table:public.u')],
        [t, effect('write', 'table:hr.salaries')],
        [t, { ...t, attributes: { payload: 'unbound' } }],
        [t, { duty: 'opaque', resource: 'statement:x', attributes: {} }],
      ]),
    ).toEqual(['permitted', 'permitted', 'held', 'held', 'held', 'held', 'ERR_DENIED', 'ERR_DENIED', 'ERR_DENIED'])
  })

  it('covers effects with exactly the attributes that it names', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, uses: 20, when: { unbounded: false, columns: 'a' } })
    const write = (attributes: object) => [{ ...effect('write'), attributes: { ...attributes } }]
    expect(
      await triesOf(on, session, [
        write({ unbounded: false, columns: ['a', 'a'] }),
        write({ unbounded: false, columns: 'a', more: 1 }),
        write({ unbounded: true, columns: 'a' }),
        write({ columns: 'a' }),
        write({ unbounded: false, columns: ['a', 'b'] }),
        write({ unbounded: false, columns: [] }),
      ]),
    ).toEqual(['permitted', 'permitted', 'held', 'held', 'held', 'held'])
  })

  it('never covers data that nobody saw, also where a rule lets people approve it', async () => {
    const policy: PolicyInput = {
      ...grantPolicy,
      roles: {
        ...grantPolicy.roles,
        worker: [
          { target: 'db', duty: ['read', 'write'] },
          { target: 'db', duty: 'write', when: { payload: ['unbound', 'seen'] } },
        ],
      },
      hold: [heldWrites, { ...heldWrites, id: 'H3', when: { payload: ['unbound', 'seen'] } }],
    }
    const on = await grantBench({ policy })
    const session = await on.start()
    await session.requestGrant(threeWrites)
    expect(await on.tries(session, [{ ...effect('write'), attributes: { payload: 'unbound' } }])).toBe('held')
  })

  it('counts for a hold rule only when people were asked under it', async () => {
    const policy: PolicyInput = {
      ...grantPolicy,
      hold: [heldWrites, { ...heldWrites, id: 'H3', when: { cascade: true } }],
    }
    const on = await grantBench({ policy })
    const session = await on.start()
    const cascade = [{ ...effect('write'), attributes: { cascade: true } }]
    await session.requestGrant(threeWrites)
    expect(await triesOf(on, session, ['write', cascade])).toEqual(['permitted', 'held'])
    await session.requestGrant({ ...threeWrites, when: { cascade: true } })
    expect(await on.tries(session, cascade)).toBe('permitted')
  })

  it('needs the caps of every rule that holds it', async () => {
    const policy: PolicyInput = {
      ...grantPolicy,
      hold: [heldWrites, { ...heldWrites, id: 'H3', grant: { uses: 2, ttl: '1h' } }],
    }
    const on = await grantBench({ policy })
    const session = await on.start()
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_GRANT_REFUSED')
    expect(await grantCode(session.requestGrant({ ...threeWrites, uses: 2 }))).toBe('given')
  })

  it('is of one session: not of another of the same agent, nor of a sub-agent, nor of another agent', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant(threeWrites)
    const child = await session.delegate({ roles: ['worker'], ttlMs: 60_000 })
    expect(await on.tries(child, 'write')).toBe('held')
    expect(await on.tries(await on.start(), 'write')).toBe('held')
    expect(await on.tries(await on.start(agent({ id: 'a2', runRoot: 'run-of-a1' })), 'write')).toBe('held')
    expect(await on.tries(session, 'write')).toBe('permitted')
  })

  it('is for the target as it was when people were asked', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant(threeWrites)
    const admit = async (host: string, name = 'db') => {
      const gaveUp = new AbortController()
      const stop = on.guard.on('held', () => {
        gaveUp.abort()
      })
      const admission = await on.access(session, name).admit({
        identity: { host },
        description: { operation: 'query', text: 'x', recordedText: 'x', effects: [effect('write')] },
        parameters: [],
        stateEpoch: '1',
        inTransaction: true,
        signal: gaveUp.signal,
      })
      stop()
      return verdict(admission)
    }
    expect(await admit('there')).toBe('ERR_HOLD_IN_TRANSACTION')
    expect(await admit('here', 'other')).toBe('ERR_HOLD_IN_TRANSACTION')
    expect(await admit('here')).toBe('permitted')
  })

  it('bounds the rows of each action, and is no use to a door that cannot count them', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, maxAffected: 5 })
    expect(await on.tries(session, 'write')).toBe('held')
    const admission = await on.access(session).admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'x', recordedText: 'x', effects: [effect('write')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      countsAffected: true,
      signal: new AbortController().signal,
    })
    expect(admission.outcome === 'permitted' && admission.permit.maxAffected).toBe(5)
    expect(on.of('action.intent').at(-1)).toMatchObject({ decision: { maxAffected: 5 } })
  })

  it('cannot be asked for with more rows than the rule says, and has the bound of the rule else', async () => {
    const on = await grantBench({ policy: { ...grantPolicy, hold: [{ ...heldWrites, maxAffected: 9 }] } })
    const session = await on.start()
    expect(await grantCode(session.requestGrant({ ...threeWrites, maxAffected: 10 }))).toBe('ERR_GRANT_REFUSED')
    await session.requestGrant(threeWrites)
    expect(on.of('grant.given')).toMatchObject([{ maxAffected: 9 }])
  })

  it('lifts no limit and no separation of duties', async () => {
    const on = await grantBench({
      policy: {
        ...grantPolicy,
        limits: [{ role: 'worker', duty: 'write', statements: '2/h' }],
        separate: { dynamic: [{ id: 'D1', duties: ['write', 'delete'], max: 1, per: 'target', window: '24h' }] },
      },
    })
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, duty: ['write', 'delete'], uses: 9 })
    expect(await triesOf(on, session, ['write', 'delete', 'write', 'write'])).toEqual([
      'permitted',
      'ERR_DUTY_CONFLICT',
      'permitted',
      'ERR_LIMIT_EXCEEDED',
    ])
    expect(
      on.of('action.intent').flatMap((event) => (event['grant'] as { use?: number } | undefined)?.use ?? []),
    ).toEqual([1, 2])
  })

  it('has what runs under it on disk first, also where the policy says otherwise', async () => {
    const policy = { ...grantPolicy, record: [{ id: 'R', duty: ['write', 'read'], durability: 'written' }] } as const
    const on = await grantBench({ policy })
    const session = await on.start()
    await session.requestGrant(threeWrites)
    on.steps.length = 0
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(on.steps.filter((step) => step.startsWith('append:action.intent'))).toEqual(['append:action.intent:synced'])
  })

  it('is not more than twenty of one session', async () => {
    const on = await grantBench()
    const session = await on.start()
    for (let given = 0; given < 20; given++) await session.requestGrant({ ...threeWrites, reason: String(given) })
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('gives 64 that try at once no more uses than it has', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, uses: 7 })
    on.people.who = human('nobody', [])
    const gaveUp = new AbortController()
    const all = Array.from({ length: 64 }, () => asks(on.access(session), 'write', gaveUp.signal))
    await expect.poll(() => on.of('grant.ended').length).toBe(1)
    gaveUp.abort()
    const outcomes = (await Promise.all(all)).map(verdict)
    expect(outcomes.filter((each) => each === 'permitted')).toHaveLength(7)
    const uses = on.of('action.intent').flatMap((event) => (event['grant'] as { use?: number } | undefined)?.use ?? [])
    expect(uses.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })
})
