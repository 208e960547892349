import { setTimeout as sleep } from 'node:timers/promises'
import { isOneLine } from '../model/one-line.js'
import type { Delivery, Sink, SinkBatch } from './sink.js'

/** How long a delivery may take, and how long it may take to end when it took longer. */
export interface CallTimes {
  readonly deadlineMs: number
  readonly graceMs: number
}

/** One delivery of a batch. A sink that hangs is waited for again and again, never called a second time meanwhile. */
export class SinkCall {
  readonly #limit = new AbortController()
  readonly #done: Promise<Delivery>

  constructor(sink: Sink, batch: SinkBatch) {
    // A sink may throw at once.
    this.#done = Promise.resolve()
      .then(() => sink.deliver(batch, { signal: this.#limit.signal }))
      .then(deliveryOf, thrown)
  }

  /** What became of it; undefined when it goes on. `stop`: nobody waits any more. */
  async settled(times: CallTimes, stop: AbortSignal): Promise<Delivery | undefined> {
    const inTime = await within(this.#done, times.deadlineMs, stop)
    if (inTime !== undefined) return inTime
    this.#limit.abort(new DOMException('The delivery takes too long', 'TimeoutError'))
    const late = await within(this.#done, times.graceMs, stop)
    // What it says now is that it was aborted.
    return late?.outcome === 'taken' || late === undefined ? late : tooLate(times)
  }
}

/** What is said of a delivery that took too long. */
export function tooLate({ deadlineMs }: CallTimes): Delivery {
  return { outcome: 'failed', why: `it takes longer than ${String(deadlineMs)} ms` }
}

async function within<T>(step: Promise<T>, ms: number, stop: AbortSignal): Promise<T | undefined> {
  const over = new AbortController()
  const onStop = (): void => {
    over.abort()
  }
  stop.addEventListener('abort', onStop, { once: true })
  if (stop.aborted) onStop()
  const timer = sleep(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([step, timer])
  } finally {
    stop.removeEventListener('abort', onStop)
    over.abort()
  }
}

/** What a sink answered, read as if it were anything. */
function deliveryOf(answer: unknown): Delivery {
  const { outcome, retryMs, why } = (answer ?? {}) as Readonly<Record<string, unknown>>
  if (outcome === 'taken') return { outcome }
  if ((outcome === 'failed' || outcome === 'refused') && isOneLine(why, 200)) {
    const { cause } = answer as { readonly cause?: unknown }
    if (outcome === 'refused') return { outcome, why, cause }
    return { outcome, why, cause, ...(typeof retryMs === 'number' && retryMs > 0 ? { retryMs } : {}) }
  }
  return { outcome: 'failed', why: 'it answered nothing that is a delivery' }
}

function thrown(cause: unknown): Delivery {
  return { outcome: 'failed', why: 'it threw', cause }
}
