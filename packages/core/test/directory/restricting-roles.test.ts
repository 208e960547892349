import { describe, expect, it } from 'vitest'
import { actorFragment, principalFragment } from '../../src/identity/principal-fragment.js'
import type { Directory } from '../../src/identity/directory.js'
import { standingsIn } from '../../src/identity/standing.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { DutyBench, DutyBenchOptions } from '../duties/support.js'
import { agent, dutyBench, hourMs, human, people, verdict, YesOf } from '../duties/support.js'
import { lastingJournal } from '../lasting-journal.js'

const everything = { target: 'db', duty: ['read', 'write', 'delete', 'define'] } as const
const policy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [everything],
    junior: [everything],
    contractor: [{ target: 'db', duty: 'read' }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  deny: [
    { id: 'D', duty: 'delete', roles: ['contractor'] },
    { id: 'not-for-contractors', duty: 'approve', roles: ['contractor'] },
  ],
  hold: [
    { id: 'H', duty: 'write', roles: ['junior'], require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' },
    { id: 'H2', duty: 'define', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' },
  ],
  separate: { static: [{ id: 'S', roles: ['junior', 'dba'], max: 1 }] },
  limits: [{ id: 'L', role: 'junior', duty: 'read', statements: '1/h' }],
}

const restrictions = ['contractor', 'junior']

/** Gives every agent these roles, and people theirs. */
function listing(roles: readonly string[], ofPeople: readonly string[] = ['dba']): Directory {
  return {
    resolve: ({ id, issuer }) =>
      issuer === people
        ? { kind: 'human', person: id, roles: ofPeople, disabled: false }
        : { kind: 'agent', owners: [{ issuer: people, id: 'olga' }], roles, disabled: false },
  }
}

const narrow = agent({ id: 'worker' })
const wide = agent({ id: 'worker', roles: ['worker', ...restrictions] })

function restricted(more: Partial<DutyBenchOptions> = {}): Promise<DutyBench> {
  return dutyBench({ policy, directory: listing(['worker', ...restrictions]), ...more })
}

describe.each<readonly [string, Principal, Directory]>([
  ['the directory', narrow, listing(['worker', ...restrictions])],
  ['the token', wide, listing(['worker'])],
])('a role that only %s says', (_where, who, directory) => {
  const open = (): Promise<DutyBench> => dutyBench({ policy, directory })

  it('gives nothing', async () => {
    const session = await (await open()).session(who)
    expect(session.principal.roles).toEqual(['worker'])
  })

  it('denies', async () => {
    const on = await open()
    expect(await on.does(who, 'delete')).toMatchObject({ refusal: { code: 'ERR_DENIED', rules: ['D'] } })
    const access = await on.open(who)
    const effects = [{ duty: 'delete', resource: 'table:public.t', attributes: {} }] as const
    expect(access.preview({ operation: 'query', text: '', recordedText: '', effects })).toMatchObject({ rules: ['D'] })
    expect(access.duties()).toEqual(new Set(['read', 'write', 'define']))
  })

  it('holds', async () => {
    expect(verdict(await (await open()).does(who, 'write'))).toBe('ERR_APPROVAL_UNAVAILABLE')
  })

  it('is counted by a limit', async () => {
    const on = await open()
    expect(verdict(await on.does(who, 'read'))).toBe('permitted')
    expect(await on.does(who, 'read')).toMatchObject({ refusal: { code: 'ERR_LIMIT_EXCEEDED', rules: ['L'] } })
    on.clock.advance(2 * hourMs)
    expect(verdict(await on.does(who, 'read'))).toBe('permitted')
  })

  it('is kept apart from others', async () => {
    const on = await open()
    await on.open(who)
    await expect(on.open(human('olga'))).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT', rules: ['S'] })
  })

  it('restricts what was delegated, by whichever session', async () => {
    const on = await open()
    const session = await on.session(who)
    const child = await session.delegate({ roles: ['worker'], ttlMs: 60_000 })
    const grandchild = await child.delegate({ roles: [], ttlMs: 30_000 })
    for (const { principal } of [child, grandchild])
      expect(new Set(principal.restrictingRoles)).toEqual(new Set(['worker', ...restrictions]))
    await on.guard.close()
  })

  it('is simulated and explained', async () => {
    const on = await open()
    const session = await on.session(who)
    const effects = [{ duty: 'delete', resource: 'table:public.t', attributes: {} }] as const
    const found = await on.guard.simulate(session, { target: 'db', effects })
    expect(found).toMatchObject({ outcome: 'refused', explanation: { effects: [{ deniedBy: ['D'] }] } })
    const speaks = found.explanation.trace.flatMap(({ applies, rule }) => (applies ? rule : []))
    expect(speaks).toEqual(expect.arrayContaining(['D', 'S']))
    const read = [{ duty: 'read', resource: 'table:public.t', attributes: {} }] as const
    expect((await on.guard.simulate(session, { target: 'db', effects: read })).counted.limits).toEqual(['L'])
  })
})

describe('a role that restricts without giving anything', () => {
  it('is on record and in what is digested, and is left out where there is none', async () => {
    const now = standingsIn(listing(['worker', 'junior']), 1_000)
    const { principal } = await now(narrow, false)
    for (const fragment of [principalFragment, actorFragment])
      expect(JSON.parse(fragment(principal).text)).toMatchObject({
        roles: ['worker'],
        restrictingRoles: ['worker', 'junior'],
      })
    expect(JSON.parse(actorFragment(narrow).text)).not.toHaveProperty('restrictingRoles')
    expect(narrow.restrictingRoles).toBe(narrow.roles)
  })

  it('still restricts when the directory no longer says it, until a new session is opened', async () => {
    const { principal } = await standingsIn(listing(['worker', 'junior']), 1_000)(narrow, false)
    const { principal: later } = await standingsIn(listing(['worker', 'contractor']), 1_000)(principal, true)
    expect(later.restrictingRoles).toEqual(['worker', 'junior', 'contractor'])
    expect(Object.isFrozen(later.restrictingRoles)).toBe(true)
  })

  it('is counted after a restart', async () => {
    const journal = lastingJournal()
    const first = await restricted({ journal })
    expect(verdict(await first.does(narrow, 'read'))).toBe('permitted')
    await first.guard.close()
    const second = await restricted({ journal })
    expect(verdict(await second.does(narrow, 'read'))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('is kept apart after a restart', async () => {
    const journal = lastingJournal()
    const first = await restricted({ journal })
    await first.open(narrow)
    await first.guard.close()
    const second = await restricted({ journal })
    await expect(second.open(human('olga'))).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT', rules: ['S'] })
  })
})

describe('somebody who approves', () => {
  const asking = agent({ id: 'worker' })
  const approvedBy = async (who: Principal): Promise<unknown> => {
    const yes = new YesOf(who)
    const on = await dutyBench({ policy, directory: listing(['worker']), approvers: [yes] })
    return verdict(await on.does(asking, 'define'))
  }

  it('is denied it for a role that only their token has', async () => {
    expect(await approvedBy(human('ann'))).toBe('permitted')
    expect(await approvedBy(human('ann', ['dba', 'contractor']))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it('is kept from it by a role that only their token has, also after a restart', async () => {
    expect(await approvedBy(human('ann', ['dba', 'junior']))).toBe('ERR_APPROVAL_INELIGIBLE')
    const journal = lastingJournal()
    const apart: PolicyInput = {
      ...policy,
      separate: { static: [{ id: 'S', roles: ['junior', 'contractor'], max: 1 }] },
    }
    const directory = listing(['worker'])
    const yes = new YesOf(human('ann', ['dba', 'junior']))
    const first = await dutyBench({ policy: apart, directory, journal, approvers: [yes] })
    expect(verdict(await first.does(asking, 'define'))).toBe('permitted')
    await first.guard.close()
    const second = await dutyBench({ policy: apart, directory, journal })
    await expect(second.open(human('ann', ['contractor']))).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
  })
})
