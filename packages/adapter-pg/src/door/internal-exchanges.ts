import { BothKeysError } from '@bothkeys/core/adapter'
import type { InternalStatement } from './internal-statement.js'
import { internalMessages } from './internal-statement.js'
import type { InternalExchange, Slot } from './slots.js'
import { skipped } from './slots.js'

/** `statement_timeout`, which the client may have chosen, and cancel requests of others meet the statements of the door, too. */
const interrupted = '57014'

/** The door's own statements on one connection: which of them the server knows, and who waits for an answer. */
export class InternalExchanges {
  readonly #send: (bytes: Buffer, slot: Slot) => void
  readonly #prepared = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #over = false

  constructor(send: (bytes: Buffer, slot: Slot) => void) {
    this.#send = send
  }

  /** Runs a statement and answers its rows. `synced` says that no batch of the client is open. */
  async run(
    statement: InternalStatement,
    parameters: readonly string[],
    synced: boolean,
  ): Promise<readonly (readonly (string | null)[])[]> {
    const rows: (readonly (string | null)[])[] = []
    const prepared = this.#prepared.has(statement.name)
    const exchange: InternalExchange = {
      rows,
      error: undefined,
      synced,
      closes: prepared ? 1 : 2,
      done: () => undefined,
    }
    await new Promise<void>((resolve) => {
      if (this.#over) {
        resolve()
        return
      }
      exchange.done = () => {
        this.#waiting.delete(resolve)
        resolve()
      }
      this.#waiting.add(resolve)
      this.#send(internalMessages(statement, parameters, prepared, synced), { kind: 'internal', exchange })
    })
    if (this.#over) throw new BothKeysError('ERR_ABORTED', 'the connection ended', { hint: 'connect again' })
    if (exchange.error === skipped) throw new BothKeysError('ERR_ABORTED', 'an earlier message of the batch failed')
    if (exchange.error !== undefined) {
      this.#prepared.delete(statement.name)
      if (exchange.error === interrupted) throw stopped()
      throw new BothKeysError(
        'ERR_TARGET_UNSAFE',
        `the door could not read the state of the server (${exchange.error})`,
        { hint: 'roll back and try again; the role needs to be able to read pg_catalog' },
      )
    }
    this.#prepared.add(statement.name)
    return rows
  }

  /** The server may not know the statements any more, or may know others under their names. */
  forget(): void {
    this.#prepared.clear()
  }

  /** The connection is over: nobody waits any longer. */
  end(): void {
    this.#over = true
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

function stopped(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the server was made to stop while the door looked at it for the statement', {
    hint: 'send the statement again; a statement_timeout has to leave the door time to look at the catalog',
  })
}
