import type { MaybePromise, SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom } from '@bothkeys/core/adapter'
import type { ClientEnd } from './client-end.js'
import { CopyIn } from './copy-in.js'
import { ExtendedProtocol } from './extended.js'
import { FrameQueue } from './frame-queue.js'
import type { Frame } from './frames.js'
import { FrameReader } from './frames.js'
import type { InternalStatement } from './internal-statement.js'
import { internalMessages } from './internal-statement.js'
import type { Line } from './line.js'
import { refusedQuery } from './marker.js'
import { refusalResponse } from './refusal-response.js'
import { Registry } from './registry.js'
import type { InternalExchange, ResponseEvents, Slot } from './responses.js'
import { ResponseTracker, skipped } from './responses.js'
import type { Run } from './run.js'
import { SimpleProtocol } from './simple.js'
import { StatementFlow } from './statement-flow.js'
import type { Upstream } from './upstream.js'

/** What a connection needs to know about its target. */
export interface ConnectionOptions {
  readonly maxMessageBytes: number
  /** How many bytes of messages may wait while a statement is held or runs. */
  readonly maxQueuedBytes: number
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
  readonly #upstream: Upstream
  readonly #options: ConnectionOptions
  readonly #reader: FrameReader
  readonly #queue = new FrameQueue()
  readonly #tracker: ResponseTracker
  readonly #flow: StatementFlow
  readonly #simple: SimpleProtocol
  readonly #extended: ExtendedProtocol
  readonly #copyIn: CopyIn
  readonly #ended: Promise<void>
  #resolveEnded: () => void = () => undefined
  #status = 'I'
  #skipping = false
  /** Runs since the last ReadyForQuery. */
  #runs = new Set<Run>()
  #abort = new AbortController()
  #admitting = false
  #closed = false
  #progress: (() => void) | undefined
  #accepted: (() => void) | undefined
  #onClose: () => void = () => undefined
  #corked = false
  #congested = false
  readonly #prepared = new Set<string>()

  constructor(access: SessionAccess, client: ClientEnd, upstream: Upstream, options: ConnectionOptions) {
    this.access = access
    this.#client = client
    this.#upstream = upstream
    this.#options = options
    this.#reader = new FrameReader(options.maxMessageBytes, true)
    this.#tracker = new ResponseTracker(this.#responseEvents(), options.maxMessageBytes)
    this.#flow = options.flow(this)
    this.#simple = new SimpleProtocol(this, this.#flow)
    this.#extended = new ExtendedProtocol(this, this.#flow)
    this.#copyIn = new CopyIn(this)
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.#attachUpstream()
    access.signal.addEventListener('abort', this.#onSessionEnd, { once: true })
    void this.#loop()
  }

  /** Resolves when both ends are closed and every outcome is recorded. */
  get ended(): Promise<void> {
    return this.#ended
  }

  get transactionStatus(): string {
    return this.#status
  }

  get skipping(): boolean {
    return this.#skipping
  }

  /** Whether the connection is over. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether the server owes nothing. */
  get idle(): boolean {
    return this.#tracker.idle && !this.#tracker.stopped
  }

  /** Whether the server reads COPY rows. */
  get readsCopy(): boolean {
    return this.#copyIn.active
  }

  /** Runs since the last ReadyForQuery. */
  get runs(): ReadonlySet<Run> {
    return this.#runs
  }

  /** Aborted when the client cancels, times out or goes away while its statement waits. */
  get abortSignal(): AbortSignal {
    return this.#abort.signal
  }

  // --- from the client ---

  /** Takes bytes of the client. The promise, if any, says when more may come. */
  receive(chunk: Buffer): MaybePromise<void> {
    if (this.#closed) return
    try {
      // The copy is what is decided and what is sent: the caller's buffer may change later.
      this.#reader.push(Buffer.from(chunk))
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        if (frame.type === 0x58) {
          this.clientGone()
          return
        }
        this.#queue.push(frame)
      }
    } catch (error) {
      this.fatal(error)
      return
    }
    if (this.#queue.bytes <= this.#options.maxQueuedBytes) return
    return new Promise((resolve) => {
      this.#accepted = resolve
    })
  }

  /** The client takes bytes again. */
  drained(): void {
    if (!this.#closed) this.#upstream.socket.resume()
  }

  /** The client ended its side or vanished: what waits is withdrawn, what runs is cancelled. */
  clientGone(): void {
    if (this.#closed) return
    this.#giveUp('the client closed the connection while its statement waited')
    this.#queue.clear()
    this.#release()
    void this.#shutDown()
  }

  /** A cancel request for what this connection runs, or waits for, right now. Anything else is ignored. */
  cancel(): void {
    if (this.#closed) return
    if (this.#admitting) this.#giveUp('canceling statement due to user request')
    else if (!this.#tracker.idle) void this.#upstream.cancel()
  }

  #giveUp(message: string): void {
    const abort = this.#abort
    this.#abort = new AbortController()
    abort.abort(new BothKeysError('ERR_APPROVAL_WITHDRAWN', message, { hint: 'send the statement again' }))
  }

  // --- the loop ---

  async #loop(): Promise<void> {
    try {
      for (;;) {
        const frame = this.#queue.take() ?? (await this.#nextFrame())
        if (frame === undefined) return
        this.#release()
        await this.#handle(frame)
      }
    } catch (error) {
      this.fatal(error)
    }
  }

  #nextFrame(): Promise<Frame | undefined> {
    this.#flush()
    return this.#queue.next()
  }

  #release(): void {
    if (this.#queue.bytes > this.#options.maxQueuedBytes / 2) return
    const accepted = this.#accepted
    this.#accepted = undefined
    accepted?.()
  }

  #handle(frame: Frame): MaybePromise<void> {
    if (this.#copyIn.active) return this.#copyIn.handle(frame)
    switch (String.fromCharCode(frame.type)) {
      case 'Q':
        return this.#simple.query(frame.bytes)
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
      case 'H':
      case 'S':
        return this.#extended.handle(frame)
      case 'd':
      case 'c':
      case 'f':
        return this.#copyIn.handle(frame)
      case 'F':
        return this.#refuseFunctionCall()
      default:
        throw new BothKeysError('ERR_PROTOCOL_REFUSED', 'the client sent a message of an unknown type', {
          hint: 'use an official driver',
        })
    }
  }

  async #refuseFunctionCall(): Promise<void> {
    await this.quiet()
    this.send(refusedQuery, {
      kind: 'refused-query',
      refusal: {
        code: 'ERR_PROTOCOL_REFUSED',
        message: 'refused: the function call protocol is not governed',
        rules: [],
        hint: 'call the function with SELECT',
      },
    })
    await this.quiet()
  }

  // --- to the server ---

  /** Sends bytes that a permit released, or that carry nothing to decide, and notes what the server owes for them. */
  send(bytes: Buffer, slot: Slot | undefined): void {
    if (this.#closed) return
    if (slot !== undefined) this.#tracker.expect(slot)
    const { socket } = this.#upstream
    if (!this.#corked) socket.cork()
    this.#corked = true
    if (!socket.write(bytes)) this.#congested = true
  }

  /** Lets the bytes go that were gathered, so that one batch leaves in one piece. */
  #flush(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#upstream.socket.uncork()
  }

  /** Waits until the server takes bytes again. */
  async writable(): Promise<void> {
    if (!this.#congested) return
    const { socket } = this.#upstream
    this.#flush()
    await this.#until(() => !socket.writableNeedDrain)
    this.#congested = false
  }

  /** Notes a permitted action, so that its outcome is recorded before the next ReadyForQuery. */
  track(run: Run): void {
    this.#runs.add(run)
  }

  /** Waits until the server owes nothing. */
  async quiet(): Promise<void> {
    if (this.idle) return
    this.#flush()
    await this.#until(() => this.idle)
  }

  /** Waits until a condition holds that answers of the server change. Throws when the connection ends. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    this.#flush()
    await this.#until(condition)
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#closed) throw gone()
      await new Promise<void>((resolve) => {
        this.#progress = resolve
      })
    }
  }

  #notify(): void {
    const progress = this.#progress
    this.#progress = undefined
    progress?.()
  }

  /** Runs a statement of the door's own and answers its rows. Only while the server owes nothing else. */
  async internal(
    statement: InternalStatement,
    parameters: readonly string[] = [],
  ): Promise<readonly (readonly (string | null)[])[]> {
    const synced = !this.#extended.open
    const rows: (readonly (string | null)[])[] = []
    const prepared = this.#prepared.has(statement.name)
    const exchange: InternalExchange = {
      rows,
      error: undefined,
      synced,
      closes: prepared ? 1 : 2,
      done: () => undefined,
    }
    const finished = new Promise<void>((resolve) => {
      exchange.done = resolve
      this.#onClose = resolve
    })
    this.send(internalMessages(statement, parameters, prepared, synced), {
      kind: 'internal',
      exchange,
    })
    this.#flush()
    await finished
    if (this.#closed) throw gone()
    if (exchange.error === skipped) throw new BothKeysError('ERR_ABORTED', 'an earlier message of the batch failed')
    if (exchange.error !== undefined) {
      this.#prepared.delete(statement.name)
      throw new BothKeysError(
        'ERR_TARGET_UNSAFE',
        `the door could not read the state of the server (${exchange.error})`,
        {
          hint: 'roll back and try again; the role needs to be able to read pg_catalog',
        },
      )
    }
    this.#prepared.add(statement.name)
    return rows
  }

  /** The server forgot every prepared statement (DISCARD ALL, DEALLOCATE ALL). */
  forgetInternalStatements(): void {
    this.#prepared.clear()
  }

  /** Marks the time in which a statement waits for its decision, so that a cancel withdraws it. */
  async whileAdmitting<T>(step: () => Promise<T>): Promise<T> {
    this.#admitting = true
    try {
      return await step()
    } finally {
      this.#admitting = false
    }
  }

  // --- from the server ---

  #attachUpstream(): void {
    const { socket } = this.#upstream
    socket.removeAllListeners('error')
    socket.on('data', (chunk: Buffer) => {
      this.#tracker.push(chunk)
      if (this.#tracker.stopped && this.#tracker.pending > this.#options.maxQueuedBytes) socket.pause()
    })
    socket.on('drain', () => {
      this.#notify()
    })
    socket.on('error', (error) => {
      this.fatal(error)
    })
    socket.on('close', () => {
      this.fatal(new BothKeysError('ERR_ABORTED', 'the server closed the connection', { hint: 'connect again' }))
    })
    socket.resume()
  }

  #responseEvents(): ResponseEvents {
    return {
      toClient: (bytes) => {
        if (!this.#client.send(bytes)) this.#upstream.socket.pause()
      },
      ready: (status, failed) => this.#settle(status, failed),
      parsed: (statement, ok) => {
        this.#extended.parsed(statement, ok)
      },
      skipping: () => {
        this.#skipping = true
      },
      copyIn: () => {
        this.#copyIn.started()
      },
      parameter: (name, value) => {
        this.#flow.parameter(name, value)
      },
      progress: () => {
        this.#notify()
      },
      fatal: (error) => {
        this.fatal(error)
      },
    }
  }

  /** ReadyForQuery: outcomes go on record, names and state follow, and only then the client hears of it. */
  #settle(status: string, failed: boolean): MaybePromise<void> {
    const before = this.#status
    this.#status = status
    this.#skipping = false
    this.#copyIn.ended()
    const undone = failed && before === 'I' && status === 'I'
    const waits: Promise<void>[] = []
    for (const run of this.#runs) {
      this.#flow.finished(run)
      if (status !== 'I' && run.open) continue
      const recorded = run.settle(undone ? 'undone' : 'answered')
      if (recorded !== undefined) waits.push(Promise.resolve(recorded))
    }
    this.#flow.synced(this.#runs, before, status)
    if (this.#runs.size > 0) this.#runs = new Set()
    if (status === 'I') {
      for (const run of this.registry.transactionEnded()) {
        const recorded = run.settle('answered')
        if (recorded !== undefined) waits.push(Promise.resolve(recorded))
      }
    }
    this.#extended.synced()
    if (waits.length > 0) return Promise.all(waits).then(() => undefined)
  }

  // --- the end ---

  /** Tells the client why and ends the connection. Nothing more is sent. */
  fatal(error: unknown): void {
    if (this.#closed) return
    const refusal = refusalFrom(error)
    this.#client.send(refusalResponse(refusal, 'FATAL'))
    this.#queue.clear()
    this.#giveUp(refusal.message)
    this.#release()
    void this.#shutDown()
  }

  readonly #onSessionEnd = (): void => {
    this.fatal(this.access.signal.reason)
  }

  async #shutDown(): Promise<void> {
    if (this.#closed) return
    const busy = !this.#tracker.idle
    this.#closed = true
    this.access.signal.removeEventListener('abort', this.#onSessionEnd)
    this.#notify()
    this.#onClose()
    const { socket } = this.#upstream
    if (busy && !socket.destroyed) await this.#upstream.cancel().catch(() => undefined)
    socket.removeAllListeners('data')
    socket.on('error', () => undefined)
    this.#flush()
    socket.end(Buffer.from([0x58, 0, 0, 0, 4]))
    const timer = setTimeout(() => socket.destroy(), 1_000)
    timer.unref()
    socket.once('close', () => {
      clearTimeout(timer)
    })
    const lost = new Set<Run>(this.#runs)
    for (const portal of this.registry.portals.values()) if (portal.run !== undefined) lost.add(portal.run)
    for (const run of lost) await Promise.resolve(run.settle('lost')).catch(() => undefined)
    this.#flow.closed()
    this.#client.finish()
    this.#resolveEnded()
  }
}

function gone(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the connection ended', { hint: 'connect again' })
}
