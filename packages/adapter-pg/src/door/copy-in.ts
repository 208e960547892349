import { BothKeysError } from '@bothkeys/core/adapter'
import type { Frame } from './frames.js'
import type { Line } from './line.js'

/**
 * COPY FROM STDIN: while the server reads rows, the client's CopyData, CopyDone and CopyFail pass to it. The rows were
 * not part of the decision, which is why its effect carries `payload: unbound` (RULES 17).
 */
export class CopyIn {
  readonly #connection: Line
  #active = false

  constructor(connection: Line) {
    this.#connection = connection
  }

  get active(): boolean {
    return this.#active
  }

  /** The server asked for rows. */
  started(): void {
    this.#active = true
  }

  /** The server is done with the statement, finished or failed. */
  ended(): void {
    this.#active = false
  }

  async handle(frame: Frame): Promise<void> {
    switch (String.fromCharCode(frame.type)) {
      case 'd':
        if (!this.#active) return
        this.#connection.send(frame.bytes, undefined)
        return this.#connection.writable()
      case 'c':
      case 'f':
        if (!this.#active) return
        this.#active = false
        this.#connection.send(frame.bytes, undefined)
        // A text may hold several COPY.
        return this.#connection.until(() => this.#connection.idle || this.#active)
      case 'H':
      case 'S':
        // The server ignores them while it reads rows (PostgreSQL documentation, "COPY Operations").
        return
      default:
        throw new BothKeysError(
          'ERR_PROTOCOL_REFUSED',
          'the client sent a statement while the server reads COPY rows',
          {
            hint: 'finish the COPY first',
          },
        )
    }
  }
}
