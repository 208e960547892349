import type { MaybePromise } from '@bothkeys/core/adapter'
import { refusalFrom } from '@bothkeys/core/adapter'
import { endsConnection } from './connection-ends.js'
import { readQuery } from './frontend-messages.js'
import type { Line } from './line.js'
import { refusedParse, refusedQuery } from './marker.js'
import { bindUnnamed, describeUnnamed, executeUnnamed, flush, parse, query, sync } from './messages.js'
import type { NameLock } from './name-lock.js'
import { lockNames } from './name-lock.js'
import { type DoorRefusal, laterInBatch, protocolRefusal } from './refusal-response.js'
import type { PreparedStatement } from './registry.js'
import type { Run } from './run.js'
import type { Passage } from './passage.js'
import type { StatementFlow } from './statement-flow.js'

/**
 * The simple query protocol: one text, one decision, also when the text holds several statements (RULES 24). A text whose
 * names have to be settled first, or whose rows have to be counted, goes to the server by the extended protocol, which
 * lets the door stop between parsing, running and committing it. The client does not notice.
 */
export class SimpleProtocol implements NameLock {
  readonly #connection: Line
  readonly #flow: StatementFlow
  #open = false
  /** Whether what the server parsed is what its names mean now. */
  #parsed = false

  constructor(connection: Line, flow: StatementFlow) {
    this.#connection = connection
    this.#flow = flow
  }

  /** Whether the text at hand was parsed, so that a Sync has to end it. */
  get open(): boolean {
    return this.#open
  }

  /** ReadyForQuery arrived. */
  synced(): void {
    this.#open = this.#parsed = false
  }

  /** `blocked` says why nothing can be decided behind what an open batch holds. */
  async query(bytes: Buffer, blocked: string | undefined): Promise<void> {
    const connection = this.#connection
    await connection.quiet()
    this.#forgetUnnamed()
    let text: string
    try {
      text = readQuery(bytes)
    } catch (error) {
      return this.#refuse(this.#flow.refuseUnread(error))
    }
    if (blocked !== undefined) return this.#refuse(this.#flow.refuseMessage(laterInBatch(blocked)))
    const isLater = connection.runs.size > 0
    let passage: Passage
    try {
      passage = await this.#flow.pass({ text, parameters: [], extended: false, laterInBatch: isLater, names: this })
    } catch (error) {
      if (connection.closed || endsConnection(error)) throw error
      return this.#refuse(this.#flow.refuseUnread(error))
    }
    if (passage.outcome === 'refused') return this.#refuse(passage.refusal)
    const { run } = passage
    try {
      connection.begin(run)
    } catch (error) {
      if (connection.closed) throw error
      return this.#refuse(refusalFrom(error))
    }
    if (this.#open || run.bounded) return this.#runParsed(run, passage.sent)
    run.started()
    connection.send(passage.sent === text ? bytes : query(Buffer.from(passage.sent, 'utf8')), { kind: 'query', run })
    await connection.until(() => connection.idle || connection.readsCopy)
  }

  take(sent: string, runs: readonly PreparedStatement[]): Promise<void> {
    for (const statement of runs) lockNames(statement, (bytes, slot) => this.#connection.send(bytes, slot))
    this.#parse(sent)
    return this.#connection.answered()
  }

  #parse(sent: string): void {
    this.#open = this.#parsed = true
    this.#connection.send(parse('', Buffer.from(sent, 'utf8')), { kind: 'parse', own: true })
  }

  release(): MaybePromise<void> {
    this.#parsed = false
    if (!this.#open || this.#connection.skipping || this.#connection.transactionStatus !== 'I') return
    this.#connection.send(sync, { kind: 'sync', own: true })
    return this.#connection.quiet()
  }

  async #runParsed(run: Run, sent: string): Promise<void> {
    const connection = this.#connection
    if (!this.#parsed) this.#parse(sent)
    if (connection.failure === undefined) {
      connection.send(bindUnnamed, { kind: 'bind', run, own: true })
      connection.send(describeUnnamed, { kind: 'describe', own: true, run, shown: true })
      run.started()
      connection.send(executeUnnamed, { kind: 'execute', run, own: true })
      if (run.bounded) {
        connection.send(flush, undefined)
        await connection.answered()
        if (run.exceeds) connection.send(refusedParse, { kind: 'refused', refusal: run.exceeded() })
      }
    } else run.failed(connection.failure.sqlState)
    connection.send(sync, { kind: 'sync' })
    await connection.quiet()
  }

  /** The function call protocol runs a function by its number, without a text that could be understood. */
  async refuseFunctionCall(): Promise<void> {
    await this.#connection.quiet()
    return this.#refuse(this.#flow.refuseMessage(functionCall))
  }

  /** A simple query destroys the unnamed statement and portal. */
  #forgetUnnamed(): void {
    const { registry } = this.#connection
    registry.forget('')
    for (const run of registry.dropPortal('')) {
      run.close()
      this.#connection.track(run)
    }
  }

  async #refuse(refusal: DoorRefusal): Promise<void> {
    const connection = this.#connection
    if (!this.#open) connection.send(refusedQuery, { kind: 'refused-query', refusal })
    else {
      if (connection.skipping) connection.tell(refusal)
      else connection.send(refusedParse, { kind: 'refused', refusal })
      connection.send(sync, { kind: 'sync' })
    }
    await connection.quiet()
  }
}

const functionCall = protocolRefusal(
  'the function call protocol is not governed',
  'call the function with SELECT',
  '0A000',
)
