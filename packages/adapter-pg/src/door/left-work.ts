import type { Permit } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import { hasFailed } from './failed-transaction.js'
import type { Line } from './line.js'
import type { DoorRefusal } from './refusal-response.js'
import type { Run } from './run.js'

/**
 * What the statements of a transaction may have left for its end: deferred triggers and checks, the rows of cursors WITH
 * HOLD. The server runs that at COMMIT, PREPARE TRANSACTION and SET CONSTRAINTS, or at the Sync of a batch without BEGIN, so
 * that what let the statements through has to count until then.
 */
export class LeftWork {
  /** One of those that are void together. */
  readonly #permits: Permit[] = []
  readonly #connection: Pick<Line, 'runs' | 'transactionStatus'>

  constructor(connection: Pick<Line, 'runs' | 'transactionStatus'>) {
    this.#connection = connection
  }

  began({ analysis, permit }: Run): void {
    if (mayLeaveWork(analysis) && !this.#permits.some((other) => other.countsLike(permit))) this.#permits.push(permit)
  }

  /**
   * Right before a run is begun or executed. Throws ERR_PERMIT_VOID when the server would run with it what earlier
   * statements left, and what let those through no longer counts. The end of a failed transaction runs nothing.
   */
  assertMayEnd({ analysis }: Run): void {
    if (analysis.runsDeferred && !hasFailed(this.#connection)) this.#assertCounts()
  }

  /** Why a Sync, which ends what is no transaction yet, may not do that, if so: the server has to undo the batch. */
  refusesSync(): DoorRefusal | undefined {
    try {
      if (this.#connection.transactionStatus === 'I') this.#assertCounts()
      return undefined
    } catch (error) {
      return refusalFrom(error)
    }
  }

  /** The transaction is over. */
  over(): void {
    this.#permits.length = 0
  }

  #assertCounts(): void {
    try {
      for (const permit of this.#permits) permit.assertCounts()
    } catch (error) {
      const { code, message, rules } = refusalFrom(error)
      if (code !== 'ERR_PERMIT_VOID') throw error
      throw new BothKeysError(code, `what the transaction left for its end may not run any more: ${message}`, {
        rules,
        hint: 'roll back, and run the transaction again: it is decided anew',
      })
    }
  }
}

/** Functions of users leave what nobody sees, and their triggers and checks count as calls of theirs. */
function mayLeaveWork({ description, registry }: Analysis): boolean {
  return (
    description.effects.some(({ duty }) => duty === 'execute' || duty === 'opaque') ||
    registry.some((change) => change.kind === 'declare-cursor' && change.holdable)
  )
}
