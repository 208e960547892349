import { refusalFrom } from '@bothkeys/core/adapter'
import { readQuery } from './frontend-messages.js'
import type { Line } from './line.js'
import { refusedQuery } from './marker.js'
import { query } from './messages.js'
import type { DoorRefusal } from './refusal-response.js'
import type { StatementFlow } from './statement-flow.js'

/** The simple query protocol: one text, one decision, also when the text holds several statements (RULES 24). */
export class SimpleProtocol {
  readonly #connection: Line
  readonly #flow: StatementFlow

  constructor(connection: Line, flow: StatementFlow) {
    this.#connection = connection
    this.#flow = flow
  }

  async query(bytes: Buffer): Promise<void> {
    const connection = this.#connection
    await connection.quiet()
    let text: string
    try {
      text = readQuery(bytes)
    } catch (error) {
      return this.#refuse(this.#flow.refuseUnread(error))
    }
    // A simple query destroys the unnamed statement and portal.
    connection.registry.statements.delete('')
    connection.registry.portals.delete('')
    const passage = await this.#flow.pass({ text, parameters: [], laterInBatch: false })
    if (passage.outcome === 'refused') return this.#refuse(passage.refusal)
    try {
      passage.run.permit.use()
    } catch (error) {
      return this.#refuse(refusalFrom(error))
    }
    const { run } = passage
    connection.track(run)
    run.started()
    connection.send(passage.sent === text ? bytes : query(Buffer.from(passage.sent, 'utf8')), { kind: 'query', run })
    if (run.analysis.copy === 'in') await connection.until(() => connection.idle || connection.readsCopy)
    else await connection.quiet()
  }

  async #refuse(refusal: DoorRefusal): Promise<void> {
    this.#connection.send(refusedQuery, { kind: 'refused-query', refusal })
    await this.#connection.quiet()
  }
}
