import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import type { ExportedEvent, JournalFollower } from '../record/followed.js'
import type { Delivery, Sink, SinkBatch } from './sink.js'
import { BatchSize } from './batch-size.js'
import { SinkCall, tooLate } from './sink-call.js'
import type { SinkEvents } from './sink-events.js'
import type { SinkLimits } from './sink-options.js'
import { sinkLimits } from './sink-options.js'

/** What a pump is built on. */
export interface PumpPorts {
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  readonly behind: (event: SinkEvents['sinkBehind']) => void
  readonly recovered: (event: SinkEvents['sinkRecovered']) => void
  readonly stopped: (event: SinkEvents['sinkStopped']) => void
}

/** How long things take, in milliseconds. */
export interface PumpTimes {
  /** From one look for new events to the next. */
  readonly idleMs: number
  /** The first wait after a failure; each one after it is twice as long, up to the most. */
  readonly backOffMs: number
  readonly mostBackOffMs: number
  /** How long a delivery may take to end once it was aborted. */
  readonly graceMs: number
}

export const usualTimes: PumpTimes = { idleMs: 200, backOffMs: 250, mostBackOffMs: 60_000, graceMs: 1_000 }

/**
 * Feeds one sink from the journal. The journal is the spool: what the sink does not take stays there and is sent again, in
 * order, for as long as it takes, and it is said that it is so. At most one batch is held. Nothing waits for a pump.
 */
export class SinkPump {
  readonly #sink: Sink
  readonly #follower: JournalFollower
  readonly #ports: PumpPorts
  readonly #times: PumpTimes
  readonly #limits: SinkLimits
  /** No more than what is there, and no more waiting. */
  readonly #closing = new AbortController()
  /** The closing took too long. */
  readonly #stop = new AbortController()
  readonly #size = new BatchSize()
  #call: SinkCall | undefined
  #failures = 0
  #sinceMs = 0
  #isLeft = false
  #running: Promise<void> | undefined

  constructor(sink: Sink, follower: JournalFollower, ports: PumpPorts, times: PumpTimes) {
    this.#sink = sink
    this.#follower = follower
    this.#ports = ports
    this.#times = times
    this.#limits = sinkLimits('createGuard.sinks', sink)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Sends what is in the journal, as far as that takes no longer than `ms`, and says what is left. Never throws. */
  async close(ms: number): Promise<void> {
    this.start()
    const timer = setTimeout(() => {
      this.#stop.abort()
    }, ms)
    const stopped = new Promise<void>((resolve) => {
      this.#stop.signal.addEventListener('abort', () => {
        resolve()
      })
    })
    await Promise.race([stopped, this.#follower.settle().catch(() => undefined)])
    this.#closing.abort()
    await Promise.race([stopped, this.#running])
    clearTimeout(timer)
    this.#stop.abort()
    if (this.#follower.waiting > 0) this.#left(this.#error({ outcome: 'failed', why: 'the guard closed first' }))
    await this.#follower.close()
    if (!(await this.#letsGo())) this.#left(this.#error({ outcome: 'failed', why: 'it does not close' }))
  }

  /** Whether the sink let go of what it has in time. What it throws keeps nobody waiting. */
  async #letsGo(): Promise<boolean> {
    const over = new AbortController()
    const late = sleep(this.#times.graceMs, false, { signal: over.signal }).catch(() => false)
    const closed = Promise.resolve()
      .then(() => this.#sink.close?.())
      .then(isOver, isOver)
    const isInTime = await Promise.race([closed, late])
    over.abort()
    return isInTime
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted) {
        const events = await this.#read()
        if (events.length > 0) await this.#send(events)
        else if (this.#closing.signal.aborted) return
        else await this.#pause(this.#times.idleMs)
      }
    } catch (error) {
      this.#left(asError(error))
    }
  }

  /** What comes next. A journal that cannot be read now is one that can be read later. */
  async #read(): Promise<readonly ExportedEvent[]> {
    for (;;) {
      try {
        return await this.#follower.next({ events: this.#limits.batchEvents, bytes: this.#limits.batchBytes })
      } catch (error) {
        if (!isUnavailable(error) || this.#closing.signal.aborted) throw error
        await this.#waitAfter(error, {})
      }
    }
  }

  /** Sends events until they are taken, or the guard closes. */
  async #send(events: readonly ExportedEvent[]): Promise<void> {
    let rest = events
    while (rest.length > 0) {
      const batch = batchOf(rest.slice(0, this.#size.now))
      const { length } = batch.events
      const delivery = await this.#deliver(batch)
      if (delivery.outcome === 'taken') {
        this.#acknowledge(batch)
        // A sink that is done at once must not keep everything else from its turn.
        await nextTurn()
        rest = rest.slice(length)
        this.#size.taken(length)
        continue
      }
      if (this.#stop.signal.aborted) return
      if (delivery.outcome === 'refused') {
        this.#size.refused(length)
        // Somewhere among several is the one that is refused; what stands before it is not held up by it.
        if (length > 1) continue
      }
      const error = this.#error(delivery)
      if (this.#closing.signal.aborted) throw error
      await this.#waitAfter(error, delivery, batch)
    }
  }

  async #deliver(batch: SinkBatch): Promise<Delivery> {
    const times = { deadlineMs: this.#limits.deadlineMs, graceMs: this.#times.graceMs }
    this.#call ??= new SinkCall(this.#sink, batch)
    const delivery = await this.#call.settled(times, this.#stop.signal)
    if (delivery === undefined) return tooLate(times)
    this.#call = undefined
    return delivery
  }

  #acknowledge({ events }: SinkBatch): void {
    this.#follower.acknowledge(events.at(-1)?.lsn ?? -1)
    if (this.#failures === 0) return
    this.#failures = 0
    this.#ports.recovered({ sink: this.#sink.name, sinceAt: new Date(this.#sinceMs) })
  }

  async #waitAfter(error: BothKeysError, { outcome, retryMs = 0 }: Later, batch?: SinkBatch): Promise<void> {
    const { backOffMs, mostBackOffMs } = this.#times
    if (this.#failures === 0) this.#sinceMs = this.#ports.clock.wallMs()
    const grown = outcome === 'refused' ? mostBackOffMs : Math.min(mostBackOffMs, backOffMs * 2 ** this.#failures)
    this.#failures++
    const waitMs = Math.max(Math.min(retryMs, mostBackOffMs), grown * (0.5 + this.#ports.random() / 2))
    const refused = outcome === 'refused' ? batch?.events[0] : undefined
    this.#ports.behind({
      sink: this.#sink.name,
      events: this.#follower.waiting,
      sinceAt: new Date(this.#sinceMs),
      retryMs: waitMs,
      error,
      ...(refused === undefined ? {} : { refused: { lsn: refused.lsn, hash: refused.hash } }),
    })
    await this.#pause(waitMs)
  }

  async #pause(ms: number): Promise<void> {
    // What is in the journal does not keep a process alive.
    await sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
  }

  #left(error: BothKeysError): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#ports.stopped({ sink: this.#sink.name, events: this.#follower.waiting, error })
  }

  #error(delivery: Exclude<Delivery, { readonly outcome: 'taken' }>): BothKeysError {
    const { cause, outcome, why } = delivery
    return new BothKeysError('ERR_SINK_UNAVAILABLE', `${this.#named} ${words[outcome]}: ${why}`, {
      cause,
      hint: 'nothing is lost: the events stay in the journal and are sent again',
    })
  }

  get #named(): string {
    return `the sink ${this.#sink.name}`
  }
}

const words = { failed: 'did not take events', refused: 'refuses an event' } as const

/** When the next try is due. */
type Later = { readonly outcome?: SinkBehindOutcome; readonly retryMs?: number | undefined }
type SinkBehindOutcome = Exclude<Delivery['outcome'], 'taken'>

function batchOf(events: readonly ExportedEvent[]): SinkBatch {
  const key = `${events[0]?.hash ?? ''}-${events.at(-1)?.hash ?? ''}`
  return Object.freeze({ key, events: Object.freeze(events) })
}

function isUnavailable(error: unknown): error is BothKeysError {
  return error instanceof BothKeysError && error.code === 'ERR_JOURNAL_UNAVAILABLE'
}

function isOver(): true {
  return true
}

function asError(error: unknown): BothKeysError {
  if (error instanceof BothKeysError) return error
  return new BothKeysError('ERR_INTERNAL', 'a sink could not be fed', { cause: error })
}
