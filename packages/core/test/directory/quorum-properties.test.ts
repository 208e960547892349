import { describe, expect, it } from 'vitest'
import { assignStages } from '../../src/approvals/assignment.js'
import type { Candidate } from '../../src/approvals/eligibility.js'
import { linkedPrincipal } from '../../src/identity/make-principal.js'
import type { ApprovalStage } from '../../src/model/decision.js'
import type { Principal } from '../../src/model/principal.js'
import { agent, hold, human, people, requirement } from '../approvals/support.js'
import { fc } from '../properties.js'

const accountsOfEach = 3
const someone = fc.nat({ max: 3 })

interface Vote {
  readonly who: number
  readonly account: number
}

interface World {
  readonly owner: number
  readonly votes: readonly Vote[]
  /** Whether each person has the role `security` beside `dba`. */
  readonly security: readonly boolean[]
  readonly stages: readonly ApprovalStage[]
}

const stages: fc.Arbitrary<readonly ApprovalStage[]> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.nat({ max: 2 }))
  .map(([peers, security]) => [
    { stage: 'peer', count: peers, role: 'dba', independent: [] },
    ...(security === 0 ? [] : [{ stage: 'security', count: security, role: 'security', independent: [] }]),
  ])

const world: fc.Arbitrary<World> = fc.record({
  owner: someone,
  votes: fc.array(fc.record({ who: someone, account: fc.nat({ max: accountsOfEach - 1 }) }), { maxLength: 6 }),
  security: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  stages,
})

type Names = (name: string) => string
const asTheyAre: Names = (name) => name

/** A voter as the directory links them. Without `split` everybody has one account. */
function voter({ account, who }: Vote, split: boolean, names: Names): Principal {
  const ids = Array.from({ length: split ? accountsOfEach : 1 }, (_, index) =>
    names(`p${String(who)}-${String(index)}`),
  )
  const own = ids[split ? account : 0]!
  return linkedPrincipal(human(own), {
    person: names(`p${String(who)}`),
    aliases: ids.filter((id) => id !== own).map((id) => ({ issuer: people, id })),
    owners: [],
    agentClass: undefined,
    roles: [],
  })
}

/** Whether the votes of a world are enough. */
function isMet(one: World, split: boolean, names: Names = asTheyAre, owned = true): boolean {
  const owner = voter({ who: one.owner, account: 0 }, split, names)
  const owners = [owner.subject, ...owner.aliases]
  const requester = agent(names('etl'), { owners: owned ? owners : undefined })
  const votes = one.votes.map((vote): Candidate => ({
    approver: voter(vote, split, names),
    roles: one.security[vote.who] === true ? ['dba', 'security'] : ['dba'],
  }))
  const asked = hold({ requester, requirement: requirement({ stages: one.stages }) })
  return assignStages(asked, votes) !== undefined
}

describe('a quorum', () => {
  it('I15: that people with one account do not make, they do not make with linked ones', () => {
    let metBoth = 0
    fc.assert(
      fc.property(world, (one) => {
        const split = isMet(one, true)
        if (split) metBoth++
        expect(isMet(one, false) || !split).toBe(true)
      }),
    )
    expect(metBoth).toBeGreaterThan(0)
  })

  it('I15: is the same whatever everybody is called', () => {
    fc.assert(
      fc.property(world, fc.boolean(), fc.integer({ min: 1, max: 9 }), (one, split, suffix) => {
        const names: Names = (name) => `${name}.${String(suffix)}`
        expect(isMet(one, split, names)).toBe(isMet(one, split))
      }),
    )
  })

  it('I13: that is made is not lost by one more yes', () => {
    fc.assert(
      fc.property(world, someone, fc.nat({ max: accountsOfEach - 1 }), fc.boolean(), (one, who, account, split) => {
        const more = { ...one, votes: [...one.votes, { who, account }] }
        expect(isMet(more, split) || !isMet(one, split)).toBe(true)
      }),
    )
  })

  it('I14: is the same in whatever order people say yes', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (one, split) => {
        expect(isMet({ ...one, votes: one.votes.toReversed() }, split)).toBe(isMet(one, split))
      }),
    )
  })

  it('I18: is never made for an agent of which nobody knows the owner', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (one, split) => {
        expect(isMet(one, split, asTheyAre, false)).toBe(false)
      }),
    )
  })

  it('I4: has the owner in it in none of their accounts', () => {
    fc.assert(
      fc.property(world, (one) => {
        const others = { ...one, votes: one.votes.filter(({ who }) => who !== one.owner) }
        expect(isMet(others, true)).toBe(isMet(one, true))
      }),
    )
  })
})
