import type { Clock } from '../model/clock.js'
import type { Durability } from '../model/decision.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { JournalFollower } from './followed.js'
import type { JournalBehind } from './noted-head.js'
import type { EventDraft, RecordedAt, RecordedEvent } from './event.js'

/**
 * The append-only evidence. Implementations: `memoryJournal` (tests), `fileJournal`.
 *
 * `append` gives the event its envelope and returns once it is as durable as asked: `written` means that write(2)
 * returned, `synced` that fdatasync returned. It returns a plain value when nothing has to be waited for.
 * It throws (or rejects with) ERR_JOURNAL_UNAVAILABLE when the event could not be recorded; the caller then runs nothing.
 * Events keep the order of the calls to `append`.
 */
export interface Journal {
  /** Present when the journal is not all that its head, noted elsewhere, says that it was (RULES 19). */
  readonly behind?: JournalBehind | undefined
  /**
   * Records an event. Resolves, or returns, when it is as durable as asked for: where it has been written to by `written`, on
   * disk by `synced`. Throws ERR_JOURNAL_UNAVAILABLE when it is not.
   */
  append(event: EventDraft, durability: Durability): MaybePromise<RecordedAt>
  /** All events from the first, verified while they are read (ERR_JOURNAL_CORRUPT). */
  read(): AsyncIterable<RecordedEvent>
  /**
   * Reads for the reader of that name (`a` to `z`, `0` to `9`, `.`, `_`, `-`), which there must be once; `onFailure` is told when what it
   * acknowledged cannot be kept. A journal without this feeds no sinks.
   */
  follow?(name: string, onFailure: (cause: unknown) => void): JournalFollower
  /** Waits for everything appended and releases the journal. */
  close(): Promise<void>
}

/** A journal that is opened by the guard, so that it is built with the guard's clock and recorder name. */
export interface JournalFactory {
  /**
   * Opens the journal. Rejects with ERR_JOURNAL_CORRUPT when it does not verify, ERR_JOURNAL_LOCKED when another process has it.
   */
  open(context: JournalContext): Promise<Journal>
}

/** What a guard gives its journal. */
export interface JournalContext {
  /** The engine's name, `recorder` in each event. */
  readonly recorder: string
  /** The time of the events. */
  readonly clock: Clock
  /** Told of what goes wrong beside the journal and makes no append fail. */
  readonly onFailure?: (cause: unknown) => void
}
