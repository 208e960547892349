import { isUtf8 } from 'node:buffer'
import type { FileSystem } from './file-system.js'

/** One line of a file. */
export interface Line {
  /** Undefined when the bytes are not UTF-8 or too many: nothing that a journal writes. */
  readonly text: string | undefined
  /** Where the line begins. */
  readonly offset: number
  /** Where the next line begins. */
  readonly end: number
  /** Whether a newline ends it. */
  readonly isWhole: boolean
}

const newline = 0x0a
const chunkBytes = 256 * 1024
const maxLineBytes = 64 * 1024 * 1024

/**
 * Reads the lines of a file up to byte `to`, with memory for one line. `from`: where a line begins. A line that is too long
 * ends the reading.
 */
export function* readLines(fileSystem: FileSystem, file: number, to: number, from = 0): Generator<Line, void> {
  let buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, to - from)))
  let filled = 0
  let offset = from
  for (;;) {
    let start = 0
    for (let end = buffer.indexOf(newline); end >= 0 && end < filled; end = buffer.indexOf(newline, start)) {
      yield lineOf(buffer.subarray(start, end), offset + start, offset + end + 1, true)
      start = end + 1
    }
    buffer.copyWithin(0, start, filled)
    offset += start
    filled -= start
    if (filled > maxLineBytes) {
      yield { text: undefined, offset, end: to, isWhole: false }
      return
    }
    if (filled === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length)
    const wanted = Math.min(buffer.length - filled, to - offset - filled)
    const read = wanted === 0 ? 0 : fileSystem.read(file, buffer.subarray(filled), wanted, offset + filled)
    if (read === 0) {
      if (filled > 0) yield lineOf(buffer.subarray(0, filled), offset, offset + filled, false)
      return
    }
    filled += read
  }
}

function lineOf(bytes: Buffer, offset: number, end: number, isWhole: boolean): Line {
  // Decoding replaces what is not UTF-8, which could make two different lines look the same.
  return { text: isUtf8(bytes) ? bytes.toString('utf8') : undefined, offset, end, isWhole }
}
