import { BothKeysError } from '../errors.js'
import type { RecordedEvent } from './event.js'
import { JournalWalk } from './journal-walk.js'
import { nodeFileSystem } from './node-file-system.js'

/** Options of `readJournal`. */
export interface ReadJournalOptions {
  /** Ends the reading, with ERR_ABORTED. */
  readonly signal?: AbortSignal
}

/**
 * Streams the events of a file journal in their order, and verifies them on the way: a change of an event is noticed where the next one
 * of its session says otherwise, which is later. Who must not use any of a journal that does not verify reads it to its end first.
 * `directory` is the folder of the journal, which may be in use by another process; nothing in it is changed. What is recorded
 * while it reads may be left out, and an event that is only half there is where it ends. Memory stays small whatever the size. What
 * verification cannot see is said at `verifyJournal`.
 * Rejects with ERR_JOURNAL_CORRUPT where it is not as it was written, with ERR_JOURNAL_UNAVAILABLE when there is no
 * journal there or it cannot be read, and with ERR_ABORTED.
 *
 * @example
 * for await (const { lsn, time, type } of readJournal('./audit')) console.log(lsn, time, type)
 */
export async function* readJournal(
  directory: string,
  { signal }: ReadJournalOptions = {},
): AsyncGenerator<RecordedEvent, void> {
  const walk = new JournalWalk(nodeFileSystem, directory)
  const events = walk.events()
  try {
    for (;;) {
      const next = await nextOf(events, directory)
      if (signal?.aborted === true) throw new BothKeysError('ERR_ABORTED', 'reading the journal was aborted')
      if (next.done === true) break
      yield next.value
    }
  } finally {
    // Whoever reads no further leaves no file open.
    await events.return()
  }
  if (walk.damage !== undefined) throw corrupt(walk.damage.lsn)
  if (walk.last === undefined && walk.torn === undefined)
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `there is no journal in ${directory}`)
}

async function nextOf(
  events: AsyncGenerator<RecordedEvent, void>,
  directory: string,
): Promise<IteratorResult<RecordedEvent, void>> {
  try {
    return await events.next()
  } catch (cause) {
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal in ${directory} cannot be read`, { cause })
  }
}

/** The journal is not as it was written. */
export function corrupt(lsn: number): BothKeysError {
  return new BothKeysError(
    'ERR_JOURNAL_CORRUPT',
    `the journal does not verify at event ${String(lsn)}, so it is no evidence`,
    {
      hint: 'find out who changed it: verifyJournal() says where and how',
    },
  )
}
