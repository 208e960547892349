import { BothKeysError } from '@bothkeys/core/adapter'

/** An answer of the server could not be handled. */
export function unreadable(cause: unknown): BothKeysError {
  return new BothKeysError(
    'ERR_INTERNAL',
    'an answer of the server could not be handled, so the connection was ended',
    {
      hint: 'what was running may have run; look before it is sent again',
      cause,
    },
  )
}

/** The server broke the protocol: it sent what nothing asked for. */
export function unexpected(what: string): BothKeysError {
  return new BothKeysError(
    'ERR_PROTOCOL_REFUSED',
    `the server sent ${what} when none was due, so the connection was ended`,
    {
      hint: 'connect again; a pooler in transaction mode cannot be used',
    },
  )
}
