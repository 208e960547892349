import { BothKeysError } from '../errors.js'
import type { FileSystem } from './file-system.js'

/**
 * Throws ERR_CONFIG_INVALID where somebody else could cut what is written in a directory: another user's can be changed by
 * that user, whatever its mode is.
 */
export function assertPrivate(fileSystem: FileSystem, directory: string, what: string): void {
  const { isForeign, isOpenToOthers } = fileSystem.status(directory)
  if (isForeign) {
    throw new BothKeysError('ERR_CONFIG_INVALID', `${what} ${directory} belongs to another user`, {
      hint: `run bothkeys as that user, give it the directory (chown), or name one that does not exist yet`,
    })
  }
  if (!isOpenToOthers) return
  throw new BothKeysError('ERR_CONFIG_INVALID', `${what} ${directory} is open to group or others`, {
    hint: `run chmod 700 ${directory}, or name a directory that does not exist yet`,
  })
}
