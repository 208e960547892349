/** One recorded event, as it stands in the journal. */
export interface ExportedEvent {
  /** The number of the event in its journal, from 0. */
  readonly lsn: number
  /** A session id, or `engine`. */
  readonly session: string
  /** The number of the event in its session, from 0. */
  readonly seq: number
  /** What happened, for example `action.intent`. */
  readonly type: string
  /** SHA-256(0x00 ‖ text) as 64 hex digits: the leaf hash, the same whenever and wherever the event is sent. */
  readonly hash: string
  /** The RFC 8785 text that was recorded, without a newline. */
  readonly text: string
}

/** How much is read at once: so many events, and so many bytes of text unless one event alone is longer. */
export interface ReadLimits {
  /** At most so many events. */
  readonly events: number
  /** At most so many bytes of text. */
  readonly bytes: number
}

/**
 * Reads a journal from its first event on for one reader, whose name it is known by, and goes on where that reader
 * acknowledged last, also in another process. Only what is on disk is read: no crash takes back what a reader has.
 */
export interface JournalFollower {
  /** How many events are on disk and not acknowledged. */
  readonly waiting: number
  /**
   * The next events behind those that were read; none when there are no more now. Never two calls at once. Throws
   * ERR_JOURNAL_CORRUPT where the journal does not hold what was acknowledged, or not what was written, and
   * ERR_JOURNAL_UNAVAILABLE when it cannot be read now.
   */
  next(most: ReadLimits): Promise<readonly ExportedEvent[]>
  /** The reader has everything up to this one, which was read before. Is on disk within about a second. */
  acknowledge(lsn: number): void
  /** Resolves once everything that was recorded before is on disk. Rejects with ERR_JOURNAL_UNAVAILABLE. */
  settle(): Promise<void>
  /** Keeps what was acknowledged last. Never throws. */
  close(): Promise<void>
}
