import type { MaybePromise, Outcome, Permit, Refusal, ResultMasks } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { NamedIn } from '../analyzer/whole-reads.js'
import { CopyRows } from './copy-rows.js'
import type { ResultColumn } from './result-columns.js'
import { readRowDescription } from './result-columns.js'
import { RowMasks } from './row-masks.js'
import { unexpected } from './unexpected-answer.js'

/** One permitted action on its way through the server: a simple query or a portal. */
export class Run {
  readonly permit: Permit
  readonly analysis: Analysis
  /** Where its names were looked up. */
  readonly state: NamedIn
  #executed = false
  #suspended = false
  #skipped = false
  #complete = false
  #closed = false
  #tag: string | undefined
  #rows: number | undefined
  /** How many rows were handed out before it was suspended. */
  #before = 0
  #error: string | undefined
  #ended = false
  #rowMasks: RowMasks | undefined
  #copiesPlain = false
  /** COPY TO STDOUT whose rows are written anew, and how many there were. */
  #copyRows: CopyRows | undefined
  #copiesOut = 0

  constructor(permit: Permit, analysis: Analysis, state: NamedIn) {
    this.permit = permit
    this.analysis = analysis
    this.state = state
  }

  /** The server was asked to execute it. */
  started(): void {
    this.#executed = true
    this.#skipped = false
  }

  /** The server told the columns of the rows that come next; undefined: it said nothing of them. */
  described(columns: readonly ResultColumn[] | undefined): void {
    const { masks } = this.permit
    this.#rowMasks = masks && columns && new RowMasks(masks, columns, this.state)
  }

  /** What the server tells of the rows that come next, or CopyDone. Throws where these cannot be masked; one has `maxBytes` at most. */
  describedBy(letter: string, bytes: Buffer, maxBytes: number): void {
    const { masks } = this.permit
    if (masks === undefined) return
    if (letter === 'H') this.#copies(masks, bytes, maxBytes)
    else if (letter === 'c') this.#copied()
    else this.described(letter === 'T' ? readRowDescription(bytes) : [])
  }

  #copies(masks: ResultMasks, response: Buffer, maxBytes: number): void {
    const out = this.analysis.copiesOut[this.#copiesOut]
    this.#copiesOut += 1
    this.#copiesPlain = passesPlain(masks, response.readUInt16BE(6))
    this.#copyRows = this.#copiesPlain ? undefined : new CopyRows({ masks, maxBytes, names: this.state, out }, response)
  }

  #copied(): void {
    this.#copyRows?.end()
    this.#copyRows = undefined
    this.#copiesPlain = false
  }

  /** What the rows of COPY go through that come now; undefined: none are due that have to be masked. */
  get copyRows(): CopyRows | undefined {
    return this.#copyRows
  }

  /** Whether its rows are written anew. Those of COPY are not where nothing masks any of them. */
  get rewrites(): boolean {
    return this.permit.masks !== undefined && !this.#copiesPlain
  }

  /** What its rows go through before anybody sees them; undefined where nothing is masked at the target. */
  get rowMasks(): RowMasks | undefined {
    const { masks } = this.permit
    return masks && (this.#rowMasks ??= new RowMasks(masks, undefined, this.state))
  }

  /** PortalSuspended: it ran as far as the client asked for, and handed out so many rows more. */
  suspended(rows: number): void {
    this.#suspended = true
    this.#before += rows
    this.#rows = this.#before
  }

  /** The server ignored the request to execute it, because an earlier message of the batch had failed. */
  skipped(): void {
    this.#skipped = true
  }

  /** CommandComplete: its tag ends with the number of rows for most commands, those of an earlier Execute left out. */
  completed(tag: string): void {
    if (this.#copyRows !== undefined) throw unexpected('the end of a COPY')
    // A portal that is executed again after its end answers once more, with nothing.
    if (this.#complete && this.analysis.statementCount === 1) return
    this.#complete = true
    this.#tag = tag
    const count = / (\d+)$/.exec(tag)?.[1]
    if (count !== undefined) this.#rows = this.#before + Number(count)
  }

  /** The portal behind it was closed: it cannot go on. */
  close(): void {
    this.#closed = true
  }

  failed(sqlState: string): void {
    this.#error = sqlState
  }

  /**
   * Whether it changed more rows than its permit allows: the door has the server undo it. All of them are changed before the
   * first one is handed out, so of a run that hands out some nobody can tell.
   */
  get exceeds(): boolean {
    const bound = this.permit.maxAffected
    if (bound === undefined) return false
    return this.#suspended || (this.#complete && (this.#rows === undefined || this.#rows > bound))
  }

  /** Whether the door has to see the count of its rows before it may stay. */
  get bounded(): boolean {
    return this.permit.maxAffected !== undefined
  }

  /** The refusal of a run that exceeds its bound. */
  exceeded(): Refusal {
    const rows = this.#complete ? this.#rows : undefined
    return this.permit.affectedExceeded(rows ?? Number.POSITIVE_INFINITY)
  }

  /** Whether the server was asked to execute it. */
  get executed(): boolean {
    return this.#executed
  }

  /** Whether it was executed since the last ReadyForQuery, so that nobody knows yet what it did. */
  get isUnderWay(): boolean {
    return this.#executed && !this.#skipped && !this.#ended
  }

  /** Whether it was suspended before, so that it only goes on. A request to execute it may have been skipped. */
  get handedOutSome(): boolean {
    return this.#suspended
  }

  get succeeded(): boolean {
    return this.#complete && this.#error === undefined
  }

  /** Whether it may still go on after this exchange: a portal that is neither finished nor failed. */
  get open(): boolean {
    return !this.#complete && !this.#closed && this.#error === undefined
  }

  /** Whether this is the first time that somebody acts on its end. */
  endsNow(): boolean {
    const isFirst = !this.#ended
    this.#ended = true
    return isFirst
  }

  /**
   * Records the outcome. `undone` says that the implicit transaction around it failed afterwards; `lost` that the
   * connection ended before the server answered.
   */
  settle(fate: 'answered' | 'undone' | 'lost' = 'answered'): MaybePromise<void> {
    return this.permit.settle({
      outcome: this.#outcome(fate),
      result: this.#tag,
      rows: this.#rows,
      error: this.#error,
    })
  }

  #outcome(fate: 'answered' | 'undone' | 'lost'): Outcome['outcome'] {
    if (this.#error !== undefined) return 'failed'
    // It was never committed: the door has the server undo it, or the connection ended before.
    if (this.exceeds) return 'rolled-back'
    // A batch whose Sync was not answered may have been undone after the command was complete.
    if (this.#complete) return fate === 'answered' ? 'completed' : fate === 'undone' ? 'rolled-back' : 'unknown'
    if (this.#skipped && !this.#suspended) return 'not-run'
    if (!this.#executed) return fate === 'lost' ? 'unknown' : 'not-run'
    return fate === 'answered' ? 'completed' : fate === 'undone' ? 'rolled-back' : 'unknown'
  }
}

/** Whether nothing masks any column of a COPY of so many. */
function passesPlain(masks: ResultMasks, count: number): boolean {
  if (masks.content !== undefined || (masks.columns ?? count) !== count) return false
  return Array.from({ length: count }, (_, index) => masks.at(index)).every((mask) => mask === undefined)
}
