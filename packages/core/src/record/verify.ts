import { BothKeysError } from '../errors.js'
import type { FileSystem } from './file-system.js'
import type { FoundDamage } from './journal-walk.js'
import { JournalWalk } from './journal-walk.js'
import { nodeFileSystem } from './node-file-system.js'
import { segmentName } from './segment-header.js'

/** What an offline verification found. Plain JSON. */
export interface JournalVerification {
  /**
   * `intact`; `torn`: it ends within an event, as after a crash, and opening it repairs that; `corrupt`: somebody or
   * something changed it.
   */
  readonly verdict: 'intact' | 'torn' | 'corrupt'
  /** Whose journal it is, as its events say. Null: there is none. */
  readonly recorder: string | null
  /** How many files it is kept in. */
  readonly segments: number
  /** Events that verify, from the first. */
  readonly events: number
  /** The first event that is missing or not as it was written; null unless corrupt. */
  readonly firstBadLsn: number | null
  /** What is wrong at the first place where something is. Null: nothing is. */
  readonly damage: FoundDamage | null
  /** The file that ends within an event, where it does, and how many bytes of that there are. Null: none does. */
  readonly torn: { readonly segment: string; readonly offset: number; readonly bytes: number } | null
  /** Bytes of segments that were given up after a disk failure; their events stand in later segments. */
  readonly supersededBytes: number
}

/** Options of `verifyJournal`. */
export interface VerifyJournalOptions {
  /** Another file system, for tests. */
  readonly fileSystem?: FileSystem
}

/**
 * Verifies the journal in a directory, without changing anything and without a key: every hash, every link, the order,
 * the times and the segments. Memory stays small whatever the size. Throws ERR_JOURNAL_UNAVAILABLE when the directory
 * cannot be read.
 *
 * A chain without signatures finds what was changed by chance or by somebody who did not recompute it. It cannot find,
 * in the last segment only, an edit of the last event of a session, nor that the journal's end was cut off; and nothing
 * of what somebody recomputed from there on. Signed checkpoints close that.
 */
export async function verifyJournal(
  directory: string,
  options: VerifyJournalOptions = {},
): Promise<JournalVerification> {
  const walk = new JournalWalk(options.fileSystem ?? nodeFileSystem, directory)
  try {
    for await (const _event of walk.events());
  } catch (error) {
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal in ${directory} cannot be read`, { cause: error })
  }
  const { check, damage, last, supersededBytes, torn } = walk
  return {
    verdict: damage !== undefined ? 'corrupt' : torn !== undefined ? 'torn' : 'intact',
    recorder: check.recorder ?? null,
    segments: last?.segment ?? 0,
    events: check.lsn,
    firstBadLsn: damage?.lsn ?? null,
    damage: damage ?? null,
    torn: torn === undefined ? null : { ...torn, segment: segmentName(torn.segment) },
    supersededBytes,
  }
}
