import { parse } from './messages.js'
import type { PreparedStatement } from './registry.js'
import type { Slot } from './slots.js'

/** Where a Parse goes. */
interface WaysOut {
  readonly send: (bytes: Buffer, slot: Slot) => void
  /** It never leaves. */
  readonly lost: (statement: PreparedStatement) => void
}

/** Statements whose Parse has not left yet, in the order in which the client sent them. */
export class DeferredParses {
  readonly #out: WaysOut
  readonly #statements = new Set<PreparedStatement>()
  /** Of these, the one that is decided with the Bind that comes next. Until then it cannot leave. */
  #undecided: PreparedStatement | undefined

  constructor(out: WaysOut) {
    this.#out = out
  }

  get size(): number {
    return this.#statements.size
  }

  add(statement: PreparedStatement): void {
    this.#statements.add(statement)
  }

  /** One of these is decided with the Bind that comes next. */
  leaveUndecided(statement: PreparedStatement): void {
    this.#undecided = statement
  }

  /** A statement was permitted: its Parse may leave, with this text. */
  decided(statement: PreparedStatement, sent: string): void {
    if (this.#undecided === statement) this.#undecided = undefined
    if (statement.deferred !== undefined && sent !== statement.text)
      statement.deferred = parse(statement.name, Buffer.from(sent, 'utf8'), statement.parameterTypes)
    this.flush()
  }

  /** Lets them leave. */
  flush(): void {
    const undecided = this.#undecided
    if (undecided !== undefined) this.drop(undecided)
    if (this.#statements.size === 0) return
    for (const statement of this.#statements) {
      if (statement.deferred === undefined) continue
      this.#out.send(statement.deferred, { kind: 'parse', statement })
      statement.deferred = undefined
    }
    this.#statements.clear()
  }

  /** The text of a statement must not leave. */
  drop(statement: PreparedStatement): void {
    if (this.#undecided === statement) this.#undecided = undefined
    this.#out.lost(statement)
    this.#statements.delete(statement)
  }

  /** Gives them up: the server would ignore them. */
  forget(): void {
    this.#undecided = undefined
    for (const statement of this.#statements) this.#out.lost(statement)
    this.#statements.clear()
  }
}
