import { afterEach, describe, expect, it } from 'vitest'
import type { Directory, DirectoryRecord } from '../../src/identity/directory.js'
import { simulate } from '../../src/lint/simulate.js'
import type { Effect } from '../../src/model/effect.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, asks, effect, human, people, startMs, verdict } from '../duties/support.js'
import { closeGuards, glassBench, glassPolicy, oncall, outage, sharedLedger } from '../glass/support.js'
import { grantBench, grantPolicy, threeWrites } from '../grants/support.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

afterEach(closeGuards)

const agents = 'https://agents.example'

/** A directory of people and agents by id, which a test may change. */
class Listed implements Directory {
  readonly records: Record<string, DirectoryRecord>

  constructor(records: Record<string, DirectoryRecord>) {
    this.records = records
  }

  resolve({ id }: { readonly id: string }): DirectoryRecord | undefined {
    return this.records[id]
  }

  list() {
    return Object.entries(this.records).map(([id, record]) => ({
      subject: { issuer: record.kind === 'human' ? people : agents, id },
      record,
    }))
  }
}

const person = (name: string, ...roles: readonly string[]): DirectoryRecord => ({
  kind: 'human',
  person: name,
  roles,
  disabled: false,
})

const bot = (owner: string, ...roles: readonly string[]): DirectoryRecord => ({
  kind: 'agent',
  owners: [{ issuer: people, id: owner }],
  agentClass: 'etl',
  roles,
  disabled: false,
})

const on = (...effects: readonly Effect[]) => ({ target: 'db', effects })
const writes = on(effect('write'))

describe('a simulated grant', () => {
  const staff = () => new Listed({ a1: bot('olga', 'worker'), olga: person('olga'), vera: person('vera', 'dba') })

  it('is the one of the session that would let the action through, and no use of it is taken', async () => {
    const bench = await grantBench({ directory: staff() })
    const session = await bench.start()
    expect(await bench.guard.simulate(session, writes)).toMatchObject({ outcome: 'held', grant: undefined })
    const grant = await session.requestGrant(threeWrites)
    const before = bench.events.length
    for (let times = 0; times < 5; times++)
      expect((await bench.guard.simulate(session, writes)).grant).toEqual({ id: grant.id, usesLeft: 3 })
    expect(bench.events.length).toBe(before)
    expect(grant.usesLeft).toBe(3)
    expect(await bench.tries(session, 'write')).toBe('permitted')
    expect((await bench.guard.simulate(session, writes)).grant).toEqual({ id: grant.id, usesLeft: 2 })
  })

  it('is none of another session, none for what it is not about, and none for what is refused or allowed', async () => {
    const bench = await grantBench({ directory: staff() })
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    const other = await bench.start()
    const grants = await Promise.all([
      bench.guard.simulate(other, writes),
      bench.guard.simulate(session, on(effect('delete'))),
      bench.guard.simulate(session, on(effect('write', 'table:public.other'))),
      bench.guard.simulate(session, on(effect('write', 'table:hr.t'))),
      bench.guard.simulate(session, on(effect('read'))),
    ])
    expect(grants.map(({ grant, outcome }) => [outcome, grant])).toEqual([
      ['held', undefined],
      ['held', undefined],
      ['held', undefined],
      ['refused', undefined],
      ['allowed', undefined],
    ])
  })

  it('is none once it is over, and that is neither noted nor made so by looking', async () => {
    const clock = fixedClock(startMs)
    // Of its own, so that what is over by the clock here is not over there.
    const ledger = sharedLedger(fixedClock(startMs))
    const directory = staff()
    const bench = await grantBench({ directory, ledger, clock })
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    directory.records['vera'] = person('vera')
    expect((await bench.guard.simulate(session, writes)).grant).toBeUndefined()
    directory.records['vera'] = person('vera', 'dba')
    expect((await bench.guard.simulate(session, writes)).grant).toMatchObject({ id: grant.id })
    const elsewhere = await grantBench({ directory, ledger, clock })
    await elsewhere.guard.grants.revoke(grant.id, { reason: 'told to' })
    expect((await bench.guard.simulate(session, writes)).grant).toBeUndefined()
    expect(bench.of('grant.ended')).toEqual([])
    const second = await session.requestGrant(threeWrites)
    clock.advance(600_000)
    expect((await bench.guard.simulate(session, writes)).grant).toBeUndefined()
    expect(bench.of('grant.ended')).toEqual([])
    expect(second.open).toBe(false)
  })

  it('is not guessed when the ledger fails', async () => {
    const clock = fixedClock(startMs)
    const inner = sharedLedger(clock)
    const state = { fails: false }
    const bench = await grantBench({
      directory: staff(),
      clock,
      ledger: {
        ...inner,
        get: (key) => {
          if (state.fails && key.startsWith('grant/')) throw new Error('down')
          return inner.get(key)
        },
      },
    })
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    state.fails = true
    await expect(bench.guard.simulate(session, writes)).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
  })
})

describe('simulated glass', () => {
  const policy = loadPolicy({ name: 'test', content: glassPolicy })
  const listed = new Listed({
    ada: person('ada', 'oncall'),
    bob: person('bob', 'oncall', 'auditor'),
    vera: person('vera', 'dba'),
    grace: person('grace', 'auditor'),
    robot: bot('vera', 'oncall'),
    runner: bot('vera', 'runbook'),
  })
  const glassOf = async (id: string, ...effects: readonly Effect[]) => {
    const issuer = listed.records[id]!.kind === 'human' ? people : agents
    const { glass } = await simulate(policy, { issuer, id }, on(...effects), listed.list())
    return glass.map(({ breakers, requester, rule }) => [rule, requester, breakers.map(({ account }) => account.id)])
  }

  it('is what each rule would let whom break for it: people where it says so, with the role, for its duties', async () => {
    expect(await glassOf('ada', effect('write'))).toEqual([
      ['G1', true, ['bob']],
      ['G2', false, ['runner']],
    ])
    expect(await glassOf('robot', effect('delete'))).toEqual([['G1', false, ['ada', 'bob']]])
    expect(await glassOf('ada', effect('define'))).toEqual([])
    expect(await glassOf('ada', effect('write'), effect('define'))).toEqual([])
    expect(await glassOf('ada', effect('write'), effect('read'))).toEqual([
      ['G1', true, ['bob']],
      ['G2', false, ['runner']],
    ])
  })

  it('is broken by nobody who may not do the action at all', async () => {
    const [first] = glassPolicy.breakGlass!
    const byAuditors = loadPolicy({
      name: 'test',
      content: { ...glassPolicy, breakGlass: [{ ...first!, role: 'auditor' }] },
    })
    const { glass } = await simulate(byAuditors, { issuer: people, id: 'ada' }, writes, listed.list())
    expect(glass).toMatchObject([{ requester: false, breakers: [{ account: { id: 'bob' } }] }])
    expect(glass[0]?.breakers).toHaveLength(1)
  })

  it('is none on a target that its rule is not for', async () => {
    const { glass } = await simulate(
      policy,
      { issuer: people, id: 'ada' },
      { ...writes, target: 'other' },
      listed.list(),
    )
    expect(glass).toEqual([])
  })

  it('is none for what is allowed or denied', async () => {
    expect(await glassOf('ada', effect('read'))).toEqual([])
    expect(await glassOf('ada', effect('write', 'table:hr.t'))).toEqual([])
  })

  it('knows the requester alone without people, and whom the directory took the role from', async () => {
    expect((await simulate(policy, oncall(), writes)).glass).toEqual([{ rule: 'G1', requester: true, breakers: [] }])
    const bench = await glassBench({ directory: listed })
    const session = await bench.open(oncall())
    expect((await bench.guard.simulate(session, writes)).glass[0]).toMatchObject({ rule: 'G1', requester: true })
    listed.records['ada'] = person('ada')
    expect((await bench.guard.simulate(session, writes)).glass[0]).toMatchObject({ rule: 'G1', requester: false })
    listed.records['ada'] = person('ada', 'oncall')
    expect(bench.told).toEqual([])
  })

  it('is broken by whom it says, and by nobody else', async () => {
    const bench = await glassBench({ directory: listed })
    const { glass } = await simulate(policy, { issuer: people, id: 'ada' }, writes, listed.list())
    const could = glass.flatMap(({ breakers, requester }) => [
      ...(requester ? ['ada'] : []),
      ...breakers.map(({ account }) => account.id),
    ])
    const did: string[] = []
    for (const [id, record] of Object.entries(listed.records)) {
      const roles = record.roles ?? []
      const principal = record.kind === 'human' ? human(id, roles) : agent({ id, ownedBy: 'vera', roles })
      const session = await bench.open(principal)
      if (await session.breakGlass(outage).catch(() => undefined)) did.push(id)
    }
    expect(could.toSorted()).toEqual(did.toSorted())
  })
})

describe('simulated approvers', () => {
  const chained: PolicyInput = {
    ...grantPolicy,
    roles: { ...grantPolicy.roles, dba: [{ target: ['db', 'other'], duty: ['approve', 'define'] }] },
    hold: [grantPolicy.hold![0]!],
    separate: { history: [{ id: 'C1', steps: ['request', 'approve', 'execute'], per: 'object', window: '24h' }] },
  }

  it('are not those who took another step of a chain on the same thing, and it is said which', async () => {
    const directory = new Listed({
      a1: bot('olga', 'worker'),
      olga: person('olga'),
      ann: person('ann', 'dba'),
      vera: person('vera', 'dba'),
      rita: person('rita', 'dba', 'worker'),
    })
    const bench = await grantBench({ directory, policy: chained })
    const session = await bench.start()
    const approvers = async (resource = 'table:public.t') => {
      const { approval } = await bench.guard.simulate(session, on(effect('write', resource)))
      return approval?.approvers.map(({ account }) => account.id)
    }
    expect(await approvers()).toEqual(['ann', 'vera', 'rita'])
    const ann = await bench.open(human('ann', ['dba']))
    expect(await bench.tries(ann, 'define')).toBe('permitted')
    const rita = await bench.open(human('rita', ['dba', 'worker']))
    expect(verdict(await asks(bench.access(rita), 'write'))).toBe('permitted')
    const before = bench.events.length
    expect(await approvers()).toEqual(['vera'])
    expect(await approvers('table:public.other')).toEqual(['ann', 'vera', 'rita'])
    const { approval } = await bench.guard.simulate(session, writes)
    expect(approval).toMatchObject({ quorum: 'possible', indispensable: [{ id: 'vera' }] })
    expect(approval?.leftOut).toMatchObject([
      {
        account: { id: 'ann' },
        reason: 'duty-conflict',
        rule: 'C1',
        why: expect.stringContaining('this is about approve, and execute came before'),
      },
      { account: { id: 'rita' }, why: expect.stringContaining('request came before') },
    ])
    expect(bench.events.length).toBe(before)
    // What was only looked at leaves nothing behind: she may still do her step.
    expect(await bench.tries(ann, 'define')).toBe('permitted')
    expect(verdict(await asks(bench.access(session), 'write'))).toBe('permitted')
    const vera = await bench.open(human('vera', ['dba']))
    expect(await bench.tries(vera, 'define')).toBe('ERR_DUTY_CONFLICT')
  })
})
