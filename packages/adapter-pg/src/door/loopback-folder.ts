import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BothKeysError, PrivateFolder } from '@bothkeys/core/adapter'
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
  readonly #folder: PrivateFolder
  #wrotePassfile = false

  private constructor(folder: PrivateFolder) {
    this.path = folder.path
    this.passfile = join(folder.path, 'pgpass')
    this.#folder = folder
  }

  /**
   * A new folder below the system's temporary one, or an existing one. Throws ERR_CONFIG_INVALID when it does not belong
   * to this user alone, or lets others in whom the socket keeps out.
   */
  static open(address: LoopbackAddress): LoopbackFolder {
    const { existing, socketMode } = address.kind === 'unix' ? { ...address, existing: address.path } : onlyOurs
    return new LoopbackFolder(PrivateFolder.open(existing, folderMode(socketMode)))
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
    this.#folder.remove()
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

/** A field of a password file (PostgreSQL documentation, "The Password File"). */
function escape(field: string): string {
  return field.replaceAll(/[\\:]/g, String.raw`\$&`)
}

function invalid(message: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint })
}
