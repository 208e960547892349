import type { Guard, ProvableAction, Session } from '@bothkeys/core'
import { signAction } from '@bothkeys/core/signing'
import type { ActionSignature } from '@bothkeys/core/signing'

/** Where the door is: `prove` sends the action, which is plain JSON, to the agent's process and answers what comes back. */
export function openFor(
  guard: Guard,
  credential: { token: string; proof: string },
  prove: (action: ProvableAction, signal: AbortSignal) => Promise<string>,
): Promise<Session> {
  return guard.openSession(credential, { proveAction: prove })
}

/** In the agent's process, which alone holds the key: it signs what it sent itself, and nothing else. */
export async function answer(
  action: ProvableAction,
  sent: ReadonlySet<string>,
  keys: ActionSignature['keys'],
  token: string,
): Promise<string> {
  if (!sent.has(action.text)) throw new Error('this is not a statement of mine')
  return signAction(action, { engine: 'orders', keys, algorithm: 'ES256', token })
}
