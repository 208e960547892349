import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { BothKeysError } from './errors.js'

/** A folder for what a door hands over: of this user, and closed to everybody whom `widest` keeps out. */
export class PrivateFolder {
  /** Absolute. */
  readonly path: string
  /** Whether it was made here. */
  readonly #ours: boolean

  private constructor(path: string, ours: boolean) {
    this.path = path
    this.#ours = ours
  }

  /**
   * A new folder below the system's temporary one, or an existing one. Throws ERR_CONFIG_INVALID when it does not belong
   * to this user alone, or its mode has more than `widest`.
   */
  static open(existing?: string, widest = 0o700): PrivateFolder {
    const folder = new PrivateFolder(existing === undefined ? newFolder() : resolve(existing), existing === undefined)
    try {
      refuseShared(folder.path, widest)
      return folder
    } catch (error) {
      folder.remove()
      throw error
    }
  }

  /** Removes it if it was made here. At once, so that nothing stays behind when the process ends next. */
  remove(): void {
    if (this.#ours) rmSync(this.path, { recursive: true, force: true })
  }
}

function newFolder(): string {
  try {
    return mkdtempSync(join(resolve(tmpdir()), 'bothkeys-'))
  } catch (cause) {
    throw invalid('the folder for the loopback door could not be made', 'look at TMPDIR, or give path or port', cause)
  }
}

function refuseShared(path: string, widest: number): void {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status === undefined) throw invalid(`${path} does not exist`, 'make the folder first, with mode 0700')
  if (!status.isDirectory()) throw invalid(`${path} is not a folder`, 'give a folder itself, not a link to it')
  if (process.platform === 'win32') return
  if (status.uid !== process.geteuid?.()) throw invalid(`${path} belongs to another user`, 'give a folder of your own')
  if ((status.mode & 0o777 & ~widest) !== 0) {
    throw invalid(`${path} is open to other users`, `make its mode 0${widest.toString(8)}`)
  }
}

function invalid(message: string, hint: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint, cause })
}
