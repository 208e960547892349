import type { OnHeld } from '@bothkeys/core/adapter'

/** The client's end of a door: an in-memory stream or a socket. */
export interface ClientEnd {
  /** Hands bytes to the client. False asks the door to wait until `drained` is called. */
  send(bytes: Buffer): boolean
  /** No more bytes will come. */
  finish(): void
  /** Told of each statement about which people are asked. A client on a socket is told nothing. */
  readonly onHeld?: OnHeld | undefined
}
