import { chmod, chown, cp, mkdir, mkdtemp, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Account } from './account.js'
import type { Binaries } from './binaries.js'

/** The one temporary folder that holds everything a cluster writes. */
export type ClusterFolder = {
  readonly root: string
  readonly data: string
  readonly socket: string
  readonly log: string
}

/** Creates the folder below `parent`. Only the server's account can read what is in it; others may pass through (0711). */
export async function createClusterFolder(account: Account | undefined, parent: string): Promise<ClusterFolder> {
  const root = await mkdtemp(join(parent, 'bothkeys-pg-'))
  await chmod(root, 0o711)
  const folder = { root, data: join(root, 'data'), socket: join(root, 'socket'), log: join(root, 'log') }
  for (const path of [folder.data, folder.socket, folder.log]) {
    await mkdir(path, { mode: 0o700 })
    if (account !== undefined) await chown(path, account.uid, account.gid)
  }
  return folder
}

/** Where temporary folders go that the server's account can reach. */
export async function parentOnDisk(account: Account | undefined): Promise<string> {
  return account === undefined || (await isOpenToAll(tmpdir())) ? tmpdir() : '/tmp'
}

/**
 * A file system in memory with room for a cluster, when there is one. Programs may not be allowed to run from it, so it is
 * none for an account that needs a copy of them.
 */
export async function parentInMemory(account: Account | undefined, binaries: Binaries): Promise<string | undefined> {
  if (account !== undefined && !(await isOpenToAll(binaries.directory))) return undefined
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize >= roomForCluster ? memory : undefined
}

const memory = '/dev/shm'
const roomForCluster = 2 ** 31

/**
 * Returns a folder of programs that the server's account can reach: the given one, or a copy of the whole installation
 * (links kept: its libraries are found through them) when it lies below a private folder.
 */
export async function reachableBinaries(
  binaries: Binaries,
  account: Account | undefined,
  folder: ClusterFolder,
): Promise<string> {
  if (account === undefined || (await isOpenToAll(binaries.directory))) return binaries.directory
  const copy = join(folder.root, 'postgresql')
  await cp(dirname(binaries.directory), copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return join(copy, 'bin')
}

/** Whether every folder on the way can be entered by any account. */
async function isOpenToAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return path === dirname(path) || isOpenToAll(dirname(path))
}
