import type { BothKeysError } from '../errors.js'

/** A sink does not take what it is sent. */
export interface SinkBehind {
  /** The name of the sink. */
  readonly sink: string
  /** How many events wait in the journal. */
  readonly events: number
  /** Since when nothing was taken. */
  readonly sinceAt: Date
  /** When it is tried again, in milliseconds from now. */
  readonly retryMs: number
  /** The event that the sink says it will not take, however often it is sent. Nothing behind it is sent. */
  readonly refused?: { readonly lsn: number; readonly hash: string }
  /** ERR_SINK_UNAVAILABLE; ERR_JOURNAL_UNAVAILABLE when what would be sent cannot be read. */
  readonly error: BothKeysError
}

/** What observers are told of sinks. */
export interface SinkEvents {
  /** Comes with every try that failed. The events stay in the journal, and are sent again. */
  sinkBehind: SinkBehind
  /** The sink takes events again. */
  sinkRecovered: { readonly sink: string; readonly sinceAt: Date }
  /**
   * This guard sends the sink no more, and `events` are left: it closed before they were taken, and the next one sends them;
   * or (ERR_JOURNAL_CORRUPT) the journal is not what it was, and somebody has to look at it.
   */
  sinkStopped: { readonly sink: string; readonly events: number; readonly error: BothKeysError }
}
