import type { ExportedEvent } from '../record/followed.js'

/** Some events of the journal, in order and without a gap. */
export interface SinkBatch {
  /** The hashes of the first and the last event, `first-last`: the same for the same events. */
  readonly key: string
  /** In the order of the journal, at least one. */
  readonly events: readonly ExportedEvent[]
}

/**
 * What became of a batch. `taken`: every event of it is where it is to be. `failed`: it is sent again, after `retryMs` at the
 * earliest. `refused`: it is sent again as well, but slowly, and its events one by one until the one that is refused is found.
 * `why` is shown to operators: one line of at most 200 characters, with no secret and no part of an event.
 */
export type Delivery =
  | { readonly outcome: 'taken' }
  | {
      readonly outcome: 'failed'
      readonly why: string
      readonly retryMs?: number | undefined
      readonly cause?: unknown
    }
  | { readonly outcome: 'refused'; readonly why: string; readonly cause?: unknown }

/** What a delivery comes with. */
export interface SinkContext {
  /** Aborts when the delivery takes longer than it may, or the guard closes. */
  readonly signal: AbortSignal
}

/**
 * Where events of the journal go: `httpSink`, `jsonlSink`, `stdoutSink`, `callbackSink`, or one of your own. It gets every
 * event, the first one of the journal first, at least once: again after a failure, and after a crash. The `hash` of an event
 * tells that it came before.
 *
 * `deliver` is called again only once it has settled. Throwing, or answering what is no `Delivery`, is `failed`.
 */
export interface Sink {
  /** What it is known by, here and in the journal's directory: it goes on where the sink of that name was. */
  readonly name: string
  /** The most events of a batch. Default: 500. */
  readonly batchEvents?: number | undefined
  /** The most bytes of a batch, unless one event alone is longer. Default: 1 MiB. */
  readonly batchBytes?: number | undefined
  /** How long one delivery may take, in milliseconds. Default: 30,000. */
  readonly deadlineMs?: number | undefined
  /** Takes a batch to where it is to be. Called again only once it has settled; rejecting is `failed`. */
  deliver(batch: SinkBatch, context: SinkContext): Promise<Delivery>
  /** Lets go of what it holds, once nothing is delivered any more. */
  close?(): Promise<void>
}

/** What every sink can be given. */
export type SinkOptions = Pick<Sink, 'name' | 'batchEvents' | 'batchBytes' | 'deadlineMs'>

/** The batch was taken. */
export const taken: Delivery = Object.freeze({ outcome: 'taken' })

/** One line for each event: what was recorded, and a newline. */
export function linesOf({ events }: SinkBatch): string {
  return events.map(({ text }) => `${text}\n`).join('')
}
