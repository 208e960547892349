import type { Rows } from './backend-scan.js'
import type { ResponseEvents } from './response-events.js'
import type { Run } from './run.js'

/** Lets the rows of one connection go by as far as the limits of their actions have counted them (RULES 21). */
export class MeasuredRows {
  readonly #events: Pick<ResponseEvents, 'fatal'>
  readonly #resume: () => void
  #granted = 0

  /** `resume` goes on in front of the row that had to wait. */
  constructor(events: Pick<ResponseEvents, 'fatal'>, resume: () => void) {
    this.#events = events
    this.#resume = resume
  }

  /** Whether the next row may go by. */
  next({ permit }: Run): 'pass' | 'wait' {
    if (!permit.measured) return 'pass'
    if (this.#granted === 0) return 'wait'
    this.#granted -= 1
    return 'pass'
  }

  /** Has rows counted and goes on then. Beyond a limit the connection ends. */
  count({ permit }: Run, rows: Rows): void {
    permit.handOut(rows).then(
      () => {
        this.#goOn(rows.rows)
      },
      (error: unknown) => {
        this.#events.fatal(error)
        // Nobody hears what comes now: what became of the action is read all the same.
        this.#goOn(Infinity)
      },
    )
  }

  #goOn(rows: number): void {
    this.#granted = rows
    this.#resume()
  }
}
