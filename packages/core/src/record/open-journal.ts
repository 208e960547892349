import { BothKeysError } from '../errors.js'
import { DirectoryLock } from './directory-lock.js'
import type { FileSystem } from './file-system.js'
import type { FoundDamage } from './journal-walk.js'
import { JournalWalk } from './journal-walk.js'
import type { JournalContext } from './journal.js'
import { JournalWriter } from './journal-writer.js'
import type { HeadStore, JournalBehind } from './noted-head.js'
import { compareHead } from './noted-head.js'
import type { OwnerIdentity } from './lock-owner.js'
import { OpenIntents } from './open-intents.js'
import { openingEvents } from './opening.js'
import { assertPrivate } from './private-directory.js'
import { removeUnfinished, repairTail } from './repair.js'
import { segmentName } from './segment-header.js'
import { join } from 'node:path'

/** Everything that opening a journal depends on. */
export interface OpenOptions {
  readonly fileSystem: FileSystem
  readonly identity: OwnerIdentity
  readonly segmentBytes: number
  readonly reserveBytes: number
  readonly leaseMs?: number
  readonly head?: HeadStore | undefined
}

/** A journal directory that this process owns, ready to be written. */
export interface OpenedJournal {
  readonly lock: DirectoryLock
  readonly writer: JournalWriter
  readonly behind: JournalBehind | undefined
}

/**
 * Takes a journal directory: locks it, verifies all of it, compares it with the noted head, cuts off a torn tail, closes
 * intents without outcome, and begins a segment. Nothing stays open when it throws.
 */
export async function openJournal(
  directory: string,
  context: JournalContext,
  options: OpenOptions,
): Promise<OpenedJournal> {
  const { fileSystem } = options
  try {
    fileSystem.makeDirectory(directory)
    assertPrivate(fileSystem, directory, 'the journal directory')
    const lock = await DirectoryLock.acquire(directory, options)
    try {
      return { lock, ...(await openLocked(directory, context, options)) }
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    if (error instanceof BothKeysError) throw error
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal in ${directory} cannot be opened`, {
      cause: error,
      hint: 'the directory must be writable and its disk must have room',
    })
  }
}

async function openLocked(
  directory: string,
  context: JournalContext,
  options: OpenOptions,
): Promise<Omit<OpenedJournal, 'lock'>> {
  const { fileSystem, reserveBytes, segmentBytes } = options
  removeUnfinished(fileSystem, directory)
  const walk = new JournalWalk(fileSystem, directory)
  const intents = new OpenIntents()
  const noted = await options.head?.read()
  if (noted !== undefined) assertRecorder('the noted head', noted.recorder, context.recorder)
  let found: string | undefined
  for await (const event of walk.events()) {
    intents.take(event)
    // The event that was just read is the last of its session.
    if (event.lsn === noted?.lsn) found = walk.check.heads.get(event.session)?.hash
  }
  if (walk.damage !== undefined) throw corrupt(directory, walk.damage)
  assertRecorder(`the journal in ${directory}`, walk.check.recorder, context.recorder)
  const behind = compareHead(noted, found, walk.check.lsn - 1)
  const repair = walk.torn === undefined ? undefined : repairTail(fileSystem, directory, walk.torn)
  // The process before may have ended without syncing what the new segment's header is about to vouch for.
  if (walk.last !== undefined && repair === undefined)
    syncFile(fileSystem, join(directory, segmentName(walk.last.segment)))
  const place = {
    segment: (walk.last?.segment ?? 0) + 1,
    previous: walk.last?.summary ?? null,
    chain: walk.check,
  }
  const writer = new JournalWriter(
    { fileSystem, directory, context, segmentBytes, reserveBytes },
    place,
    openingEvents(intents, repair, behind),
  )
  if (behind === undefined) await noteFirst(options.head, writer)
  return { writer, behind }
}

/** The first note is waited for, so that a place where nothing can be noted is found out at once. */
async function noteFirst(store: HeadStore | undefined, writer: JournalWriter): Promise<void> {
  const head = writer.durableHead
  if (store === undefined || head === undefined) return
  try {
    await store.note(head)
  } catch (cause) {
    writer.close()
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the head of the journal cannot be noted', {
      cause,
      hint: 'the place that the option head names must be writable',
    })
  }
}

/** The error for a journal that does not verify: where, and what kind of damage. */
export function corrupt(directory: string, { detail, kind, line, lsn, segment }: FoundDamage): BothKeysError {
  return new BothKeysError(
    'ERR_JOURNAL_CORRUPT',
    `the journal in ${directory} does not verify: ${kind} at lsn ${String(lsn)}, noticed in ${segment} line ${String(line)}: ${detail}`,
    { hint: 'find out who changed it, keep it, and give bothkeys another directory or a good copy' },
  )
}

function assertRecorder(what: string, found: string | undefined, recorder: string): void {
  if (found === undefined || found === recorder) return
  throw new BothKeysError('ERR_CONFIG_INVALID', `${what} belongs to the engine "${found}"`, {
    hint: `set engine to "${found}", or give "${recorder}" a directory of its own`,
  })
}

function syncFile(fileSystem: FileSystem, path: string): void {
  const file = fileSystem.open(path, 'append')
  try {
    fileSystem.syncNow(file)
  } finally {
    fileSystem.close(file)
  }
}
