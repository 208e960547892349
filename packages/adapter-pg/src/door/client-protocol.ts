import type { MaybePromise } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { CopyIn } from './copy-in.js'
import { ExtendedProtocol } from './extended.js'
import type { Frame } from './frames.js'
import type { Line } from './line.js'
import type { PreparedStatement } from './registry.js'
import { SimpleProtocol } from './simple.js'
import type { StatementFlow } from './statement-flow.js'

/** Gives each message of the client to the part of the protocol that it belongs to. */
export class ClientProtocol {
  readonly #connection: Line
  readonly #simple: SimpleProtocol
  readonly #extended: ExtendedProtocol
  readonly #copyIn: CopyIn

  constructor(connection: Line, flow: StatementFlow) {
    this.#connection = connection
    this.#simple = new SimpleProtocol(connection, flow)
    this.#extended = new ExtendedProtocol(connection, flow)
    this.#copyIn = new CopyIn(connection)
  }

  /** Whether messages were sent that no Sync has ended yet. */
  get open(): boolean {
    return this.#extended.open || this.#simple.open
  }

  /** Whether the server reads COPY rows. */
  get readsCopy(): boolean {
    return this.#copyIn.active
  }

  /** Whether nothing is begun that the client still has to end. */
  get atRest(): boolean {
    return !this.#extended.unfinished && !this.#simple.open && !this.#copyIn.active
  }

  handle(frame: Frame): MaybePromise<void> {
    if (this.#copyIn.active) return this.#copyIn.handle(frame)
    const type = String.fromCharCode(frame.type)
    if ('PBDECHS'.includes(type)) return this.#extended.handle(frame)
    if ('dcf'.includes(type)) return this.#copyIn.handle(frame)
    if (type === 'Q') return this.#outsideBatch(() => this.#simple.query(frame.bytes, this.#extended.blocked))
    if (type === 'F') return this.#outsideBatch(() => this.#simple.refuseFunctionCall())
    throw new BothKeysError('ERR_PROTOCOL_REFUSED', 'the client sent a message of an unknown type', {
      hint: 'use an official driver',
    })
  }

  /** A message of the simple protocol ends an open batch; after an error in it the server ignores the message. */
  #outsideBatch(step: () => MaybePromise<void>): MaybePromise<void> {
    if (this.#connection.skipping) return
    if (!this.#extended.unfinished) return step()
    return this.#extended.finish().then(() => (this.#connection.skipping ? undefined : step()))
  }

  /** A Parse was answered, or skipped by the server. */
  parsed(statement: PreparedStatement, ok: boolean): void {
    this.#extended.parsed(statement, ok)
  }

  /** The server asked for rows. */
  copyStarted(): void {
    this.#copyIn.started()
  }

  /** The server is done with the statement, finished or failed. */
  copyEnded(): void {
    this.#copyIn.ended()
  }

  /** ReadyForQuery arrived. */
  synced(): void {
    this.#extended.synced()
    this.#simple.synced()
  }
}
