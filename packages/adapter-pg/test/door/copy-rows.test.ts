import { PassThrough } from 'node:stream'
import type { CellMask, ContentMask, ResultMasks } from '@bothkeys/core/adapter'
import { fc } from '../support/properties.js'
import { describe, expect, it } from 'vitest'
import type { CopyColumn, CopyCsv, CopyFormat, CopyOut, CopyText } from '../../src/analyzer/copy-format.js'
import type { NamedIn } from '../../src/analyzer/whole-reads.js'
import { ByteWriter } from '../../src/door/byte-writer.js'
import { CopyRows } from '../../src/door/copy-rows.js'
import { int32, message } from '../../src/door/messages.js'
import { int16 } from './support/wire.js'

const tsv: CopyText = { kind: 'text', delimiter: 9, missing: String.raw`\N`, header: false }
const csv: CopyCsv = {
  kind: 'csv', delimiter: 44, quote: 34, escape: 34, missing: '', header: false, forceQuote: new Set(),
} // prettier-ignore
const binary: CopyFormat = { kind: 'binary' }

const star: CellMask = { whole: false, mask: (text) => `${text}*` }
const whole: CellMask = { whole: true, mask: () => 'gone' }
const content: ContentMask = {
  text: (value) => value.replaceAll('needle', '[found]'),
  json: (value) => value.replaceAll(/needle|n\\u0065edle/g, '[found]'),
  stream: () => new PassThrough(),
}

type Cell = string | null

interface Tried {
  readonly format: CopyFormat | undefined
  readonly masks: readonly (CellMask | undefined)[]
  readonly types?: readonly number[]
  readonly known?: false
  readonly more?: Partial<ResultMasks>
  readonly maxBytes?: number
  readonly response?: Buffer
}

const response = (format: number, columns: readonly number[]): Buffer =>
  message('H', Buffer.concat([Buffer.from([format]), int16(columns.length), ...columns.map(int16)]))

function rowsOf({ format, known, masks, maxBytes = 10_000, more, response: given, types }: Tried): CopyRows {
  const columns: CopyColumn[] = masks.map((_, index) => ({ name: `c${String(index)}`, table: 0, number: 0, type: types?.[index] ?? 25 })) // prettier-ignore
  const out: CopyOut = { format, columns: known === false ? undefined : columns }
  const all: ResultMasks = {
    at: (index) => masks[index],
    columns: masks.length,
    covers: () => false,
    content: undefined,
    masked: () => undefined,
    ...more,
  }
  const code = format?.kind === 'binary' ? 1 : 0
  const names = { catalog: { relations: new Map() }, session: {} } as unknown as NamedIn
  return new CopyRows({ masks: all, maxBytes, names, out }, given ?? response(code, masks.map(() => code))) // prettier-ignore
}

/** What comes out of these pieces. */
function shown(tried: Tried, pieces: readonly Buffer[], isOver = true): Buffer {
  const rows = rowsOf(tried)
  const writer = new ByteWriter()
  for (const piece of pieces) rows.take(Buffer.concat([Buffer.from('....'), piece, Buffer.from('\n".')]), 4, 4 + piece.length, writer) // prettier-ignore
  if (isOver) rows.end()
  return writer.take()
}

const text = (tried: Omit<Tried, 'format'> & { readonly format?: CopyFormat }, line: string): string =>
  shown({ format: tsv, ...tried }, [Buffer.from(line)]).toString()

/** How a server writes rows, by the documentation of COPY. */
function written(format: CopyFormat, rows: readonly (readonly Cell[])[]): Buffer {
  if (format.kind === 'binary') {
    const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
    const body = rows.map((row) => Buffer.concat([int16(row.length), ...row.map(binaryCell)]))
    return Buffer.concat([header, ...body, int16(-1)])
  }
  const delimiter = String.fromCharCode(format.delimiter)
  const lines = rows.map((row) => `${row.map((cell) => lineCell(format, cell, row.length)).join(delimiter)}\n`)
  return Buffer.from(lines.join(''))
}

function binaryCell(cell: Cell): Buffer {
  return cell === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(cell)), Buffer.from(cell)])
}

function lineCell(format: CopyText | CopyCsv, cell: Cell, columns: number): string {
  if (cell === null) return format.missing
  const delimiter = String.fromCharCode(format.delimiter)
  if (format.kind === 'text') {
    const names: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' }
    return [...cell].map((each) => {
      if (names[each] !== undefined) return `\\${names[each]}`
      return each === '\\' || each === delimiter ? `\\${each}` : each
    }).join('') // prettier-ignore
  }
  const [quote, escape] = [format.quote, format.escape].map((code) => String.fromCharCode(code)) as [string, string]
  const special = [delimiter, quote, '\n', '\r'].some((each) => cell.includes(each))
  if (!special && cell !== format.missing && !(columns === 1 && cell === '\\.')) return cell
  return quote + [...cell].map((each) => (each === quote || each === escape ? escape + each : each)).join('') + quote
}

const cells = fc.option(
  fc.array(fc.constantFrom(...'abN.,|"\'\\\t\n\r\b\f\v\u0001 é\u{1f600}', 'needle', '\\.', '\\N'), { maxLength: 6 }).map((parts) => parts.join('')),
  { nil: null },
) // prettier-ignore
const formats = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), delimiter: fc.constantFrom(9, 11, 1, 44, 124, 34, 67), missing: fc.constant(String.raw`\N`), header: fc.boolean() }),
  fc.record({ kind: fc.constant('csv' as const), delimiter: fc.constantFrom(44, 9, 124, 98), quote: fc.constantFrom(34, 39, 97), escape: fc.constantFrom(34, 39, 92, 44, 97), missing: fc.constantFrom('', String.raw`\N`, 'é'), header: fc.boolean(), forceQuote: fc.constant(new Set<string>()) }),
  fc.constant(binary),
) // prettier-ignore

describe('rows of COPY', () => {
  it('are what the server writes of the masked values, in whatever pieces they come', () => {
    fc.assert(
      fc.property(
        formats,
        fc.integer({ min: 1, max: 4 }).chain((width) => fc.array(fc.array(cells, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 })),
        fc.array(fc.constantFrom(undefined, star, whole), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (format, rows, chosen, cuts) => {
          const masks = chosen.slice(0, rows[0]?.length)
          const isHeader = format.kind !== 'binary' && format.header
          const masked = rows.map((row, at) =>
            row.map((cell, column) => {
              const mask = isHeader && at === 0 ? undefined : masks[column]
              if (mask === undefined) return cell
              return mask.whole ? 'gone' : cell === null ? null : mask.mask(cell)
            }),
          )
          // A header has a name for each column.
          fc.pre(!isHeader || rows[0]?.every((cell) => cell !== null) === true)
          const bytes = written(format, rows)
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
          const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
          expect(shown({ format, masks }, pieces).toString('latin1')).toBe(written(format, masked).toString('latin1'))
        },
      ),
      { numRuns: 500 },
    )
  }) // prettier-ignore

  it.each<[string, CopyFormat]>([
    ['text', tsv],
    ['csv', { ...csv, escape: 92 }],
    ['csv, quotes doubled', csv],
    ['binary', binary],
  ])('are the same cut at every byte: %s', (_name, format) => {
    const rows = [['a', '\\"\n,\t', null], ['', '"', 'é'], [null, '\\.', '\\N']] // prettier-ignore
    const bytes = written(format, rows)
    const tried: Tried = { format, masks: [undefined, star, undefined] }
    const expected = written(format, rows.map(([a, b, c]) => [a ?? null, `${b ?? ''}*`, c ?? null])) // prettier-ignore
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(shown(tried, [bytes.subarray(0, cut), bytes.subarray(cut)]).equals(expected)).toBe(true)
      expect(() => shown(tried, [bytes.subarray(0, cut)], cut === bytes.length)).not.toThrow()
    }
    expect(
      shown(
        tried,
        Array.from(bytes, (byte) => Buffer.from([byte])),
      ).equals(expected),
    ).toBe(true)
  })

  it('count what was masked', () => {
    let count = 0
    text({ masks: [star, whole, undefined], more: { masked: (more) => (count += more) } }, 'a\t\\N\tb\n\\N\tb\tc\n')
    expect(count).toBe(3)
  })

  it('are searched where nothing masks them, by their types', () => {
    const looked = { masks: [undefined], more: { content } }
    expect(text(looked, 'a needle\\n\n')).toBe('a [found]\\n\n')
    expect(text({ ...looked, types: [23] }, 'needle\n')).toBe('needle\n')
    expect(text({ ...looked, types: [114] }, '{"a":"needle"}\n')).toBe('{"a":"[found]"}\n')
    for (const cell of ['a needle', '{hay,"nee\\\\dle"}', '{"a":"n\\\\u0065edle"}']) {
      expect(text({ ...looked, types: [0] }, `${cell}\n`)).toBe('\\N\n')
      expect(text({ ...looked, known: false }, `${cell}\nhay\n`)).toBe('\\N\nhay\n')
    }
    const array = Buffer.concat([int32(1), int32(0), int32(25), int32(1), int32(1), int32(6), Buffer.from('needle')])
    expect(shown({ format: binary, ...looked, known: false }, [written(binary, [[array.toString('latin1')]])])).toEqual(written(binary, [[null]])) // prettier-ignore
  })

  it('tell nothing by what stands for a missing value and may be one', () => {
    for (const missing of ['', 'ada', String.raw`a\tb`, String.raw`\\`]) {
      const line = `${missing}\n`
      const format = { ...tsv, missing }
      expect(text({ format, masks: [star] }, line)).toBe('[masked]\n')
      expect(text({ format, masks: [star], types: [23] }, line)).toBe(line)
    }
    expect(text({ format: { ...tsv, missing: String.raw`\q` }, masks: [star] }, '\\q\na\n')).toBe('\\q\na*\n')
    const format = { ...tsv, missing: 'needle' }
    expect(text({ format, masks: [undefined], more: { content } }, 'needle\n')).toBe('[found]\n')
  })

  it('are quoted where they would be something else', () => {
    const masked = (value: string, masks: readonly (CellMask | undefined)[], line: string): string =>
      text({ format: csv, masks: masks.map((mask) => mask && { whole: false, mask: () => value }) }, line)
    expect(masked('', [star], 'a\n')).toBe('""\n')
    expect(masked('\\.', [star], 'a\n')).toBe('"\\."\n')
    expect(masked('\\.', [star, undefined], 'a,b\n')).toBe('\\.,b\n')
    const format = { ...csv, forceQuote: new Set(['c1']) }
    expect(text({ format, masks: [star, star] }, 'a,"b"\n,\n')).toBe('a*,"b*"\n,\n')
  })

  it('are of no type that is known where they are others than the statement says', () => {
    const every = { at: () => whole, columns: undefined }
    expect(text({ masks: [whole], more: every, response: response(0, [0, 0]) }, 'a\tb\n')).toBe('\\N\t\\N\n')
    expect(text({ masks: [whole], more: every }, 'a\n')).toBe('gone\n')
  })

  it('have their names in the first line, which stays', () => {
    expect(text({ format: { ...tsv, header: true }, masks: [star] }, 'email\na\n')).toBe('email\na*\n')
    expect(text({ format: { ...csv, header: true }, masks: [star] }, '"e\nmail"\na\n')).toBe('"e\nmail"\na*\n')
  })

  it.each<[string, Partial<Tried>, string]>([
    ['a cell too many', {}, 'a\tb\tc\n'],
    ['a cell too few', {}, 'a\n'],
    ['an escape that is none', {}, 'a\\x\tb\n'],
    ['an escape that is none in a cell that stays', {}, 'a\tb\\x\n'],
    ['a control character as it is', {}, 'a\tb\r\n'],
    ['an odd backslash', {}, 'a\tb\\\n'],
    ['a line that is not ended', {}, 'a\tb'],
    ['a quote inside a cell', { format: csv }, 'a,b"c"\n'],
    ['bytes behind quotes', { format: csv }, '"a"b,c\n'],
    ['bytes behind quotes in place of a cell', { format: csv }, '"a"b\n'],
    ['quotes that are not closed', { format: csv }, '"a,b\n'],
    ['a carriage return as it is', { format: csv }, 'a,b\r\n'],
    ['an escape before anything else', { format: { ...csv, escape: 92 } }, '"a\\b",c\n'],
    ['an escape before the end', { format: { ...csv, escape: 92 } }, 'a,"b\\"\n'],
    ['a header of other names', { format: { ...tsv, header: true } }, 'a\n'],
    ['no header', { format: binary }, '\0\u0002'],
    ['another header', { format: binary }, 'PGCOPY\n\xff\r\n\0\0\u0001\0\0\0\0\0\0\xff\xff'],
    ['an extended header', { format: binary }, 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\u0001\xff\xff'],
    ['no trailer', { format: binary }, 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0'],
    ['another count', { format: binary }, 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\u0001\0\0\0\0\xff\xff'],
    [
      'another length',
      { format: binary },
      'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\u0002\xff\xff\xff\xfe\0\0\0\0\xff\xff',
    ],
    ['bytes behind the trailer', { format: binary }, 'PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff'],
  ])('are refused with %s', (_name, tried, bytes) => {
    const take = (): Buffer =>
      shown({ format: tsv, masks: [star, undefined], ...tried }, [Buffer.from(bytes, 'latin1')])
    expect(take).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED', message: expect.stringContaining('could not be read as') })) // prettier-ignore
  })

  it('are refused when one is longer than what may be kept, whole or in pieces', () => {
    const long = Buffer.from(`${'x'.repeat(100)}\n`)
    const tried: Tried = { format: tsv, masks: [star], maxBytes: 100 }
    const refused = expect.objectContaining({ message: expect.stringContaining('longer than 100 bytes') })
    expect(() => shown(tried, [long])).toThrow(refused)
    expect(() => shown(tried, Array.from({ length: 11 }, (_, index) => long.subarray(index * 10, index * 10 + 10)))).toThrow(refused) // prettier-ignore
    expect(shown({ ...tried, maxBytes: 101 }, [long, long])).toHaveLength(204)
  })

  it.each<[string, Partial<Tried>]>([
    ['of another number of columns', { response: response(0, [0]) }],
    ['in another format', { response: response(1, [1, 1]) }],
    ['with a column in another format', { response: response(0, [0, 1]) }],
    ['of no columns, in another format', { masks: [], response: response(1, []) }],
    ['of binary in text', { format: binary, response: response(0, [0, 0]) }],
  ])('are refused %s than the statement says', (_name, tried) => {
    expect(() => rowsOf({ format: tsv, masks: [star, undefined], ...tried })).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED', message: expect.stringContaining('other columns') }),
    )
  })

  it('are refused in a format that is not known', () => {
    expect(() => rowsOf({ format: undefined, masks: [star] })).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED', message: expect.stringContaining('not known') }),
    )
  })
})
