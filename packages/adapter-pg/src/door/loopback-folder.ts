import { chmodSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { LoopbackAddress } from './loopback-options.js'

/** How a client finds the door, as the fields of a password file name it. */
export interface LoopbackLocation {
  /** 127.0.0.1, or the folder of the unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
}

/** sockaddr_un.sun_path without its final zero. */
const maxSocketPathBytes = process.platform === 'linux' ? 107 : 103

/** The folder that only this user can enter, with the socket and the password file of one loopback door. */
export class LoopbackFolder {
  readonly path: string
  readonly passfile: string
  /** Whether this door made the folder. */
  readonly #ours: boolean
  #wrotePassfile = false

  private constructor(path: string, ours: boolean) {
    this.path = path
    this.passfile = join(path, 'pgpass')
    this.#ours = ours
  }

  /**
   * A new folder below the system's temporary one, or an existing one. Throws ERR_CONFIG_INVALID when it does not belong
   * to this user alone, or lets others in whom the socket keeps out.
   */
  static open(address: LoopbackAddress): LoopbackFolder {
    const { existing, socketMode } = address.kind === 'unix' ? { ...address, existing: address.path } : onlyOurs
    const path = existing === undefined ? newFolder() : resolve(existing)
    const folder = new LoopbackFolder(path, existing === undefined)
    try {
      refuseShared(path, socketMode)
      return folder
    } catch (error) {
      folder.remove()
      throw error
    }
  }

  /**
   * The name under which libpq looks for a unix socket. Throws ERR_CONFIG_INVALID when the folder's name is one that libpq
   * cannot connect to.
   */
  socket(port: number): string {
    const socket = join(this.path, `.s.PGSQL.${String(port)}`)
    refuseName(this.path, socket)
    return socket
  }

  /** Narrows the socket to those who may connect, which the folder already does. */
  protect(port: number, socketMode: number): void {
    chmodSync(this.socket(port), socketMode)
  }

  /**
   * Writes the password file of libpq: readable by its owner alone, or libpq would not use it. Only the door that has the
   * socket may call it; it replaces the file of a crashed one.
   */
  writePassfile(location: LoopbackLocation, password: string): void {
    const { host, port, database } = location
    rmSync(this.passfile, { force: true })
    // libpq looks for a unix socket under the name of its folder, asyncpg and pgx under "localhost".
    const hosts = host === this.path ? [host, 'localhost'] : [host]
    const lines = hosts.map((each) => `${escape(each)}:${String(port)}:${escape(database)}:*:${password}\n`)
    writeFileSync(this.passfile, lines.join(''), { mode: 0o600, flag: 'wx' })
    this.#wrotePassfile = true
  }

  /** Removes what this door made. At once, so that nothing stays behind when the process ends next. */
  remove(): void {
    if (this.#wrotePassfile) rmSync(this.passfile, { force: true })
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

/** libpq separates hosts by commas, and a password file has one entry per line. */
function refuseName(path: string, socket: string): void {
  if (/[,\r\n]/.test(path)) {
    throw invalid('the folder of a loopback door has a comma or a line break in its name', 'give another path')
  }
  if (Buffer.byteLength(socket) > maxSocketPathBytes) {
    throw invalid(`${path} is too long for a unix socket`, 'give a shorter path, or port: 0')
  }
}

/** For the password file of a door on TCP. */
const onlyOurs = { existing: undefined, socketMode: 0o600 }

/** Who may write the socket may look the folder up; nobody else may, and nobody at all may put another socket there. */
function folderMode(socketMode: number): number {
  return 0o700 | (socketMode === 0o600 ? 0 : 0o050) | (socketMode === 0o666 ? 0o005 : 0)
}

function refuseShared(path: string, socketMode: number): void {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status === undefined) throw invalid(`${path} does not exist`, 'make the folder first, with mode 0700')
  if (!status.isDirectory()) throw invalid(`${path} is not a folder`, 'give a folder itself, not a link to it')
  if (process.platform === 'win32') return
  if (status.uid !== process.geteuid?.()) throw invalid(`${path} belongs to another user`, 'give a folder of your own')
  const widest = folderMode(socketMode)
  if ((status.mode & 0o777 & ~widest) !== 0) {
    throw invalid(`${path} is open to other users`, `make its mode 0${widest.toString(8)}`)
  }
}

/** A field of a password file (PostgreSQL documentation, "The Password File"). */
function escape(field: string): string {
  return field.replaceAll(/[\\:]/g, String.raw`\$&`)
}

function invalid(message: string, hint: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint, cause })
}
