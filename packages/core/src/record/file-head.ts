import { BothKeysError } from '../errors.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { HeadStore } from './noted-head.js'
import { parseHead } from './noted-head.js'
import { replaceFile, textOf } from './replaced-file.js'

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
    note: ({ hash, lsn, recorder }) => replaceFile(path, `${canonicalJson({ hash, lsn, recorder })}\n`),
  })
}
