import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { BothKeysError } from './errors.js'
import { largestPolicyBytes } from './policy/parse.js'

const chunkBytes = 64 * 1024

/** The error for a file that cannot be used, by what is wrong with it. */
export type Unusable = (what: string, cause?: unknown) => BothKeysError

/** The bytes of a regular file of at most 1 MiB. Throws what `unusable` makes of anything else. */
export async function readBoundedFile(path: string, unusable: Unusable, signal: AbortSignal): Promise<Uint8Array> {
  let file: FileHandle | undefined
  try {
    // Without waiting for a writer, in case the path is a named pipe.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw unusable('is not a regular file')
    return await readWhole(file, unusable, signal)
  } catch (error) {
    if (error instanceof BothKeysError || signal.aborted) throw error
    throw unusable('cannot be read', error)
  } finally {
    await file?.close()
  }
}

/** What tells one content from another. */
export function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The text of a file. Throws what `unusable` makes of bytes that are none. */
export function decodeUtf8(bytes: Uint8Array, unusable: Unusable): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unusable('is not UTF-8 text', error)
  }
}

/** Reads to the end, however the file grows meanwhile, but no further than the cap. */
async function readWhole(file: FileHandle, unusable: Unusable, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    signal.throwIfAborted()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, length)
    if (bytesRead === 0) return Buffer.concat(chunks, length)
    chunks.push(buffer.subarray(0, bytesRead))
    length += bytesRead
    if (length > largestPolicyBytes) throw unusable('is larger than 1 MiB')
  }
}
