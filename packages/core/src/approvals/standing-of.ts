import type { Standing } from '../identity/standing.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import { within } from '../ledger/within.js'

/** Looks somebody up in the directory. Throws ERR_DIRECTORY_REFUSED, ERR_DIRECTORY_UNAVAILABLE or ERR_DEADLINE. */
export function standingOf(
  on: Pick<ApprovalPorts, 'deadlineMs' | 'standingNow'>,
  principal: Principal,
  fresh: boolean,
): MaybePromise<Standing> {
  return within(on.deadlineMs, 'the directory', 'ERR_DIRECTORY_UNAVAILABLE', () => on.standingNow(principal, fresh))
}
