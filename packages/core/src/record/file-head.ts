import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BothKeysError } from '../errors.js'
import { canonicalJson } from '../model/canonical-json.js'
import { systemErrorCode } from './file-system.js'
import type { HeadStore } from './noted-head.js'
import { parseHead } from './noted-head.js'

/** Keeps a journal's head in a file (0600) that is replaced as a whole. Its directory must exist. */
export function fileHead(path: string): HeadStore {
  return Object.freeze<HeadStore>({
    async read() {
      const text = await textOf(path)
      if (text === undefined) return undefined
      const head = parseHead(text)
      if (head !== undefined) return head
      throw new BothKeysError('ERR_JOURNAL_CORRUPT', `the noted head of the journal in ${path} is not one`, {
        hint: 'find out who changed it; remove it to begin anew, which gives up what it vouches for',
      })
    },
    async note({ hash, lsn, recorder }) {
      const unfinished = `${path}.new`
      await writeSynced(unfinished, `${canonicalJson({ hash, lsn, recorder })}\n`)
      await rename(unfinished, path)
      await syncDirectory(dirname(path))
    },
  })
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
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
