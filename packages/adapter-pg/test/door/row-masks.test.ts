import { PassThrough } from 'node:stream'
import type { CellMask, ContentMask, Permit, ResultMasks } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../src/analyzer/analysis.js'
import type { CopyOut } from '../../src/analyzer/copy-format.js'
import type { NamedIn } from '../../src/analyzer/whole-reads.js'
import type { Relation } from '../../src/catalog/snapshot.js'
import { int32, message } from '../../src/door/messages.js'
import { ResponseTracker } from '../../src/door/responses.js'
import { Run } from '../../src/door/run.js'

const nothing = (): undefined => undefined
const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

interface ColumnSpec {
  readonly name: string
  readonly type?: number
  readonly table?: number
  readonly number?: number
  readonly format?: number
}

function rowDescription(columns: readonly ColumnSpec[]): Buffer {
  const fields = columns.map(({ format = 0, name, number = 0, table = 0, type = 25 }) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(table),
      int16(number),
      int32(type),
      int16(-1),
      int32(-1),
      int16(format),
    ]),
  )
  return message('T', Buffer.concat([int16(columns.length), ...fields]))
}

type Cell = string | Buffer | null

function dataRow(cells: readonly Cell[]): Buffer {
  const parts = cells.map((cell) => {
    if (cell === null) return int32(-1)
    const bytes = Buffer.from(cell)
    return Buffer.concat([int32(bytes.length), bytes])
  })
  return message('D', Buffer.concat([int16(cells.length), ...parts]))
}

const complete = message('C', Buffer.from('SELECT 1\0'))

const stars: CellMask = { whole: false, mask: (text) => `${text.slice(0, 1)}***` }
const whole: CellMask = { whole: true, mask: () => '[secret]' }

/** Finds `needle` in texts. */
const content: ContentMask = {
  text: (value, column) => value.replaceAll('needle', `[${String(column)}]`),
  json: (value) => value.replaceAll('needle', '[found]'),
  stream: () => new PassThrough(),
}

function masksOf(columns: readonly (CellMask | undefined)[], more: Partial<ResultMasks> = {}): ResultMasks {
  return {
    at: (index) => columns[index],
    columns: columns.length,
    covers: () => false,
    content: undefined,
    masked: nothing,
    ...more,
  }
}

/** `public.users` (16400) with the columns id and email; `public.old` (16401) inherits from it, `public.other` is 16402. */
const names = {
  catalog: {
    relations: new Map(
      [
        { id: 16400, name: 'users', children: [16401], parents: [] },
        { id: 16401, name: 'old', children: [], parents: [16400] },
        { id: 16402, name: 'other', children: [], parents: [] },
      ].map(({ children, id, name, parents }) => [
        id,
        {
          id,
          schema: 'public',
          name,
          kind: 'table',
          children,
          parents,
          columns: new Map([
            ['id', { name: 'id', number: 1, generated: false }],
            ['email', { name: 'email', number: 3, generated: false }],
            ['initial', { name: 'initial', number: 4, generated: true, generatedFrom: [3] }],
          ]),
          defaults: [],
          partitionKey: [],
        } as unknown as Relation,
      ]),
    ),
  },
  session: {},
} as unknown as NamedIn

interface Answered {
  readonly bytes: Buffer
  readonly fatal: readonly unknown[]
}

/** What the client of a simple query gets of an answer that comes in these pieces. */
function answered(
  masks: ResultMasks | undefined,
  pieces: readonly Buffer[],
  maxBytes = 1024 * 1024,
  copiesOut: readonly CopyOut[] = [],
): Answered {
  const seen: Buffer[] = []
  const fatal: unknown[] = []
  const tracker = new ResponseTracker(
    {
      toClient: (bytes) => seen.push(bytes),
      told: (bytes) => bytes,
      notified: (bytes) => bytes,
      ready: nothing,
      parsed: nothing,
      skipping: nothing,
      copyIn: nothing,
      parameter: nothing,
      progress: nothing,
      ended: nothing,
      fatal: (error) => fatal.push(error),
    },
    maxBytes,
  )
  const permit = { masks, measured: false } as unknown as Permit
  tracker.owed.expect({
    kind: 'query',
    run: new Run(permit, { statementCount: 1, copiesOut } as unknown as Analysis, names),
  })
  for (const piece of pieces) tracker.push(Buffer.from(piece))
  return { bytes: Buffer.concat(seen), fatal }
}

function cellsOf(bytes: Buffer): Cell[][] {
  const rows: Cell[][] = []
  for (let at = 0; at < bytes.length; at += bytes.readInt32BE(at + 1) + 1) {
    if (bytes[at] !== 0x44) continue
    const cells: Cell[] = []
    let next = at + 7
    for (let left = bytes.readInt16BE(at + 5); left > 0; left--) {
      const length = bytes.readInt32BE(next)
      next += 4
      cells.push(length < 0 ? null : bytes.toString('utf8', next, next + length))
      next += Math.max(length, 0)
    }
    rows.push(cells)
  }
  return rows
}

function shown(masks: ResultMasks, columns: readonly ColumnSpec[], ...rows: readonly (readonly Cell[])[]): Cell[][] {
  const { bytes, fatal } = answered(masks, [Buffer.concat([rowDescription(columns), ...rows.map(dataRow), complete])])
  expect(fatal).toEqual([])
  return cellsOf(bytes)
}

describe('masked rows', () => {
  const columns = [{ name: 'a' }, { name: 'b' }, { name: 'c', type: 23 }]
  const masks = masksOf([undefined, stars, whole])

  it('come out the same wherever the answer is split, with the other messages around them', () => {
    const answer = Buffer.concat([
      rowDescription(columns),
      dataRow(['one', 'ärger', '7']),
      dataRow(['two', null, null]),
      complete,
    ])
    const expected = Buffer.concat([
      rowDescription(columns),
      dataRow(['one', 'ä***', null]),
      dataRow(['two', null, null]),
      complete,
    ])
    for (let first = 0; first <= answer.length; first++) {
      const { bytes, fatal } = answered(masks, [answer.subarray(0, first), answer.subarray(first)])
      expect(fatal).toEqual([])
      expect(bytes.equals(expected)).toBe(true)
    }
    const single = answered(
      masks,
      Array.from(answer, (byte) => Buffer.from([byte])),
    )
    expect(single.bytes.equals(expected)).toBe(true)
  })

  it('count what was masked', () => {
    let cells = 0
    shown({ ...masks, masked: (more) => (cells += more) }, columns, ['x', 'y', '1'], ['x', null, null])
    expect(cells).toBe(3)
  })

  it('are longer than what came, as many as there are', () => {
    const long = masksOf([{ whole: false, mask: () => 'ö'.repeat(3_000) }])
    const rows = shown(long, [{ name: 'a' }], ...Array.from({ length: 100 }, () => ['x']))
    expect(rows).toEqual(Array.from({ length: 100 }, () => ['ö'.repeat(3_000)]))
  })

  it('show nothing of a whole column, not even what is missing', () => {
    expect(shown(masksOf([whole, whole]), [{ name: 'a' }, { name: 'b', type: 20 }], ['x', '1'], [null, null])).toEqual([
      ['[secret]', null],
      ['[secret]', null],
    ])
  })

  it.each([
    ['no column more than the analysis knows', [{ name: 'a' }, { name: 'b' }], ['x', 'y']],
    ['a column less', [], []],
  ])('show %s', (_name, described, cells) => {
    expect(shown(masksOf([undefined]), described, cells)).toEqual([cells.map(() => '[masked]')])
  })

  it('show nothing of a row with other columns than were described, nor of one that nobody described', () => {
    expect(shown(masksOf([undefined, undefined]), [{ name: 'a' }, { name: 'b' }], ['x'])).toEqual([[null]])
    const { bytes } = answered(masksOf([undefined]), [Buffer.concat([dataRow(['x']), complete])])
    expect(cellsOf(bytes)).toEqual([[null]])
  })

  it('are described anew by each statement of a text', () => {
    const one = [rowDescription([{ name: 'a' }]), dataRow(['x']), complete]
    const { bytes } = answered(masksOf([undefined]), [Buffer.concat([...one, dataRow(['y']), complete])])
    expect(cellsOf(bytes)).toEqual([['x'], [null]])
  })

  it('do not pass where they are longer than what is kept, nor does what is no row', () => {
    const before = rowDescription([{ name: 'a' }])
    const large = answered(masksOf([undefined]), [before, dataRow(['x'.repeat(2_000)]).subarray(0, 500)], 1_000)
    expect(large.fatal).toEqual([expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' })])
    for (const body of [
      Buffer.concat([int16(1), int32(9), Buffer.from('xy')]),
      Buffer.concat([int16(1), int32(-2)]),
      Buffer.concat([int16(2), int32(1), Buffer.from('x')]),
      Buffer.concat([int16(1), int32(1), Buffer.from('xy')]),
      Buffer.from([0]),
    ]) {
      const { bytes, fatal } = answered(masksOf([undefined]), [before, message('D', body)])
      expect(fatal).toEqual([expect.objectContaining({ code: 'ERR_INTERNAL' })])
      expect(bytes.equals(before)).toBe(true)
    }
  })

  it('pass as they are where no policy masks anything', () => {
    const answer = Buffer.concat([rowDescription([{ name: 'a' }]), dataRow(['x'.repeat(2_000)]), complete])
    expect(answered(undefined, [answer], 1_000).bytes.equals(answer)).toBe(true)
  })
})

describe('rows of COPY', () => {
  const starts = message('H', Buffer.concat([Buffer.from([0]), int16(1), int16(0)]))
  const piece = message('d', Buffer.from('x\n'))
  const copied = Buffer.concat([starts, piece, message('c', Buffer.alloc(0)), complete])

  it('pass where nothing masks any of them, and those of a later statement do not', () => {
    const later = Buffer.concat([copied, rowDescription([{ name: 'a', type: 23 }, { name: 'b' }]), dataRow(['1', 'x'])])
    const { bytes, fatal } = answered(masksOf([undefined]), [later])
    expect(fatal).toEqual([])
    expect(bytes.subarray(0, copied.length).equals(copied)).toBe(true)
    expect(cellsOf(bytes.subarray(copied.length))).toEqual([[null, '[masked]']])
  })

  it.each<[string, ResultMasks]>([
    ['a rule masks a column', masksOf([stars])],
    ['they may hold what is looked for', masksOf([undefined], { content })],
    ['there is another number of columns', masksOf([undefined, undefined])],
    ['nobody can tell the columns', { ...masksOf([whole]), columns: undefined }],
  ])('do not pass where %s', (_name, masks) => {
    const { bytes, fatal } = answered(masks, [copied])
    expect(fatal).toEqual([expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' })])
    expect(bytes).toHaveLength(0)
  })

  const columns = [{ name: 'a', table: 0, number: 0, type: 25 }]
  const tsv: CopyOut = { format: { kind: 'text', delimiter: 9, missing: String.raw`\N`, header: false }, columns }
  const withHeader: CopyOut = { format: { kind: 'text', delimiter: 9, missing: '-', header: true }, columns }
  const end = message('c', Buffer.alloc(0))

  it('are masked, each COPY of a text by its own options', () => {
    const { bytes, fatal } = answered(masksOf([stars]), [copied, copied], 1000, [tsv, withHeader])
    expect(fatal).toEqual([])
    expect(bytes.equals(Buffer.concat([starts, message('d', Buffer.from('x***\n')), end, complete, copied]))).toBe(true)
  })

  it('leave when they are whole', () => {
    const pieces = ['a', 'b\n', 'c'].map((text) => message('d', Buffer.from(text)))
    const { bytes, fatal } = answered(masksOf([stars]), [starts, ...pieces], 1000, [tsv])
    expect(fatal).toEqual([])
    expect(bytes.equals(Buffer.concat([starts, message('d', Buffer.from('a***\n'))]))).toBe(true)
  })

  it.each([
    ['rows that nobody announced', [piece]],
    ['the rest of a row', [starts, message('d', Buffer.from('x')), end]],
    ['CopyDone', [starts, piece, complete]],
    ['the options of another COPY', [copied, copied]],
    [
      'a row that is short enough',
      [starts, message('d', Buffer.from('x'.repeat(990))), message('d', Buffer.from('x'.repeat(990)))],
    ],
  ])('end the connection without %s', (_name, pieces) => {
    const { fatal } = answered(masksOf([stars]), pieces, 1000, [tsv])
    expect(fatal).toEqual([expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' })])
  })
})

describe('a column that is masked by a part', () => {
  const to = (text: string | null): ResultMasks => masksOf([{ whole: false, mask: () => text }])

  it('becomes a missing value where its operator says so', () => {
    expect(shown(to(null), [{ name: 'a' }], ['x'])).toEqual([[null]])
  })

  it.each<[string, number, string[], string[]]>([
    ['int2', 21, ['32767', '-32768'], ['32768', '1.0', '[masked]', '']],
    ['int4', 23, ['2147483647'], ['2147483648', '1e3']],
    ['int8', 20, ['-9223372036854775808'], ['9223372036854775808', 'x']],
    ['numeric', 1700, ['12.50', '-1'], ['10-20', 'a', '1.']],
    ['float4', 700, ['1.5', '1e+20'], ['1e99']],
    ['float8', 701, ['1e+99'], ['x']],
    ['date', 1082, ['2024-02-29'], ['29/02/2024', '2024-13-01', '[masked]']],
    ['timestamp', 1114, ['2024-02-29 12:00:00.5'], ['2024-02-29', '2024-02-29 25:00:00']],
    ['timestamptz', 1184, ['2024-02-29 12:00:00+02', '2024-02-29 12:00:00-03:30'], ['2024-02-29 12:00:00']],
    ['bool', 16, [], ['t']],
    ['jsonb', 3802, [], ['{}']],
    ['uuid', 2950, [], ['00000000-0000-0000-0000-000000000000']],
  ])('of %s shows what its type can hold alone', (_name, type, fitting, others) => {
    for (const text of fitting) expect(shown(to(text), [{ name: 'a', type }], ['1'])).toEqual([[text]])
    for (const text of others) expect(shown(to(text), [{ name: 'a', type }], ['1'])).toEqual([[null]])
  })

  it('is a missing value in binary format, unless it is of text', () => {
    expect(shown(to('1'), [{ name: 'a', type: 23, format: 1 }], [int32(5)])).toEqual([[null]])
    expect(shown(to('1'), [{ name: 'a', type: 1043, format: 1 }], ['x'])).toEqual([['1']])
  })

  it('is masked whole where it is no UTF-8', () => {
    expect(shown(masksOf([stars]), [{ name: 'a' }], [Buffer.from([0xff, 0x41])])).toEqual([['[masked]']])
    expect(shown(masksOf([stars]), [{ name: 'a' }], ['\uFFFD'])).toEqual([['\uFFFD***']])
  })
})

describe('a column that the server says is of a masked one', () => {
  const email = masksOf([undefined], {
    covers: (resource, column) => resource === 'table:public.users' && column === 'email',
  })

  it.each<[string, ColumnSpec, Cell]>([
    ['itself', { name: 'x', table: 16400, number: 3 }, '[masked]'],
    ['of another type', { name: 'x', table: 16400, number: 3, type: 23 }, null],
    ['what is generated from it', { name: 'x', table: 16400, number: 4 }, '[masked]'],
    ['another of its table', { name: 'x', table: 16400, number: 1 }, 'v'],
    ['its whole row', { name: 'x', table: 16400, number: 0, type: 16500 }, null],
    ['that of a child', { name: 'x', table: 16401, number: 3 }, '[masked]'],
    ['that of another table', { name: 'x', table: 16402, number: 3 }, 'v'],
    ['no number of its table', { name: 'x', table: 16402, number: 9 }, '[masked]'],
    ['no table', { name: 'x' }, 'v'],
    ['a table that nobody knows', { name: 'x', table: 99999, number: 1 }, '[masked]'],
  ])('%s', (_name, column, cell) => {
    expect(shown(email, [column], ['v'])).toEqual([[cell]])
  })

  it('that of the parent of a masked one', () => {
    const old = masksOf([undefined], { covers: (resource) => resource === 'table:public.old' })
    expect(shown(old, [{ name: 'x', table: 16400, number: 3 }], ['v'])).toEqual([['[masked]']])
  })

  it('keeps the operator that the analysis found', () => {
    expect(shown({ ...email, at: () => stars }, [{ name: 'x', table: 16400, number: 3 }], ['v'])).toEqual([['v***']])
  })
})

describe('cells that are looked through', () => {
  const looking = masksOf([undefined], { content })

  it.each<[string, Partial<ColumnSpec>, Cell, Cell]>([
    ['a text', {}, 'a needle', 'a [note]'],
    ['a text without a find', {}, 'hay', 'hay'],
    ['a binary text', { format: 1 }, 'a needle', 'a [note]'],
    ['no UTF-8', {}, Buffer.from([0x41, 0xff]), '[masked]'],
    ['json', { type: 114 }, '{"a":"needle"}', '{"a":"[found]"}'],
    ['binary jsonb', { type: 3802, format: 1 }, '\u0001{"a":"needle"}', '\u0001{"a":"[found]"}'],
    ['binary jsonb of another version', { type: 3802, format: 1 }, '\u0002{"a":1}', null],
    ['an array', { type: 1009 }, '{hay,"nee\\dle"}', null],
    ['an array without a find', { type: 1009 }, '[0:1]={hay,NULL}', '[0:1]={hay,NULL}'],
    ['what is no array', { type: 1009 }, '{hay', null],
    ['an array of json', { type: 3807 }, '{"{\\"a\\": \\"needle\\"}"}', null],
    ['another type', { type: 16999 }, '(1,needle)', null],
    ['another type without a find', { type: 16999 }, '(1,hay)', '(1,hay)'],
    ['a number', { type: 23 }, '12', '12'],
    ['a missing one', {}, null, null],
    ['one that is too long', {}, 'x'.repeat(1024 * 1024 + 1), '[masked]'],
  ])('%s', (_name, column, cell, expected) => {
    const { bytes } = answered(
      looking,
      [rowDescription([{ name: 'note', ...column }]), dataRow([cell]), complete],
      4 * 1024 * 1024,
    )
    expect(cellsOf(bytes)).toEqual([[expected]])
  })

  it('arrays in binary format', () => {
    const array = (element: string): Buffer =>
      Buffer.concat([int32(1), int32(0), int32(25), int32(1), int32(1), int32(element.length), Buffer.from(element)])
    const column = [{ name: 'note', type: 1009, format: 1 }]
    expect(shown(looking, column, [array('needle')], [Buffer.from([1])])).toEqual([[null], [null]])
    expect(shown(looking, column, [array('hay')])).toEqual([[array('hay').toString('utf8')]])
  })
})

describe('cells that a screen tells from their bytes', () => {
  const asked: string[] = []
  /** Says yes to what begins with an `n`, and of column `b` nothing. */
  const screened: ContentMask = {
    text: (value, column) => value.replaceAll(/e+/g, `[${String(column)}]`),
    json: (value) => value.replaceAll('e', '[json]'),
    screen: (column) =>
      column === 'b'
        ? undefined
        : (bytes, start, end) => {
            asked.push(Buffer.from(bytes.subarray(start, end)).toString('utf8'))
            return bytes[start] === 0x6e
          },
    stream: () => new PassThrough(),
  }
  const rowOf = (cell: Cell, column: ColumnSpec): Cell[][] =>
    shown(masksOf([undefined], { content: screened }), [column], [cell])

  it.each<[string, ColumnSpec, Cell, Cell]>([
    ['a text that it lets pass', { name: 'a' }, 'here', 'here'],
    ['a text that it stops', { name: 'a' }, 'needle', 'n[a]dl[a]'],
    ['a text of a column that it knows nothing of', { name: 'b' }, 'here', 'h[b]r[b]'],
    ['another type that it lets pass', { name: 'a', type: 16999 }, 'here', 'here'],
    ['another type that it stops', { name: 'a', type: 16999 }, 'needle', null],
    ['another type of a column that it knows nothing of', { name: 'b', type: 16999 }, 'here', null],
    ['JSON, which has names of its own', { name: 'a', type: 114 }, '"here"', '"h[json]r[json]"'],
    ['an array, whose elements it does not know', { name: 'a', type: 1009 }, '{here}', null],
    ['a value of no type', { name: 'a', type: 0 }, 'here', null],
  ])('%s', (_name, column, cell, expected) => {
    expect(rowOf(cell, column)).toEqual([[expected]])
  })

  it('show it exactly their bytes', () => {
    asked.length = 0
    const masks = masksOf([undefined, undefined], { content: screened })
    expect(shown(masks, [{ name: 'a' }, { name: 'c' }], ['one', 'two'], ['', null])).toEqual([
      ['one', 'two'],
      ['', null],
    ])
    expect(asked).toEqual(['one', 'two', ''])
  })

  it('is not asked of one that is too long', () => {
    const { bytes } = answered(
      masksOf([undefined], { content: screened }),
      [rowDescription([{ name: 'a' }]), dataRow(['x'.repeat(1024 * 1024 + 1)]), complete],
      4 * 1024 * 1024,
    )
    expect(cellsOf(bytes)).toEqual([['[masked]']])
  })
})
