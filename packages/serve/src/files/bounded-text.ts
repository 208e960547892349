import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { BothKeysError } from '@bothkeys/core'

const mostBytes = 1024 * 1024

/**
 * The text of a file of at most 1 MiB, read at once, without waiting for a writer in case the path is a named pipe. Throws
 * ERR_CONFIG_INVALID, which holds nothing of the file.
 */
export function readBoundedText(path: string, what: string): string {
  const wrong = (how: string, cause?: unknown): BothKeysError =>
    new BothKeysError('ERR_CONFIG_INVALID', `${what} ${path} ${how}`, cause === undefined ? {} : { cause })
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) throw wrong('is no regular file')
    const bytes = Buffer.alloc(mostBytes + 1)
    let length = 0
    for (;;) {
      const read = readSync(file, bytes, length, bytes.length - length, length)
      length += read
      if (read === 0 || length > mostBytes) break
    }
    if (length > mostBytes) throw wrong('is larger than 1 MiB')
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length))
  } catch (cause) {
    if (cause instanceof BothKeysError) throw cause
    throw wrong('cannot be read as UTF-8 text', cause)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
