import type { ResponseEvents } from './response-events.js'
import type { Slot } from './slots.js'
import { ResponseTracker } from './responses.js'
import { copyFail } from './marker.js'
import { message } from './messages.js'
import type { Upstream } from './upstream.js'
import { whenLate } from './when-late.js'

/** How long the server may take over its last answers, and over closing the connection, in milliseconds. */
const lingerMs = 5_000

/** Bytes that are gathered before they leave without being asked to. */
const maxGatheredBytes = 64 * 1024

/**
 * The server may send messages of this size whatever the client's cap: the catalog comes in one row. Rows of the
 * client's results are not kept and have no bound.
 */
const minServerBytes = 256 * 1024 * 1024

const terminate = message('X', Buffer.alloc(0))

/** What the link tells its connection besides the server's answers. */
export interface LinkEvents extends ResponseEvents {
  /** The link broke: `cause` is the error of the socket, if there was one. */
  lost(cause: unknown): void
}

export interface LinkLimits {
  readonly maxMessageBytes: number
  readonly maxQueuedBytes: number
}

/**
 * The server's end of a governed connection: the bytes that leave for it, the answers that it owes, how it is
 * cancelled and how it is left.
 */
export class ServerLink {
  readonly #upstream: Upstream
  readonly #limits: LinkLimits
  readonly #events: LinkEvents
  readonly #tracker: ResponseTracker
  #gathered: Buffer[] = []
  #gatheredBytes = 0
  #congested = false
  #clientFull = false
  #cancelling: Promise<void> | undefined
  /** Told of whatever may have been the last answer. */
  #heard: () => void = () => undefined

  constructor(upstream: Upstream, limits: LinkLimits, events: LinkEvents) {
    this.#upstream = upstream
    this.#limits = limits
    this.#events = events
    this.#tracker = new ResponseTracker(
      {
        ...events,
        progress: () => {
          events.progress()
          this.#pace()
          this.#heard()
        },
        fatal: (error) => {
          events.fatal(error)
          this.#heard()
        },
      },
      Math.max(limits.maxMessageBytes, minServerBytes),
    )
    this.#attach()
  }

  /** Whether the server owes nothing and everything it sent was handled. */
  get idle(): boolean {
    return this.#tracker.owed.idle && !this.#tracker.stopped
  }

  /** How many messages the server has answered so far, and how many it was sent. */
  get answered(): number {
    return this.#tracker.owed.answered
  }

  get sent(): number {
    return this.#tracker.owed.sent
  }

  /** Whether the client has got the beginning of a row whose end is still to come. */
  get midRow(): boolean {
    return this.#tracker.midRow
  }

  /** A cancel request that is on its way: it may hit whatever the server is given before it arrived. */
  get cancelling(): Promise<void> | undefined {
    return this.#cancelling
  }

  /** Sends bytes and notes what the server owes for them. They leave together, at the latest when the event loop turns. */
  send(bytes: Buffer, slot: Slot | undefined): void {
    if (slot !== undefined) this.#tracker.owed.expect(slot)
    if (this.#gathered.length === 0) setImmediate(this.flush)
    this.#gathered.push(bytes)
    this.#gatheredBytes += bytes.length
    if (this.#gatheredBytes >= maxGatheredBytes) this.flush()
  }

  /** Lets the bytes go that were gathered. */
  readonly flush = (): void => {
    const [first, ...more] = this.#gathered
    if (first === undefined) return
    const bytes = more.length === 0 ? first : Buffer.concat(this.#gathered, this.#gatheredBytes)
    this.#gathered = []
    this.#gatheredBytes = 0
    if (!this.#upstream.socket.write(bytes)) this.#congested = true
  }

  /** Whether the server takes more bytes without keeping them in memory here. */
  get writable(): boolean {
    if (this.#congested && !this.#upstream.socket.writableNeedDrain) this.#congested = false
    return !this.#congested
  }

  /** Asks the server to cancel what it runs for the client. Does nothing when it runs nothing. */
  cancel(): void {
    if (!this.#tracker.owed.working || this.#cancelling !== undefined) return
    this.#cancelling = this.#upstream
      .cancel()
      .catch(() => undefined)
      .finally(() => {
        this.#cancelling = undefined
      })
  }

  /** The client takes no more bytes for now, or takes them again. */
  clientFull(full: boolean): void {
    this.#clientFull = full
    this.#pace()
  }

  /**
   * Leaves the server. What runs is cancelled first, and its last answers are heard for a while, so that its outcome
   * is known. An unfinished batch is not finished: the server undoes it.
   */
  async leave(copying: boolean): Promise<void> {
    const { socket } = this.#upstream
    this.flush()
    if (!this.#tracker.owed.idle && !socket.destroyed) {
      this.#clientFull = false
      socket.resume()
      // A server that waits for COPY rows hears no cancel request.
      if (copying) socket.write(copyFail)
      this.cancel()
      await this.#cancelling
      if (this.#tracker.owed.owesReady) await this.#lastAnswers()
    }
    socket.removeAllListeners('data')
    socket.removeAllListeners('drain')
    socket.resume()
    socket.end(terminate)
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    socket.once('close', () => {
      clearTimeout(timer)
    })
  }

  #lastAnswers(): Promise<void> {
    const { socket } = this.#upstream
    // A server that ended the connection itself is gone by now.
    if (socket.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        stop()
        socket.off('data', this.#heard)
        socket.off('close', done)
        this.#heard = () => undefined
        resolve()
      }
      this.#heard = () => {
        // What the server says is believed no more after what cannot be understood, nor heard after its own last word.
        if (this.idle || this.#tracker.over) done()
      }
      const stop = whenLate(lingerMs, done)
      // Behind the listener that hands the bytes to the tracker.
      socket.on('data', this.#heard)
      socket.once('close', done)
      this.#heard()
    })
  }

  #attach(): void {
    const { socket } = this.#upstream
    socket.removeAllListeners('error')
    socket.on('data', (chunk: Buffer) => {
      this.#tracker.push(chunk)
      this.#pace()
    })
    socket.on('drain', () => {
      this.#events.progress()
    })
    let cause: unknown
    socket.on('error', (error) => {
      cause = error
    })
    socket.on('close', () => {
      this.#events.lost(cause)
    })
    socket.resume()
  }

  /** Reads on only while there is room for what is read. */
  #pace(): void {
    const { socket } = this.#upstream
    const kept = this.#tracker.stopped && this.#tracker.pending > this.#limits.maxQueuedBytes
    if (this.#clientFull || kept) socket.pause()
    else if (socket.isPaused()) socket.resume()
  }
}
