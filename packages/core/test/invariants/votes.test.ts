import { describe, expect, it } from 'vitest'
import type { Principal } from '../../src/model/principal.js'
import { fc } from '../properties.js'
import { human, stage, voting } from './support.js'

const policyOf = (
  stages: readonly { readonly role: string; readonly count: number }[],
): Readonly<Record<string, unknown>> => ({
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['write'] }],
    dba: [{ target: 'db', duty: 'approve' }],
    security: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'writes',
      duty: 'write',
      require: stages.map(({ count, role }) => ({ stage: role, count, role })),
      ttl: '1m',
    },
  ],
})

const agent = { kind: 'agent', subject: 'a', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const

type Ballot = readonly ['allow' | 'deny', Principal]

/** Whether the action ran when these votes came in this order. */
async function runs(stages: readonly { role: string; count: number }[], votes: readonly Ballot[]): Promise<boolean> {
  const on = await stage({ policy: policyOf(stages), approvers: [voting(votes)] })
  await on.attempt(await on.access(agent), 'write')
  await on.guard.close()
  return on.ran.length > 0
}

const stagesOf = fc.record({ dba: fc.integer({ min: 1, max: 2 }), security: fc.integer({ min: 0, max: 1 }) })

const seats = ({ dba, security }: { dba: number; security: number }): { role: string; count: number }[] =>
  [
    { role: 'dba', count: dba },
    { role: 'security', count: security },
  ].filter(({ count }) => count > 0)

/** Voters by the roles that they hold. */
const voters = fc.array(fc.constantFrom(['dba'], ['security'], ['dba', 'security'], []), { maxLength: 4 })

const people = (roles: readonly (readonly string[])[]): Promise<Principal[]> =>
  Promise.all(roles.map((held, index) => human(`person-${String(index)}`, held)))

describe('I14: the order of votes, and how often they come, decide nothing', () => {
  it('while nobody denies', async () => {
    await fc.assert(
      fc.asyncProperty(stagesOf, voters, fc.nat(), fc.boolean(), async (counts, roles, turn, twice) => {
        const votes = (await people(roles)).map((approver): Ballot => ['allow', approver])
        const at = votes.length === 0 ? 0 : turn % votes.length
        const rotated = [...votes.slice(at), ...votes.slice(0, at)].reverse()
        const delivered = twice ? rotated.flatMap((vote) => [vote, vote]) : rotated
        expect(await runs(seats(counts), delivered)).toBe(await runs(seats(counts), votes))
      }),
      { numRuns: 40 },
    )
  })

  it('when somebody eligible denies before the last key is turned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2), async (at) => {
        const [ann, bob, carl] = await people([['dba'], ['dba'], ['dba']])
        const votes: Ballot[] = [['allow', ann!]]
        const rest: Ballot[] = [['allow', bob!]]
        votes.splice(Math.min(at, votes.length), 0, ['deny', carl!])
        expect(await runs([{ role: 'dba', count: 2 }], [...votes, ...rest])).toBe(false)
      }),
      { numRuns: 10 },
    )
  })
})

describe('I13: more eligible keys never take away what was enough', () => {
  it('and a denial, or somebody who is not eligible, never gives what was not', async () => {
    await fc.assert(
      fc.asyncProperty(stagesOf, voters, async (counts, roles) => {
        const votes = (await people(roles)).map((approver): Ballot => ['allow', approver])
        const enough = await runs(seats(counts), votes)
        const more: Ballot = ['allow', await human('one-more', ['dba', 'security'])]
        if (enough) expect(await runs(seats(counts), [more, ...votes])).toBe(true)
        const denial: Ballot = ['deny', await human('denies', ['dba'])]
        expect(await runs(seats(counts), [denial, ...votes])).toBe(false)
        const stranger: Ballot = ['allow', await human('stranger', [])]
        expect(await runs(seats(counts), [...votes, stranger])).toBe(enough)
      }),
      { numRuns: 25 },
    )
  })
})

describe('I25: what can be approved gets approved', () => {
  it('exactly when every seat can be filled by a person of its own', async () => {
    let possible = 0
    await fc.assert(
      fc.asyncProperty(stagesOf, voters, async (counts, roles) => {
        const votes = (await people(roles)).map((approver): Ballot => ['allow', approver])
        // Hall's condition for two kinds of seats.
        const dba = roles.filter((held) => held.includes('dba' as never)).length
        const security = roles.filter((held) => held.includes('security' as never)).length
        const either = roles.filter((held) => held.length > 0).length
        const fits = dba >= counts.dba && security >= counts.security && either >= counts.dba + counts.security
        if (fits) possible += 1
        expect(await runs(seats(counts), votes)).toBe(fits)
      }),
      { numRuns: 60 },
    )
    expect(possible).toBeGreaterThan(5)
  })
})
