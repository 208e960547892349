import { refusalFrom } from '@bothkeys/core/adapter'
import { readQuery } from './frontend-messages.js'
import type { Line } from './line.js'
import { refusedQuery } from './marker.js'
import { query } from './messages.js'
import { type DoorRefusal, laterInBatch, protocolRefusal } from './refusal-response.js'
import type { StatementFlow } from './statement-flow.js'

/** The simple query protocol: one text, one decision, also when the text holds several statements (RULES 24). */
export class SimpleProtocol {
  readonly #connection: Line
  readonly #flow: StatementFlow

  constructor(connection: Line, flow: StatementFlow) {
    this.#connection = connection
    this.#flow = flow
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
    const passage = await this.#flow.pass({
      text,
      parameters: [],
      extended: false,
      laterInBatch: connection.runs.size > 0,
    })
    if (passage.outcome === 'refused') return this.#refuse(passage.refusal)
    const { run } = passage
    try {
      connection.begin(run)
    } catch (error) {
      if (connection.closed) throw error
      return this.#refuse(refusalFrom(error))
    }
    run.started()
    connection.send(passage.sent === text ? bytes : query(Buffer.from(passage.sent, 'utf8')), { kind: 'query', run })
    await connection.until(() => connection.idle || connection.readsCopy)
  }

  /** The function call protocol runs a function by its number, without a text that could be understood. */
  async refuseFunctionCall(): Promise<void> {
    await this.#connection.quiet()
    return this.#refuse(this.#flow.refuseMessage(functionCall))
  }

  /** A simple query destroys the unnamed statement and portal. */
  #forgetUnnamed(): void {
    const { registry } = this.#connection
    registry.statements.delete('')
    for (const run of registry.dropPortal('')) {
      run.close()
      this.#connection.track(run)
    }
  }

  async #refuse(refusal: DoorRefusal): Promise<void> {
    this.#connection.send(refusedQuery, { kind: 'refused-query', refusal })
    await this.#connection.quiet()
  }
}

const functionCall = protocolRefusal(
  'the function call protocol is not governed',
  'call the function with SELECT',
  '0A000',
)
