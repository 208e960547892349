import type { MaybePromise } from '@bothkeys/core/adapter'
import { isPromise } from '@bothkeys/core/adapter'
import type { ClientInput } from './client-input.js'
import type { Frame } from './frames.js'
import type { ServerLink } from './server-link.js'

/** What the loop goes through. */
export interface ClientLoopParts {
  readonly input: ClientInput
  readonly link: ServerLink
  /** Handles one message of the client. */
  handle(frame: Frame): MaybePromise<void>
  /** Waits until the server takes bytes again. */
  writable(): Promise<void>
  /** Whether nothing is begun that the client or the server still has to end. */
  atRest(): boolean
  /** Ends the connection, which drains and is at rest. */
  drained(): void
}

/** Takes the client's messages one after the other, until no more come or the connection is drained. */
export class ClientLoop {
  readonly #parts: ClientLoopParts
  #draining = false
  /** Whether there is nothing to do but to wait for the client. */
  #waits = false

  constructor(parts: ClientLoopParts) {
    this.#parts = parts
  }

  /** Takes no message any more that would begin something. */
  drain(): void {
    this.#draining = true
    if (this.#waits && this.#parts.atRest()) this.#parts.drained()
  }

  /** Rejects with what the handling of a message throws. */
  async run(): Promise<void> {
    const { input, link } = this.#parts
    while (!input.ended) {
      if (this.#draining && this.#parts.atRest()) {
        this.#parts.drained()
        return
      }
      const frame = input.take()
      if (frame === undefined) {
        link.flush()
        this.#waits = true
        await input.arrival()
        this.#waits = false
        continue
      }
      // A cancel request that is still on its way must not hit what comes after the statement that it was meant for.
      if (link.cancelling !== undefined) await link.cancelling
      const step = this.#parts.handle(frame)
      if (isPromise(step)) await step
      // A server that is busy reads nothing: what the client sends meanwhile waits on its own side.
      if (!link.writable) await this.#parts.writable()
    }
  }
}
