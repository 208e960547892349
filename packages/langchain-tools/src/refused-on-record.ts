import { BothKeysError, type Session } from '@bothkeys/core'
import type { GuardedTarget } from '@bothkeys/core/adapter'
import { refusalFrom, sessionAccess } from '@bothkeys/core/adapter'

/** Puts the refusal of a call on record and returns it; where it cannot be recorded, why. */
export function refusedOnRecord(
  session: Session,
  target: GuardedTarget,
  name: string,
  error: BothKeysError,
): BothKeysError {
  const resource = `tool:"${name.replaceAll('"', '')}"`
  const effects = [{ duty: 'opaque' as const, resource, attributes: {} }]
  try {
    sessionAccess(session, target).refused(
      {
        identity: { tool: name },
        description: { operation: 'call', text: '', recordedText: `${name}(…)`, effects },
        parameters: [],
        stateEpoch: '',
      },
      refusalFrom(error),
    )
  } catch (over) {
    if (over instanceof BothKeysError) return over
    throw over
  }
  return error
}
