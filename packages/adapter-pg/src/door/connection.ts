import type { MaybePromise, OnHeld, SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom } from '@bothkeys/core/adapter'
import { Admissions } from './admissions.js'
import type { ClientEnd } from './client-end.js'
import { ClientInput } from './client-input.js'
import { ClientLoop } from './client-loop.js'
import { ClientProtocol } from './client-protocol.js'
import { closingDoor, gone, serverLost, unasked } from './connection-ends.js'
import type { Frame } from './frames.js'
import { InternalExchanges } from './internal-exchanges.js'
import type { InternalStatement } from './internal-statement.js'
import { assertRoomFor } from './kept-names.js'
import type { Line } from './line.js'
import { Progress } from './progress.js'
import type { DoorRefusal } from './refusal-response.js'
import { refusalResponse } from './refusal-response.js'
import { Registry } from './registry.js'
import type { Failure } from './response-events.js'
import type { Slot } from './slots.js'
import type { Run } from './run.js'
import { ServerWords } from './server-words.js'
import type { LinkEvents, LinkLimits } from './server-link.js'
import { ServerLink } from './server-link.js'
import { settleLost } from './settle-lost.js'
import { settleRuns, settleUndone } from './settle-runs.js'
import type { StatementFlow } from './statement-flow.js'
import type { Upstream } from './upstream.js'

/** What a connection needs to know about its target. `maxQueuedBytes` may wait while a statement is held or runs. */
export interface ConnectionOptions extends LinkLimits {
  readonly flow: (line: Line) => StatementFlow
}

/**
 * One governed connection after its login: the client's messages are taken one after the other, decided, and only
 * then sent; the server's answers are matched with them and passed back. There is no other way to the server.
 */
export class DoorConnection implements Line {
  readonly access: SessionAccess
  readonly registry: Registry = new Registry()
  readonly #client: ClientEnd
  readonly #input: ClientInput
  readonly #link: ServerLink
  readonly #internal: InternalExchanges
  readonly #flow: StatementFlow
  readonly #protocol: ClientProtocol
  readonly #words: ServerWords
  readonly #loop: ClientLoop
  readonly #ended: Promise<void>
  #resolveEnded: () => void = () => undefined
  #status = 'I'
  #failure: Failure | undefined
  /** Runs since the last ReadyForQuery. */
  #runs = new Set<Run>()
  readonly admissions: Admissions = new Admissions()
  #closed = false
  readonly #progress = new Progress()

  constructor(access: SessionAccess, client: ClientEnd, upstream: Upstream, options: ConnectionOptions) {
    this.access = access
    this.#client = client
    this.#input = new ClientInput(options)
    this.#link = new ServerLink(upstream, options, this.#linkEvents())
    this.#internal = new InternalExchanges((bytes, slot) => {
      this.#link.send(bytes, slot)
      // Later than the sync of an intent that this turn recorded: the disk gets its work before the server does.
      queueMicrotask(this.#link.flush)
    })
    this.#flow = options.flow(this)
    this.#protocol = new ClientProtocol(this, this.#flow)
    this.#words = new ServerWords(access)
    this.#loop = new ClientLoop({
      input: this.#input,
      link: this.#link,
      handle: (frame) => this.#protocol.handle(frame),
      writable: () => this.writable(),
      atRest: () => this.#atRest,
      drained: this.shutDown,
    })
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    if (access.signal.aborted) this.#onSessionEnd()
    else access.signal.addEventListener('abort', this.#onSessionEnd, { once: true })
    void this.#loop.run().catch(this.fatal)
  }

  /** Resolves when both ends are closed and every outcome is recorded. */
  get ended(): Promise<void> {
    return this.#ended
  }

  get transactionStatus(): string {
    return this.#status
  }

  get skipping(): boolean {
    return this.#failure !== undefined
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  get upcoming(): Frame | undefined {
    return this.#input.peek()
  }

  get closed(): boolean {
    return this.#closed
  }

  get batchOpen(): boolean {
    return this.#protocol.open
  }

  get idle(): boolean {
    return this.#link.idle
  }

  get readsCopy(): boolean {
    return this.#protocol.readsCopy
  }

  get runs(): ReadonlySet<Run> {
    return this.#runs
  }

  // --- from the client ---

  /** Takes bytes of the client. The promise, if any, says when more may come. */
  receive(chunk: Buffer): MaybePromise<void> {
    if (this.#closed) return
    try {
      return this.#input.receive(chunk, () => {
        this.clientGone()
      })
    } catch (error) {
      this.fatal(error)
    }
  }

  readonly held: OnHeld = (notice) => this.#client.onHeld?.(notice)

  /** The client takes bytes again. */
  drained(): void {
    if (!this.#closed) this.#link.clientFull(false)
  }

  /** The client ended its side or vanished: what waits is withdrawn, what runs is cancelled. */
  clientGone(): void {
    this.#end('the client closed the connection while its statement waited')
  }

  /** A cancel request for what this connection runs, or waits for, right now. Anything else is ignored. */
  cancel(): void {
    if (this.#closed) return
    if (this.admissions.waiting) this.admissions.giveUp('canceling statement due to user request', false)
    this.#link.cancel()
  }

  /**
   * Ends the connection as soon as no statement, batch or transaction is under way, and tells the client why. People may take
   * hours: what waits for them is withdrawn at once.
   */
  drain(): void {
    this.admissions.stopAsking(unasked())
    this.#loop.drain()
  }

  /** Ends the connection now: what waits is withdrawn, what runs is cancelled. The client is told why. */
  readonly shutDown = (): void => {
    this.#terminate(closingDoor)
  }

  // --- the loop ---

  /** Whether nothing is begun that the client or the server still has to end. */
  get #atRest(): boolean {
    return this.#status === 'I' && this.#link.idle && this.#protocol.atRest
  }

  // --- to the server ---

  send(bytes: Buffer, slot: Slot | undefined): void {
    if (!this.#closed) this.#link.send(bytes, slot)
  }

  tell(refusal: DoorRefusal): void {
    if (this.#failure?.told !== false) return
    this.#failure = { ...this.#failure, told: true }
    this.#client.send(refusalResponse(refusal))
  }

  answered(): Promise<void> {
    const upTo = this.#link.sent
    // What is sent in the same turn leaves together.
    return Promise.resolve().then(() => this.until(() => this.#link.answered >= upTo))
  }

  writable(): Promise<void> {
    return this.until(() => this.#link.writable)
  }

  begin(run: Run): void {
    try {
      if (this.#closed) throw gone()
      this.#flow.left.assertMayEnd(run)
      assertRoomFor(run.analysis, this.registry.kept)
      run.permit.use()
    } catch (error) {
      void settleLost([run], 'answered')
      throw error
    }
    this.#runs.add(run)
    this.#flow.begun(run)
    this.#words.begun(run)
  }

  track(run: Run): void {
    this.#runs.add(run)
  }

  quiet(): MaybePromise<void> {
    if (this.idle) return
    this.#link.flush()
    return this.#until(() => this.idle)
  }

  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    this.#link.flush()
    await this.#until(condition)
  }

  #until(condition: () => boolean): Promise<void> {
    return this.#progress.until(() => {
      if (this.#closed) throw gone()
      return condition()
    })
  }

  async internal(
    statement: InternalStatement,
    parameters: readonly string[] = [],
  ): Promise<readonly (readonly (string | null)[])[]> {
    if (this.#link.cancelling !== undefined) await this.#link.cancelling
    if (this.skipping) throw new BothKeysError('ERR_ABORTED', 'an earlier message of the batch failed')
    return this.#internal.run(statement, parameters, !this.batchOpen)
  }

  forgetInternalStatements(): void {
    this.#internal.forget()
  }

  // --- from the server ---

  #linkEvents(): LinkEvents {
    return {
      toClient: (bytes) => {
        if (!this.#closed && !this.#client.send(bytes)) this.#link.clientFull(true)
      },
      told: (bytes) => this.#words.told(bytes),
      notified: (bytes) => this.#words.notified(bytes),
      ready: (status, failed) => this.#settle(status, failed),
      parsed: (statement, ok) => {
        this.#protocol.parsed(statement, ok)
      },
      skipping: (failure) => {
        this.#failure = failure
      },
      copyIn: () => {
        this.#protocol.copyStarted()
      },
      parameter: (name, value) => {
        this.#flow.parameter(name, value)
      },
      progress: () => {
        this.#progress.notify()
      },
      ended: () => {
        this.#end('the server ended the connection')
      },
      lost: (cause) => {
        this.#terminate(serverLost(cause))
      },
      fatal: this.fatal,
    }
  }

  /** ReadyForQuery: outcomes go on record, names and state follow, and only then the client hears of it. */
  #settle(status: string, failed: boolean): MaybePromise<void> {
    const before = this.#status
    this.#status = status
    this.#failure = undefined
    this.#protocol.copyEnded()
    const undone = failed && before === 'I' && status === 'I'
    // What a statement did to names comes first: it may have closed the portals of others.
    for (const run of this.#runs) this.#flow.finished(run)
    const over = [...this.#runs].filter((run) => status === 'I' || !run.open)
    const recorded = undone ? settleUndone(over) : settleRuns(over, 'answered')
    this.#flow.synced(this.#runs, before, status)
    if (this.#runs.size > 0) this.#runs = new Set()
    if (status === 'I') this.#words.transactionEnded()
    const closed = status === 'I' ? settleRuns(this.registry.transactionEnded(), 'answered') : undefined
    this.#protocol.synced()
    if (recorded !== undefined || closed !== undefined) return Promise.all([recorded, closed]).then(() => undefined)
  }

  // --- the end ---

  /** Tells the client why and ends the connection. Nothing more is sent. */
  readonly fatal = (error: unknown): void => {
    this.#terminate(refusalFrom(error))
  }

  readonly #onSessionEnd = (): void => {
    this.fatal(this.access.signal.reason)
  }

  #terminate(refusal: DoorRefusal): void {
    if (this.#closed) return
    // In the middle of a row the message would be taken for its rest.
    if (!this.#link.midRow) this.#client.send(refusalResponse(refusal, 'FATAL'))
    this.#end(refusal.message)
  }

  #end(message: string): void {
    if (this.#closed) return
    this.#closed = true
    this.admissions.giveUp(message, true)
    this.#input.end()
    this.access.signal.removeEventListener('abort', this.#onSessionEnd)
    this.#progress.notify()
    this.#internal.end()
    void this.#leave()
  }

  async #leave(): Promise<void> {
    await this.#link.leave(this.#protocol.readsCopy)
    const lost = new Set<Run>(this.#runs)
    for (const portal of this.registry.portals.values()) if (portal.run !== undefined) lost.add(portal.run)
    await settleLost(lost, 'lost')
    this.#flow.closed()
    this.#client.finish()
    this.#resolveEnded()
  }
}
