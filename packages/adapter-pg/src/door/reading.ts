import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { StatementParser } from '../analyzer/parse.js'
import { namesAlike, readsAlike } from '../catalog/session-state.js'
import { andThen } from './and-then.js'
import { hasFailed } from './failed-transaction.js'
import type { Line } from './line.js'
import type { Run } from './run.js'
import type { ServerState } from './server-state.js'
import { isSettledByBind } from './settled-by-bind.js'
import type { StateKeeper } from './state-keeper.js'
import { aborted } from './undecidable.js'
import type { Understood, UnderstandOptions } from './understand.js'
import { typed, understand } from './understand.js'

/** Reads texts as the server of one connection would read them. */
export class Reading {
  readonly #connection: Line
  readonly #keeper: StateKeeper
  readonly #parser: StatementParser
  readonly #readOnly: boolean

  constructor(connection: Line, keeper: StateKeeper, parser: StatementParser, readOnly: boolean) {
    this.#connection = connection
    this.#keeper = keeper
    this.#parser = parser
    this.#readOnly = readOnly
  }

  /**
   * The state to decide a text under. SET TRANSACTION has to be the first statement of its transaction, before the door's
   * own look, and means the same in every state.
   */
  stateFor(text: string, uncertain: boolean): MaybePromise<ServerState> {
    const { known } = this.#keeper
    const mayBeFirst = known !== undefined && this.#connection.transactionStatus === 'T' && !this.#readOnly
    if (!mayBeFirst || text.length >= 200 || !/\btransaction\b/i.test(text)) return this.#keeper.current(uncertain)
    return andThen(this.understand(text, known), (understood) =>
      'analysis' in understood && setsTransaction(understood.analysis) ? known : this.#keeper.current(uncertain),
    )
  }

  understand(text: string, state: ServerState, types: readonly number[] = []): MaybePromise<Understood> {
    const options = typed({ parser: this.#parser, registry: this.#connection.registry }, types)
    return andThen(understand(text, state, options), (understood) => {
      if (!('missed' in understood)) return understood
      if (hasFailed(this.#connection)) return this.#inFailed(text, state, options)
      // A name that the snapshot does not know: look once more before it counts as unknown.
      return andThen(
        this.#keeper.reload(),
        (reloaded) => understand(text, reloaded, { ...options, final: true }) as MaybePromise<Understood>,
      )
    })
  }

  /** The server looks nothing up any more in a transaction that has failed, and refuses the text for that alone. */
  #inFailed(text: string, state: ServerState, options: UnderstandOptions): MaybePromise<Understood> {
    const understood = understand(text, state, { ...options, final: true }) as MaybePromise<Understood>
    return andThen(understood, (known) => ('refusal' in known ? { ...known, refusal: aborted } : known))
  }

  /**
   * Whether a portal that was bound before others had their turn would run now as it was decided: with the same settings,
   * and, where the server begins it only now, with the same catalog. A failed transaction runs nothing.
   */
  async isAsDecided({ analysis, state: { catalog, session } }: Run): Promise<boolean> {
    if (hasFailed(this.#connection) || analysis.transaction !== undefined || setsTransaction(analysis)) return true
    const isSettled = isSettledByBind(analysis)
    const now = await (isSettled && !this.#mayHaveSet() ? this.#keeper.current(false) : this.#keeper.reload())
    if (!readsAlike(now.session, session) || now.session.currentUser !== session.currentUser) return false
    return isSettled || (now.catalog === catalog && namesAlike(now.session, session) && !this.#keeper.outdated)
  }

  /** Whether something ran since the last ReadyForQuery that may have changed settings. */
  #mayHaveSet(): boolean {
    for (const run of this.#connection.runs) if (run.isUnderWay && !run.analysis.settingFree) return true
    return false
  }
}

/** Whether a text is SET TRANSACTION and nothing else. */
export function setsTransaction({ statementCount, description }: Analysis): boolean {
  return (
    statementCount === 1 &&
    description.operation === 'variable set' &&
    description.effects.length === 1 &&
    description.effects.every(({ resource }) => /^setting:transaction(_snapshot)?$/.test(resource))
  )
}
