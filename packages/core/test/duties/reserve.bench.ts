import { bench, describe } from 'vitest'
import { recallClaim } from '../../src/duties/claim.js'
import { claimsOf } from '../../src/duties/claims.js'
import { DutyReservation } from '../../src/duty-reservation.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { LedgerChange } from '../../src/ledger/ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { Act } from '../../src/duties/act.js'
import { agent, dutiesApart, effect } from './support.js'

const events = 100_000
const rules = loadPolicy({ name: 'bench', content: dutiesApart }).dutyRules!
const none = {
  separatedDuties: [],
  chains: [],
  separatedRoles: [],
  walls: [],
  limits: [],
  lookups: [],
  mitigations: [],
}

/** The act of one of many agents, each with a person, a run and a key of its own. */
function actOf(index: number): Act {
  const own = String(index)
  const party = agent({ id: `agent-${own}`, ownedBy: `person-${own}`, key: `key-${own}` })
  return {
    party,
    roles: party.roles,
    target: 'db',
    effects: Object.freeze([effect('write')]),
    kind: 'action',
    root: party.run.root,
    change: party.change,
  }
}

/** A ledger with the history of so many acts. */
/** Nothing is excused here. */
const journal = { append: () => Promise.reject(new Error('nothing is recorded')) }

async function ledgerAfter(acts: number): Promise<DutyReservation> {
  const ledger = memoryLedger({ clock: systemClock, maxEntries: 4 * (acts + events) })
  const nowMs = Date.now()
  for (let index = 0; index < acts; index++) {
    const changes = claimsOf(rules, actOf(index)).claims.flatMap((claim): LedgerChange[] => {
      const outcome = recallClaim(claim, undefined, nowMs)
      if (outcome.outcome !== 'reserved' || outcome.expiresAtMs === undefined) return []
      return [{ key: claim.key, expectedVersion: 0, value: outcome.value, expiresAtMs: outcome.expiresAtMs }]
    })
    await ledger.commit(changes)
  }
  return new DutyReservation({ ledger, journal, deadlineMs: 1_000, journalBehind: false })
}

const full = await ledgerAfter(events)
const empty = await ledgerAfter(0)
const known = actOf(7)
const approval: Act = { ...known, effects: Object.freeze([effect('approve')]), kind: 'vote' }
let next = events

describe(`reserving duties, with ${String(events)} acts in the history`, () => {
  bench('again what is reserved', async () => void (await full.reserve(rules, known)))
  bench('again what is reserved, with no history', async () => void (await empty.reserve(rules, known)))
  bench('a conflict', async () => void (await full.reserve(rules, approval)))
  bench('for somebody new (with making the principal)', async () => void (await full.reserve(rules, actOf(next++))))
  bench('an act that no rule counts', () => void full.reserve(none, known))
})
