import type { GuardedTarget, Session } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom, sessionAccess } from '@bothkeys/core/adapter'
import { opaqueCall } from './opaque-call.js'

/**
 * Puts on record that a call of the tool of this name was refused, with nothing of its arguments, and returns why; where that cannot be
 * recorded, because the session has ended or the target is none of its guard, returns that.
 */
export function refusedOnRecord(
  session: Session,
  target: GuardedTarget,
  name: string,
  error: BothKeysError,
): BothKeysError {
  try {
    sessionAccess(session, target).refused(opaqueCall(name), refusalFrom(error))
  } catch (over) {
    if (over instanceof BothKeysError) return over
    throw over
  }
  return error
}
