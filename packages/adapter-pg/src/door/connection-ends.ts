import { BothKeysError } from '@bothkeys/core/adapter'
import type { DoorRefusal } from './refusal-response.js'

/** What waits for a connection that is over gets. */
export function gone(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the connection ended', { hint: 'connect again' })
}

/** What the client is told when the server went away by itself. */
export function serverLost(cause: unknown): DoorRefusal {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? ` (${String(cause.code)})` : ''
  return {
    code: 'ERR_ABORTED',
    message: `the connection to the server was lost${code}`,
    rules: [],
    hint: 'connect again; whether what was running ran is not known',
    sqlState: '08006',
  }
}

/** Whether an error ends the connection. Any other one refuses the message that it came of. */
export function endsConnection(error: unknown): boolean {
  return error instanceof BothKeysError && error.code === 'ERR_TARGET_UNSAFE'
}

/** What a statement gets that people would have to say yes to, while its door closes. */
export function unasked(): BothKeysError {
  return new BothKeysError(
    'ERR_APPROVAL_WITHDRAWN',
    'the door is closing and waits for no approval: nothing of it was sent',
    { hint: 'connect again and send the statement again' },
  )
}

/** What a client is told whose door closes in an orderly way. */
export const closingDoor: DoorRefusal = {
  code: 'ERR_ABORTED',
  message: 'terminating connection: the door is closing',
  rules: [],
  hint: 'connect again in a while',
  sqlState: '57P01',
}
