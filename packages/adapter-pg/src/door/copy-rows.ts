import { BothKeysError, type ResultMasks } from '@bothkeys/core/adapter'
import type { CopyColumn, CopyFormat, CopyOut } from '../analyzer/copy-format.js'
import type { NamedIn } from '../analyzer/whole-reads.js'
import { ByteWriter } from './byte-writer.js'
import { CopyLines } from './copy-lines.js'
import { type CopyRowEnds, copyRowEnds } from './copy-row-ends.js'
import { BodyReader } from './messages.js'
import type { ResultColumn } from './result-columns.js'
import { RowMasks } from './row-masks.js'

/** What a COPY needs to know to be masked. */
export interface CopyRequest {
  readonly masks: ResultMasks
  /** Undefined: the analysis knows of none. */
  readonly out: CopyOut | undefined
  readonly names: NamedIn
  /** The longest row that is kept until its end has come, in bytes. */
  readonly maxBytes: number
}

/** The rows of one COPY, each written anew as soon as it is whole. */
interface RowWriter {
  /** Writes the row that stands there. Throws RangeError for what is none. */
  row(source: Buffer, start: number, end: number, writer: ByteWriter): void
  /** Whether nothing is missing after the rows so far. */
  readonly isComplete: boolean
}

/**
 * Masks what COPY TO STDOUT gives, as `RowMasks` masks rows. Two keys: what the analysis says of how rows are written, and the
 * number and the format of the columns in the server's CopyOutResponse. Where they differ, and at whatever is not exactly as
 * the server writes it, it throws ERR_PROTOCOL_REFUSED, and nothing of that row is written. A row may come in any pieces.
 */
export class CopyRows {
  readonly #rows: RowWriter
  readonly #format: CopyFormat
  readonly #maxBytes: number
  #ends: CopyRowEnds
  /** Of binary format: whether what comes before the first row is still to come. */
  #inHeader: boolean
  readonly #kept = new ByteWriter()

  /** `response` is the whole CopyOutResponse. */
  constructor({ masks, maxBytes, names, out }: CopyRequest, response: Buffer) {
    const format = out?.format
    if (format === undefined) throw unknownFormat()
    const isBinary = format.kind === 'binary'
    const count = columnCount(response, isBinary)
    if ((masks.columns ?? count) !== count) throw otherColumns()
    const known = out?.columns?.length === count ? out.columns : undefined
    const columns = Array.from({ length: count }, (_, index) => columnOf(known?.[index], isBinary))
    this.#rows =
      format.kind === 'binary'
        ? new BinaryRows(new RowMasks(masks, columns, names), count)
        : new CopyLines({ columns, format, masks, names })
    this.#format = format
    this.#maxBytes = maxBytes
    this.#inHeader = isBinary
    this.#ends = isBinary ? new HeaderEnd() : copyRowEnds(format)
  }

  /** Takes the body of a CopyData, and writes what may be seen of the rows that end in it. */
  take(chunk: Buffer, start: number, end: number, writer: ByteWriter): void {
    const kept = this.#kept
    try {
      for (let at = start; at < end;) {
        const rowEnd = this.#ends.next(chunk, at, end)
        const upTo = rowEnd < 0 ? end : rowEnd
        if (kept.length + upTo - at > this.#maxBytes) throw tooLong(this.#maxBytes)
        if (rowEnd >= 0 && kept.length === 0) this.#write(chunk, at, rowEnd, writer)
        else {
          kept.copy(chunk, at, upTo)
          if (rowEnd >= 0) {
            const row = kept.take()
            this.#write(row, 0, row.length, writer)
          }
        }
        at = upTo
      }
    } catch (error) {
      throw error instanceof RangeError ? unreadable(this.#format) : error
    }
  }

  /** CopyDone. Throws where something is still to come. */
  end(): void {
    if (this.#kept.length > 0 || !this.#rows.isComplete) throw unreadable(this.#format)
  }

  #write(source: Buffer, start: number, end: number, writer: ByteWriter): void {
    if (!this.#inHeader) return this.#rows.row(source, start, end, writer)
    if (header.compare(source, start, end) !== 0) throw new RangeError('no header of COPY')
    this.#inHeader = false
    this.#ends = copyRowEnds(this.#format)
    writer.copy(header, 0, header.length)
  }
}

/** The signature, no flags, no extension: all that servers write today (PostgreSQL documentation, "COPY": Binary Format). */
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

class HeaderEnd implements CopyRowEnds {
  #left = header.length

  next(_piece: Buffer, start: number, end: number): number {
    const count = Math.min(this.#left, end - start)
    this.#left -= count
    return this.#left === 0 ? start + count : -1
  }
}

class BinaryRows implements RowWriter {
  readonly #masks: RowMasks
  readonly #count: number
  isComplete = false

  constructor(masks: RowMasks, count: number) {
    this.#masks = masks
    this.#count = count
  }

  row(source: Buffer, start: number, end: number, writer: ByteWriter): void {
    if (this.isComplete) throw new RangeError('bytes behind the trailer')
    const count = source.readInt16BE(start)
    if (count === -1) {
      this.isComplete = true
      writer.copy(source, start, end)
    } else if (count !== this.#count || this.#masks.cells(source, start, end, writer) !== end) {
      throw new RangeError('no row of this COPY')
    }
  }
}

function columnOf(known: CopyColumn | undefined, isBinary: boolean): ResultColumn {
  const { name, number, table, type } = known ?? { name: '', number: 0, table: 0, type: 0 }
  return { name, number, table, type, format: isBinary ? 'binary' : 'text' }
}

/** How many columns a CopyOutResponse tells of. All are in one format; another one than is expected is not read. */
function columnCount(response: Buffer, isBinary: boolean): number {
  const body = new BodyReader(response)
  const expected = isBinary ? 1 : 0
  if (body.byte() !== expected) throw otherColumns()
  const count = body.uint16()
  for (let index = 0; index < count; index++) if (body.uint16() !== expected) throw otherColumns()
  body.end()
  return count
}

function refused(message: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_PROTOCOL_REFUSED', message, { hint })
}

function unknownFormat(): BothKeysError {
  return refused(
    'the policy masks values that COPY would hand out in a way that is not known, so the connection was ended',
    'use the formats text, csv and binary, and the encoding UTF8; or read them with SELECT',
  )
}

function otherColumns(): BothKeysError {
  return refused(
    'COPY gives other columns than the statement says, so the connection was ended',
    'the policy masks values at this target; name the columns, or read them with SELECT',
  )
}

function unreadable({ kind }: CopyFormat): BothKeysError {
  return refused(
    `the rows of COPY could not be read as ${kind}, so the connection was ended`,
    'the policy masks values at this target; read them with SELECT',
  )
}

function tooLong(maxBytes: number): BothKeysError {
  return refused(
    `a row of COPY is longer than ${String(maxBytes)} bytes, so the connection was ended`,
    'the policy masks values at this target, for which rows have to be read as a whole; copy fewer columns',
  )
}
