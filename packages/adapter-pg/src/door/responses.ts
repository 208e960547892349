import { BothKeysError, isPromise } from '@bothkeys/core/adapter'
import type { BackendSink, Rows } from './backend-scan.js'
import { BackendScanner } from './backend-scan.js'
import { takeInternalAnswer } from './internal-answer.js'
import { MeasuredRows } from './measured-rows.js'
import { BodyReader, errorFields } from './messages.js'
import { OwedAnswers } from './owed-answers.js'
import { refusalResponse } from './refusal-response.js'
import type { Failure, ResponseEvents } from './response-events.js'
import { RewrittenRows } from './rewritten-rows.js'
import type { Run } from './run.js'
import type { InternalExchange, Slot } from './slots.js'
import { fits, insteadOf, isHidden, skipped } from './slots.js'
import { unexpected, unreadable } from './unexpected-answer.js'

/**
 * Matches the server's answers with what was sent, first in first out, and passes them on. Rows pass by uncopied.
 * An answer that fits nothing that was sent ends the connection.
 */
export class ResponseTracker implements BackendSink {
  readonly #events: ResponseEvents
  readonly #scanner: BackendScanner
  /** What was sent and is not answered yet. */
  readonly owed: OwedAnswers = new OwedAnswers()
  /** How many rows the message at hand was answered with so far. */
  #rows = 0
  readonly #measured: MeasuredRows
  /** The CommandComplete of a simple query in place of which the server got extended messages, until it is committed. */
  #complete: Buffer | undefined
  /** An error in this exchange, so that the implicit transaction around it is undone. */
  #failed = false
  #over = false
  readonly #rewritten: RewrittenRows

  constructor(events: ResponseEvents, maxBytes: number) {
    this.#events = events
    this.#scanner = new BackendScanner(this, maxBytes)
    this.#rewritten = new RewrittenRows(events.toClient.bind(events))
    this.#measured = new MeasuredRows(this.#events, () => {
      this.#goOn(undefined)
    })
  }

  get wantsRows(): boolean {
    return this.owed.head?.kind === 'internal'
  }

  get rewrites(): boolean {
    const head = this.owed.head
    return (head?.kind === 'query' || head?.kind === 'execute') && head.run.rewrites
  }

  /** Whether the client has got the beginning of a row whose end is still to come. */
  get midRow(): boolean {
    return this.#scanner.midRow
  }

  /** Whether nothing counts any more of what the server sends. */
  get over(): boolean {
    return this.#over
  }

  /** Whether the scan waits for an outcome to be recorded. */
  get stopped(): boolean {
    return this.#scanner.stopped
  }

  get pending(): number {
    return this.#scanner.pending
  }

  push(chunk: Buffer): void {
    this.#scan(() => {
      this.#scanner.push(chunk)
    })
  }

  #scan(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#over = true
      this.#events.fatal(error instanceof BothKeysError ? error : unreadable(error))
    }
  }

  #answered(): void {
    this.owed.take()
    this.#rows = 0
  }

  pass(bytes: Buffer): void {
    this.#send(bytes)
  }

  #send(bytes: Buffer): void {
    this.flush()
    this.#events.toClient(bytes)
  }

  flush(): void {
    this.#rewritten.flush()
  }

  rewrite(chunk: Buffer, start: number, end: number): void {
    this.#rewritten.add(this.#rowsOf(), chunk, start, end)
  }

  row(): 'pass' | 'wait' {
    const verdict = this.#measured.next(this.#rowsOf())
    if (verdict === 'pass') this.#rows += 1
    return verdict
  }

  held(rows: Rows): void {
    this.#measured.count(this.#rowsOf(), rows)
  }

  /** Goes on with the scan, behind what was kept back. */
  #goOn(kept: Buffer | undefined): void {
    this.#scan(() => {
      if (kept !== undefined) this.#send(kept)
      this.#scanner.resume()
      this.#events.progress()
    })
  }

  #rowsOf(): Run {
    const head = this.owed.head
    if (head?.kind !== 'query' && head?.kind !== 'execute') throw unexpected('a row')
    return head.run
  }

  message(type: number, bytes: Buffer): 'pass' | 'drop' | 'stop' {
    if (this.#over) return 'drop'
    const head = this.owed.head
    switch (String.fromCharCode(type)) {
      case 'S':
        return this.#parameter(bytes)
      case 'N':
        return head?.kind === 'internal' ? 'drop' : this.#tell(bytes)
      case 'A':
        return this.#instead(bytes, this.#events.notified(bytes))
      case 'E': {
        const verdict = this.#error(head, bytes)
        this.#events.progress()
        return verdict
      }
      case 'Z':
        return this.#ready(head, bytes)
      default:
        return head?.kind === 'internal' ? this.#internal(head, type, bytes) : this.#answer(head, type, bytes)
    }
  }

  #parameter(bytes: Buffer): 'pass' {
    const body = new BodyReader(bytes)
    const name = body.cBytes().toString('utf8')
    this.#events.parameter(name, body.cBytes().toString('utf8'))
    return 'pass'
  }

  /** ErrorResponse: everything up to the next Sync is skipped by the server, except in a simple query. */
  #error(head: Slot | undefined, bytes: Buffer): 'pass' | 'drop' {
    const fields = errorFields(bytes)
    const sqlState = fields.get('C') ?? 'XX000'
    if (fields.get('V') === 'FATAL' || fields.get('V') === 'PANIC') {
      this.#over = true
      this.#scanner.release()
      this.#send(this.#events.told(bytes))
      this.#events.ended()
      return 'drop'
    }
    if (head === undefined) throw unexpected('an error')
    this.#failed = true
    this.#complete = undefined
    if (head.kind === 'internal') return this.#internalError(head.exchange, sqlState)
    const refusal = insteadOf(head, sqlState)
    const told = refusal?.sqlState ?? sqlState
    if ('run' in head && head.kind !== 'describe') head.run.failed(told)
    const verdict = refusal === undefined ? this.#tell(bytes) : this.#replace(refusalResponse(refusal))
    if (head.kind !== 'query' && head.kind !== 'refused-query') this.#skipToSync(head, { sqlState: told, told: true })
    return verdict
  }

  #tell(bytes: Buffer): 'pass' | 'drop' {
    return this.#instead(bytes, this.#events.told(bytes))
  }

  #instead(bytes: Buffer, told: Buffer): 'pass' | 'drop' {
    return told === bytes ? 'pass' : this.#replace(told)
  }

  #replace(bytes: Buffer): 'drop' {
    this.#scanner.release()
    this.#send(bytes)
    return 'drop'
  }

  #internalError(exchange: InternalExchange, sqlState: string): 'drop' {
    exchange.error = sqlState
    if (exchange.synced) this.#failed = false
    else {
      this.#answered()
      this.#skipToSync(undefined, { sqlState, told: false })
      exchange.done()
    }
    return 'drop'
  }

  #skipToSync(failed: Slot | undefined, failure: Failure): void {
    for (;;) {
      const slot = this.owed.head
      if (slot === undefined) {
        this.#events.skipping(failure)
        return
      }
      if (slot.kind === 'sync') return
      this.#answered()
      if (slot.kind === 'parse' && slot.own === undefined) this.#events.parsed(slot.statement, false)
      // The one that failed is among these.
      if (slot.kind === 'execute' && slot !== failed) slot.run.skipped()
      if (slot.kind === 'internal') {
        slot.exchange.error = skipped
        slot.exchange.done()
      }
    }
  }

  #committed(): void {
    const complete = this.#complete
    if (complete === undefined) return
    this.#complete = undefined
    this.#scanner.release()
    this.#send(complete)
  }

  #ready(head: Slot | undefined, bytes: Buffer): 'pass' | 'drop' | 'stop' {
    const status = String.fromCharCode(bytes.readUInt8(5))
    if (head?.kind === 'internal' && head.exchange.synced) {
      this.#answered()
      head.exchange.done()
      return 'drop'
    }
    if (head?.kind !== 'sync' && head?.kind !== 'query' && head?.kind !== 'refused-query') {
      throw unexpected('ReadyForQuery')
    }
    this.#answered()
    this.#committed()
    const failed = this.#failed
    this.#failed = false
    const recorded = this.#events.ready(status, failed)
    const hidden = isHidden(head, 'Z')
    if (!isPromise(recorded)) {
      this.#events.progress()
      return hidden ? 'drop' : 'pass'
    }
    const kept = Buffer.from(bytes)
    recorded.then(
      () => {
        this.#goOn(hidden ? undefined : kept)
      },
      (error: unknown) => {
        this.#over = true
        this.#events.fatal(error)
      },
    )
    return 'stop'
  }

  #internal({ exchange }: Extract<Slot, { kind: 'internal' }>, type: number, bytes: Buffer): 'drop' {
    if (!takeInternalAnswer(exchange, type, bytes)) return 'drop'
    this.#answered()
    exchange.done()
    return 'drop'
  }

  #answer(head: Slot | undefined, type: number, bytes: Buffer): 'pass' | 'drop' {
    const letter = String.fromCharCode(type)
    if (head === undefined || !fits(head, letter)) throw unexpected(`the message ${letter}`)
    switch (letter) {
      case '1':
        this.#answered()
        if (head.kind === 'parse' && head.own === undefined) this.#events.parsed(head.statement, true)
        break
      case 'C':
      case 'I':
        if ('run' in head) head.run.completed(letter === 'I' ? '' : bytes.toString('utf8', 5, bytes.length - 1))
        // Each statement of a text has columns of its own; a portal keeps them.
        if (head.kind === 'query') head.run.described(undefined)
        if (head.kind === 'execute') this.#answered()
        break
      case 'G':
        // Rows for a COPY that the decision knew nothing of are never let through.
        if (!('run' in head) || head.run.analysis.copy !== 'in') throw unexpected('a request for COPY rows')
        this.#events.copyIn()
        break
      case 's':
        if ('run' in head) head.run.suspended(this.#rows)
        this.#answered()
        break
      case '2':
      case '3':
        this.#answered()
        break
      case 'H':
      case 'c':
      case 'T':
      case 'n':
        if ('run' in head) head.run.describedBy(letter, bytes, this.#scanner.maxBytes)
        if (head.kind === 'describe') this.#answered()
        break
      default:
        break
    }
    this.#events.progress()
    // Whether it stays is decided before the client hears of it.
    if ('run' in head && head.run.exceeds) return 'drop'
    if (head.kind === 'execute' && head.own === true && letter === 'C') this.#complete = Buffer.from(bytes)
    return isHidden(head, letter) ? 'drop' : 'pass'
  }
}
