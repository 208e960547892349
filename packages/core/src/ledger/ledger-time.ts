import { BothKeysError } from '../errors.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise } from '../model/maybe-promise.js'
import type { Ledger } from './ledger.js'
import { within } from './within.js'

/**
 * The ledger's time, in unix milliseconds. Throws as the ledger does, and ERR_LEDGER_UNAVAILABLE when it is no number: nothing
 * would ever be over by such a time.
 */
export function ledgerTime(ledger: Ledger, deadlineMs: number): MaybePromise<number> {
  const time = within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.nowMs())
  return isPromise(time) ? time.then(asTold) : asTold(time)
}

function asTold(nowMs: number): number {
  if (Number.isFinite(nowMs)) return nowMs
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger does not tell the time, so nothing ran')
}
