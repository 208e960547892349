import type { DutyReservation } from './duty-reservation.js'
import type { GrantKeeper } from './grants/grant-keeper.js'
import type { Directory } from './identity/directory.js'
import { listingOf } from './identity/listing.js'
import type { BarredFrom } from './lint/approvability.js'
import type { SimulatedHold, Simulation } from './lint/simulate.js'
import { simulationOf } from './lint/simulate.js'
import type { ActionShape } from './lint/who-could-approve.js'
import type { DutyRules } from './model/duty-rules.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { Requester } from './requester.js'
import { assertLive } from './still-live.js'
import type { SeenIdentities } from './seen-identities.js'

/** What a guard simulates with. */
export interface GuardSimulation {
  readonly policy: CompiledPolicy
  readonly directory: Directory | undefined
  readonly deadlineMs: number
  readonly duties: Pick<DutyReservation, 'look' | 'votingAgainst'>
  readonly grants: Pick<GrantKeeper, 'wouldCover'>
  readonly seen: Pick<SeenIdentities, 'of'>
  readonly revocationsFresh: () => MaybePromise<void>
}

/**
 * What would become of an action of a session now. Reads the ledger and the directory, and writes to neither of them nor to
 * the journal. Rejects when the session is over and when either of them fails: nothing is guessed.
 */
export async function simulateFor(requester: Requester, action: ActionShape, on: GuardSimulation): Promise<Simulation> {
  const { deadlineMs, directory, duties, policy } = on
  await on.revocationsFresh()
  assertLive(requester)
  const listing = directory === undefined ? undefined : await listingOf(directory, deadlineMs)
  return simulationOf(
    {
      policy,
      who: requester,
      listing,
      lookBack: async (rules, act) => {
        const found = await duties.look(rules, act)
        return typeof found === 'object' ? found.refusal.rules : []
      },
      barred: policy.dutyRules && barredBy(duties, policy.dutyRules),
      grantFor: (held) => grantFor(requester, held, on),
    },
    action,
  )
}

function barredBy(duties: GuardSimulation['duties'], rules: DutyRules): BarredFrom {
  return async (hold, voter) => {
    const refusal = await duties.votingAgainst(rules, hold, voter)
    return refusal && { rule: refusal.rules.join(', '), why: refusal.message }
  }
}

/** As if the action came from where the session did something on the target last, through a door that counts rows. */
async function grantFor(
  requester: Requester,
  { decision, description, input, target }: SimulatedHold,
  { grants, policy, seen }: GuardSimulation,
): Promise<Simulation['grant']> {
  const identity = seen.of(requester, target.name)
  if (identity === undefined) return undefined
  const { text } = description
  const action = {
    target,
    identity,
    description: { ...description, recordedText: text },
    parameters: [],
    stateEpoch: '',
  }
  const found = await grants.wouldCover(requester.sessionId, { action, input, decision, policy, countsAffected: true })
  return found && Object.freeze({ id: found.entry.id, usesLeft: found.entry.uses - found.used })
}
