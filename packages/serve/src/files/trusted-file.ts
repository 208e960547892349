import { lstatSync, readlinkSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { BothKeysError } from '@bothkeys/core'

/** Who this process is, as far as files are concerned. */
export interface FileOwner {
  readonly uid: number
}

/** The user that this process runs as. */
export function ownUser(): FileOwner {
  return { uid: process.geteuid?.() ?? -1 }
}

/**
 * `secret`: only its owner may read it. `credential`: a systemd credential, which systemd keeps from all but this user by its
 * folder and an access list, so that the bits of the group say nothing. `told`: anybody may read it, and nobody else write it.
 */
export type Trust = 'secret' | 'credential' | 'told'

const forbidden: Readonly<Record<Trust, number>> = { secret: 0o077, credential: 0o007, told: 0o022 }

/**
 * Answers the real path of a file that nobody but root and this user can have written, or, as it is asked, read: by its owner
 * and mode, and by those of every link and folder on the way to it, as sshd looks at its own (`StrictModes`). Throws
 * ERR_CONFIG_INVALID that names the path and what to do, and holds nothing of the file.
 */
export function trustedFile(path: string, trust: Trust, what: string, owner: FileOwner = ownUser()): string {
  const { real, status } = found(path, what, owner)
  if (!status.isFile()) throw refused(`${what} ${path} is no regular file`, 'name the file itself')
  assertOwned(status, owner, `${what} ${path}`)
  if ((status.mode & forbidden[trust]) !== 0) {
    const verb = trust === 'told' ? 'written' : 'read'
    throw refused(`${what} ${path} can be ${verb} by others`, `chmod ${trust === 'told' ? 'go-w' : '600'} ${path}`)
  }
  return real
}

/** Answers the real path of a folder that nobody but root and this user can put anything into. Throws ERR_CONFIG_INVALID. */
export function trustedFolder(path: string, what: string, owner: FileOwner = ownUser()): string {
  const { real, status } = found(path, what, owner)
  if (!status.isDirectory()) throw refused(`${what} ${path} is no folder`, 'name the folder itself')
  assertFolder(real, owner, what, 'exactly')
  return real
}

function found(path: string, what: string, owner: FileOwner): { readonly real: string; readonly status: Stats } {
  try {
    const real = followed(resolve(path), owner, what)
    return { real, status: statSync(real) }
  } catch (cause) {
    if (cause instanceof BothKeysError) throw cause
    throw refused(
      `${what} ${path} cannot be looked at`,
      'name a file that is there and that this user can reach',
      cause,
    )
  }
}

/** As for Linux. */
const mostLinks = 40

/**
 * Follows a path one name after the other, as the kernel does. Whoever can write to a folder in which a name is looked up, or
 * owns a link on the way, could have the path lead elsewhere tomorrow.
 */
function followed(path: string, owner: FileOwner, what: string): string {
  const names = path.split(sep)
  let real: string = sep
  let links = 0
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue
    assertFolder(real, owner, what)
    const next = join(real, name)
    const status = lstatSync(next)
    if (!status.isSymbolicLink()) {
      real = next
      continue
    }
    assertOwned(status, owner, `${next}, a link to ${what},`)
    if (++links > mostLinks) throw new Error('there are too many links')
    const to = readlinkSync(next)
    if (isAbsolute(to)) real = sep
    names.unshift(...to.split(sep))
  }
  return real
}

function assertFolder(folder: string, owner: FileOwner, what: string, sticky: 'sticky' | 'exactly' = 'sticky'): void {
  const status = statSync(folder)
  const strict = sticky === 'exactly'
  assertOwned(status, owner, `${folder}, a folder of ${what},`)
  // In a folder like /tmp only the owner of a file can put another in its place.
  const isSticky = (status.mode & 0o1000) !== 0 && !strict
  if ((status.mode & 0o022) !== 0 && !isSticky)
    throw refused(`${folder}, a folder of ${what}, can be written by others`, `chmod go-w ${folder}`)
}

function assertOwned(status: Stats, owner: FileOwner, what: string): void {
  if (status.uid === 0 || status.uid === owner.uid) return
  throw refused(`${what} belongs to another user`, 'give it to root or to the user that bothkeys serve runs as')
}

function refused(what: string, hint: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint, ...(cause === undefined ? {} : { cause }) })
}
