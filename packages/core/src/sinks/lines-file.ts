import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { link, open, readdir, unlink } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { parseEvent } from '../record/parse-event.js'

/** Why events are not written to a file: it belongs to something or somebody else. */
export class UnfitFile extends Error {}

const newline = 0x0a
const chunkBytes = 64 * 1024
/** The longest event (a journal takes none of more than 16 Mi characters, each of them at most three bytes). */
const mostLineBytes = 48 * 1024 * 1024

/** Opens a file of events for appending, without the half line that a crash left. Throws UnfitFile. */
export async function openLines(path: string): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants
  // Windows has no O_NOFOLLOW. Nothing is waited for at a named pipe.
  const file = await open(path, O_RDWR | O_APPEND | O_CREAT | (O_NOFOLLOW || 0) | (O_NONBLOCK || 0), 0o600)
  try {
    const bytes = await wholeBytes(file)
    await syncFolder(path)
    return { file, bytes }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** What is on disk has a name there, too, new files and those that were set aside before. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no handle of a directory that could be synced.
  if (process.platform === 'win32') return
  const folder = await open(dirname(path), constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Gives a full file the first free name of `path.1`, `path.2` and so on. No file is replaced. */
export async function setAside(path: string): Promise<void> {
  const names = await readdir(dirname(path))
  const prefix = `${basename(path)}.`
  const numbers = names.flatMap((name) => {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    return /^[1-9][0-9]{0,9}$/.test(number) ? [Number(number)] : []
  })
  // link(2) does not take the place of a file, which rename(2) would.
  await link(path, `${path}.${String(Math.max(0, ...numbers) + 1)}`)
  await unlink(path)
}

async function wholeBytes(file: FileHandle): Promise<number> {
  const status = await file.stat()
  if (!status.isFile()) throw new UnfitFile('it is not a file')
  // Windows reports bits and numbers that say nothing about who may read.
  const user = process.geteuid?.()
  if (user !== undefined && status.uid !== user) throw new UnfitFile('the file belongs to another user')
  if (user !== undefined && (status.mode & 0o077) !== 0) throw new UnfitFile('the file is open to other users')
  const end = await newlineBefore(file, status.size)
  if (end > 0) await assertEvent(file, await newlineBefore(file, end - 1), end - 1)
  if (end < status.size) {
    await assertTorn(file, end, status.size)
    await file.truncate(end)
    await file.datasync()
  }
  return end
}

/** The beginning of an event. Without an event before it, a whole value would be somebody's document. */
async function assertTorn(file: FileHandle, from: number, to: number): Promise<void> {
  const isBeginning = (await bytesAt(file, from, 2)).toString() === '{"' || to - from === 1
  const isEvents = from > 0 || (to - from <= mostLineBytes && !isJson(String(await bytesAt(file, from, to - from))))
  if (!isBeginning || !isEvents) throw new UnfitFile('the file holds something else')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What a file that was named by mistake does not end in. */
async function assertEvent(file: FileHandle, from: number, to: number): Promise<void> {
  const isEvent = to - from <= mostLineBytes && parseEvent(String(await bytesAt(file, from, to - from))) !== undefined
  if (!isEvent) throw new UnfitFile('the file holds something else')
}

/** Where the line ends, with its newline, that ends last before `to`; 0 when there is none. */
async function newlineBefore(file: FileHandle, to: number): Promise<number> {
  for (let end = to; end > 0; end = Math.max(0, end - chunkBytes)) {
    const from = Math.max(0, end - chunkBytes)
    const found = (await bytesAt(file, from, end - from)).lastIndexOf(newline)
    if (found >= 0) return from + found + 1
  }
  return 0
}

async function bytesAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
  return buffer.subarray(0, bytesRead)
}
