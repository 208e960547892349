import { DirectoryLock } from './directory-lock.js'
import { processIdentity } from './lock-owner.js'
import { nodeFileSystem } from './node-file-system.js'
import { assertPrivate } from './private-directory.js'

/** A folder that this process alone uses. */
export interface LockedFolder {
  /** Throws ERR_JOURNAL_UNAVAILABLE when another process took over while this one stood still. */
  assertHeld(): void
  /** Lets other processes have it. Harmless when it was released before. */
  release(): void
}

/**
 * Makes a folder that nobody else may look into, unless it exists, and takes it for this process as a journal takes its own.
 * Throws ERR_CONFIG_INVALID when it is open to others or another user's, ERR_JOURNAL_LOCKED while another process has it.
 */
export async function lockFolder(folder: string, what: string): Promise<LockedFolder> {
  nodeFileSystem.makeDirectory(folder)
  assertPrivate(nodeFileSystem, folder, what)
  return DirectoryLock.acquire(folder, { fileSystem: nodeFileSystem, identity: processIdentity() })
}
