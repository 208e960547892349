import type { CopyCsv, CopyText } from '../analyzer/copy-format.js'
import type { ByteWriter } from './byte-writer.js'

/** How cells stand in the lines of COPY. Everything is as the server writes it, and nothing else is read. */
export interface CopyCells {
  /** Whether what stands for a missing value may be a value as well. */
  readonly isAmbiguous: boolean
  /** Where the cell that begins there ends: at a delimiter, or at `end`. Throws RangeError for what is no cell. */
  end(line: Buffer, start: number, end: number): number
  /** The bytes of the value; undefined for a missing one. Throws RangeError for what is no cell. */
  value(line: Buffer, start: number, end: number): Buffer | undefined
  /** Writes a value, or what stands for a missing one, as the server would in this column. */
  write(writer: ByteWriter, value: Buffer | null, column: number): void
}

const backslash = 0x5c
const newline = 0x0a
const carriageReturn = 0x0d

/** What stands behind a backslash for these control characters (`CopyAttributeOutText` of the server). */
const letters: ReadonlyMap<number, number> = new Map([
  [0x08, 0x62],
  [0x0c, 0x66],
  [newline, 0x6e],
  [carriageReturn, 0x72],
  [0x09, 0x74],
  [0x0b, 0x76],
])
const controls: ReadonlyMap<number, number> = new Map([...letters].map(([control, letter]) => [letter, control]))

/** The cells of format text, where a backslash stands before whatever else would not be read as what it is. */
export function textCells({ delimiter, missing }: CopyText): CopyCells {
  const none = Buffer.from(missing, 'utf8')
  const meaning = (byte: number | undefined): number | undefined => {
    if (byte === backslash || (byte === delimiter && !letters.has(delimiter))) return byte
    return byte === undefined ? undefined : controls.get(byte)
  }
  const isValue = (bytes: Buffer, start: number, end: number): boolean => {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte === backslash && (++at >= end || meaning(bytes[at]) === undefined)) return false
      if (byte !== backslash && byte !== undefined && letters.has(byte)) return false
    }
    return true
  }
  const isMissing = (line: Buffer, start: number, end: number): boolean =>
    end - start === none.length && none.compare(line, start, end) === 0
  return {
    isAmbiguous: isValue(none, 0, none.length),
    end: (line, start, end) => {
      let at = start
      while (at < end && line[at] !== delimiter) at += line[at] === backslash ? 2 : 1
      if (at > end || !(isMissing(line, start, at) || isValue(line, start, at))) throw malformed()
      return at
    },
    value: (line, start, end) => {
      if (isMissing(line, start, end)) return undefined
      const value = Buffer.allocUnsafe(end - start)
      let length = 0
      for (let at = start; at < end; at++) {
        const byte = line[at] === backslash ? meaning(line[++at]) : line[at]
        if (byte === undefined) throw malformed()
        value[length++] = byte
      }
      return value.subarray(0, length)
    },
    write: (writer, value) => {
      if (value === null) return writer.copy(none, 0, none.length)
      for (const byte of value) {
        const letter = letters.get(byte)
        if (letter !== undefined || byte === backslash || byte === delimiter) writer.byte(backslash)
        writer.byte(letter ?? byte)
      }
    },
  }
}

/** The cells of format csv: a value is quoted as a whole, or not at all. */
export function csvCells(format: CopyCsv, names: readonly (string | undefined)[]): CopyCells {
  const { delimiter, escape, forceQuote, quote } = format
  const none = Buffer.from(format.missing, 'utf8')
  const quoted = names.map((name) => forceQuote === 'all' || (name !== undefined && forceQuote.has(name)))
  const needsQuotes = (value: Buffer): boolean => {
    if (value.equals(none) || (names.length === 1 && value.equals(endOfData))) return true
    return value.some((byte) => byte === delimiter || byte === quote || byte === newline || byte === carriageReturn)
  }
  /** Behind the closing quote of a cell whose opening one stands there. */
  const behindQuotes = (line: Buffer, start: number, end: number): number => {
    for (let at = start + 1; at < end; at++) {
      const byte = line[at]
      if (byte === escape && (line[at + 1] === quote || line[at + 1] === escape) && at + 1 < end) at += 1
      else if (byte === quote) return at + 1
      else if (byte === escape) break
    }
    throw malformed()
  }
  return {
    isAmbiguous: false,
    end: (line, start, end) => {
      if (start < end && line[start] === quote) return behindQuotes(line, start, end)
      let at = start
      for (; at < end && line[at] !== delimiter; at++) {
        if (line[at] === quote || line[at] === carriageReturn) throw malformed()
      }
      return at
    },
    value: (line, start, end) => {
      if (start === end || line[start] !== quote)
        return end - start === none.length && none.compare(line, start, end) === 0
          ? undefined
          : line.subarray(start, end)
      const value = Buffer.allocUnsafe(end - start)
      let length = 0
      for (let at = start + 1; at < end - 1; at++) value[length++] = line[line[at] === escape ? ++at : at] ?? 0
      return value.subarray(0, length)
    },
    write: (writer, value, column) => {
      if (value === null) return writer.copy(none, 0, none.length)
      if (quoted[column] !== true && !needsQuotes(value)) return writer.copy(value, 0, value.length)
      writer.byte(quote)
      for (const byte of value) {
        if (byte === quote || byte === escape) writer.byte(escape)
        writer.byte(byte)
      }
      writer.byte(quote)
    },
  }
}

/** Alone in a line it would end the data. */
const endOfData = Buffer.from(String.raw`\.`)

function malformed(): RangeError {
  return new RangeError('no cell of COPY')
}
