import type { GuardedTarget } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { Description, SessionAccess } from '@bothkeys/core/adapter'
import { sessionAccess } from '@bothkeys/core/adapter'
import { memoryJournal } from '@bothkeys/core/testing'
import { interleave } from '../interleave.js'
import { shopPolicy } from '../policy.js'
import { estimate } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { microsText, verdict } from '../table.js'

const decisionsPerRun = 1_000

/** `decide` on a compiled policy. */
export const decide: Benchmark = {
  name: 'decide',
  async measure({ rounds }) {
    const small = await accessUnder(10)
    const large = await accessUnder(1_000)
    const samples = await interleave(
      [
        { name: 'small', run: () => decideMany(small) },
        { name: 'large', run: () => decideMany(large) },
      ],
      { rounds, turns: 10, perTurn: 10 },
    )
    return {
      title: 'decide',
      method: `Reads and joins of 64 different tables, through \`SessionAccess.preview\`, which adds a look-up of the target. Medians over ${String(rounds)} rounds of ${String(100 * decisionsPerRun)} decisions.`,
      rows: [row('decide, 10 rules', samples.small, 3), row('decide, 1,000 rules', samples.large, 5)],
    }
  },
}

function row(figure: string, msPerRun: readonly number[], goalMicros: number): Row {
  const each = estimate(msPerRun.map((ms) => ms / decisionsPerRun))
  return {
    figure,
    goal: `≤ ${String(goalMicros)} µs`,
    accepted: '',
    measured: microsText(each),
    verdict: verdict(each.median * 1000, goalMicros),
  }
}

const statements: readonly Description[] = Array.from({ length: 64 }, (_, index) => {
  const tables = index % 4 === 0 ? [`orders_${String(index)}`, 'customers', 'items'] : [`orders_${String(index)}`]
  const attributes = Object.freeze({})
  return Object.freeze({
    operation: 'select',
    text: `select 1 from ${tables.join(', ')}`,
    recordedText: `select ? from ${tables.join(', ')}`,
    effects: Object.freeze(
      tables.map((table) => Object.freeze({ duty: 'read', resource: `table:public.${table}`, attributes } as const)),
    ),
  })
})

function decideMany(access: SessionAccess): Promise<void> {
  for (let index = 0; index < decisionsPerRun; index++) {
    const statement = statements[index % statements.length]
    if (statement !== undefined && access.preview(statement) !== undefined) throw new Error('the policy refused')
  }
  return Promise.resolve()
}

async function accessUnder(rules: number): Promise<SessionAccess> {
  const target: GuardedTarget = { name: 'shop', kind: 'postgres', close: () => Promise.resolve() }
  const content = shopPolicy(rules)
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'bench', content }) },
    identity: unverifiedIdentity(),
    directory: accountsAsPeople,
    targets: [target],
    journal: memoryJournal(),
  })
  const session = await guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })
  return sessionAccess(session, target)
}
