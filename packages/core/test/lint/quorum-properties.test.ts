import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import { lint } from '../../src/lint/lint.js'
import type { Effect } from '../../src/model/effect.js'
import { loadPolicy } from '../../src/policy/load.js'
import { fc } from '../properties.js'
import { runsWith } from './real-quorum.js'
import { agent, person } from './support.js'

interface World {
  readonly people: readonly {
    readonly roles: readonly string[]
    readonly accounts: number
    readonly disabled: boolean
  }[]
  readonly agents: readonly {
    readonly owners: readonly number[]
    readonly roles: readonly string[]
    readonly shared: boolean
  }[]
  /** Who owns the requester. */
  readonly owner: number
  readonly stages: readonly { readonly count: number; readonly role: string; readonly loose: boolean }[]
  readonly from: 'humans' | 'anyone'
  readonly ownerMayApprove: boolean
  readonly approverMustHold: boolean
}

const roles = fc.subarray(['dba', 'security', 'worker'])
const who = fc.nat({ max: 2 })

const world: fc.Arbitrary<World> = fc.record({
  people: fc.array(fc.record({ roles, accounts: fc.integer({ min: 1, max: 2 }), disabled: fc.boolean() }), {
    minLength: 3,
    maxLength: 4,
  }),
  agents: fc.array(
    fc.record({ owners: fc.uniqueArray(who, { minLength: 1, maxLength: 2 }), roles, shared: fc.boolean() }),
    {
      maxLength: 2,
    },
  ),
  owner: who,
  stages: fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 2 }), role: fc.constantFrom('dba', 'security'), loose: fc.boolean() }),
    { minLength: 1, maxLength: 2 },
  ),
  from: fc.constantFrom('humans', 'anyone'),
  ownerMayApprove: fc.boolean(),
  approverMustHold: fc.boolean(),
})

const effects: readonly Effect[] = [{ duty: 'delete', resource: 'table:public.t', attributes: {} }]

function policyText({ approverMustHold, from, ownerMayApprove, stages }: World): string {
  const require = stages.map(
    ({ count, loose, role }, index) =>
      `{ stage: s${String(index)}, count: ${String(count)}, role: ${role}${loose ? ', independent: [subject]' : ''} }`,
  )
  return `version: 1
targets: { db: { kind: fake } }
roles:
  worker: [{ target: db, duty: [read, delete] }]
  dba: [{ target: db, duty: approve }, { target: db, duty: delete }]
  security: [{ target: db, duty: approve }]
hold:
  - id: H1
    duty: delete
    require: [${require.join(', ')}]
    ttl: 15m
    from: ${from}
    requester: { ownerMayApprove: ${String(ownerMayApprove)} }
    approverMustHold: ${String(approverMustHold)}
`
}

/** The requester first: an agent that may delete and approves nothing. */
function peopleOf({ agents, owner, people }: World): readonly [DirectoryEntry, ...DirectoryEntry[]] {
  const ownerName = (index: number): string => `p${String(index)}`
  return [
    agent('etl', [ownerName(owner)], ['worker']),
    ...people.flatMap((each, index) => {
      const name = ownerName(index)
      const accounts = each.accounts === 2 ? [name, `${name}-2`] : [name]
      // The owner is somebody: who is owned by nobody opens no session.
      return person(name, each.roles, accounts, { disabled: each.disabled && index !== owner })
    }),
    ...agents.map((each, index) =>
      agent(`a${String(index)}`, each.owners.map(ownerName), each.roles, {
        agentClass: each.shared ? 'etl' : `c${String(index)}`,
      }),
    ),
  ]
}

const troubles = ['quorum-unmeetable', 'approvers-not-independent']

describe('lint', () => {
  it('finds a quorum that cannot be made, or not without somebody, exactly where a real guard does not get one', async () => {
    const seen = { met: 0, unmeetable: 0, fragile: 0, resilient: 0 }
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        const content = policyText(one)
        const people = peopleOf(one)
        const [requester] = people
        const others = people.slice(1)
        const findings = await lint(loadPolicy({ name: 'test', content }), people)
        const own = findings
          .filter(({ accounts }) => accounts.some(({ id }) => id === requester.subject.id))
          .map(({ code }) => code)
        const isMet = await runsWith(content, people, requester, effects, others)
        expect(own.some((code) => troubles.includes(code))).toBe(!isMet)
        seen[isMet ? 'met' : 'unmeetable']++
        if (!isMet) return
        // Whoever is absent is absent with every account; an agent is absent alone.
        const names = new Set(others.map(({ record, subject }) => record.person ?? subject.id))
        const without = await Promise.all(
          [...names].map((absent) =>
            runsWith(
              content,
              people,
              requester,
              effects,
              others.filter(({ record, subject }) => (record.person ?? subject.id) !== absent),
            ),
          ),
        )
        const isResilient = without.every(Boolean)
        expect(own.includes('quorum-fragile')).toBe(!isResilient)
        seen[isResilient ? 'resilient' : 'fragile']++
      }),
      { numRuns: 70 },
    )
    expect(Object.entries(seen).filter(([, count]) => count < 4)).toEqual([])
  })
})
