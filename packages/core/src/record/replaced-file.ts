import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from './file-system.js'

/** The text of a file; undefined when there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Puts a text in the place of a file (0600), durably and as a whole. Its directory must exist. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`
  await writeSynced(unfinished, text)
  await rename(unfinished, path)
  await syncDirectory(dirname(path))
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle of a directory that could be synced.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
