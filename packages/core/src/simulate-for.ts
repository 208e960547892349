import { abortReason } from './deadline.js'
import type { DutyReservation } from './duty-reservation.js'
import type { Directory } from './identity/directory.js'
import { listingOf } from './identity/listing.js'
import type { Simulation } from './lint/simulate.js'
import { simulationOf } from './lint/simulate.js'
import type { ActionShape } from './lint/who-could-approve.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { Requester } from './requester.js'

/** What a guard simulates with. */
export interface GuardSimulation {
  readonly policy: CompiledPolicy
  readonly directory: Directory | undefined
  readonly deadlineMs: number
  readonly duties: Pick<DutyReservation, 'look'>
  readonly revocationsFresh: () => MaybePromise<void>
}

/**
 * What would become of an action of a session now. Reads the ledger and the directory, and writes to neither of them nor to
 * the journal. Rejects when the session is over and when either of them fails: nothing is guessed.
 */
export async function simulateFor(requester: Requester, action: ActionShape, on: GuardSimulation): Promise<Simulation> {
  const { deadlineMs, directory, duties, policy } = on
  await on.revocationsFresh()
  if (requester.signal.aborted) throw abortReason(requester.signal)
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
    },
    action,
  )
}
