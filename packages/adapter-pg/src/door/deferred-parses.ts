import { parse } from './messages.js'
import type { PreparedStatement } from './registry.js'
import type { Slot } from './slots.js'

/** Statements whose Parse has not left yet, in the order in which the client sent them. */
export class DeferredParses {
  readonly #statements = new Set<PreparedStatement>()

  get size(): number {
    return this.#statements.size
  }

  add(statement: PreparedStatement): void {
    this.#statements.add(statement)
  }

  /** The text of a statement must not leave. */
  drop(statement: PreparedStatement): void {
    this.#statements.delete(statement)
  }

  /** A Parse may leave with another text than the client's own. */
  replace(statement: PreparedStatement, sent: string): void {
    if (statement.deferred === undefined || sent === statement.text) return
    statement.deferred = parse(statement.name, Buffer.from(sent, 'utf8'), statement.parameterTypes)
  }

  /** Lets them leave. */
  flush(send: (bytes: Buffer, slot: Slot) => void): void {
    if (this.#statements.size === 0) return
    for (const statement of this.#statements) {
      if (statement.deferred === undefined) continue
      send(statement.deferred, { kind: 'parse', statement })
      statement.deferred = undefined
    }
    this.#statements.clear()
  }

  /** Gives them up: the server would ignore them. */
  forget(forgotten: (statement: PreparedStatement) => void): void {
    for (const statement of this.#statements) forgotten(statement)
    this.#statements.clear()
  }
}
