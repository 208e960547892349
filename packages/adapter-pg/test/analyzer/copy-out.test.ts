import { describe, expect, it } from 'vitest'
import type { CopyOut } from '../../src/analyzer/copy-format.js'
import { toldOf } from '../lineage/support.js'
import { analysisOf } from './support/shop.js'

const outOf = async (text: string): Promise<CopyOut | undefined> => (await analysisOf(text)).copiesOut[0]

const tsv = { kind: 'text', delimiter: 9, missing: String.raw`\N`, header: false }
const csv = {
  kind: 'csv', delimiter: 44, quote: 34, escape: 34, missing: '', header: false, forceQuote: new Set(),
} // prettier-ignore

describe('how COPY TO STDOUT writes rows', () => {
  it.each<[string, object]>([
    ['', tsv],
    ['(format text)', tsv],
    [`(delimiter '|', null 'a', header)`, { ...tsv, delimiter: 124, missing: 'a', header: true }],
    [`delimiters ';'`, tsv],
    [String.raw`(null '\\q')`, { ...tsv, missing: String.raw`\\q` }],
    ['(null 5)', { ...tsv, missing: '5' }],
    ['(header true)', { ...tsv, header: true }],
    ['(header ON)', { ...tsv, header: true }],
    ['(header 1)', { ...tsv, header: true }],
    ['(header 0)', tsv],
    ['(header off)', tsv],
    ['(header false)', tsv],
    [`(encoding 'UTF-8')`, tsv],
    [`(encoding 'unicode')`, tsv],
    ['csv', csv],
    ['csv header', { ...csv, header: true }],
    [`(format csv, quote '''')`, { ...csv, quote: 39, escape: 39 }],
    [`(format csv, escape '\\', delimiter 'a', null 'x')`, { ...csv, escape: 92, delimiter: 97, missing: 'x' }],
    ['(format csv, force_quote *)', { ...csv, forceQuote: 'all' }],
    ['(format csv, force_quote (id, "Name"))', { ...csv, forceQuote: new Set(['id', 'Name']) }],
    ['binary', { kind: 'binary' }],
    [`(format binary, encoding 'utf8')`, { kind: 'binary' }],
  ])('%s', async (options, expected) => {
    const text = options.startsWith('delimiters') ? `copy customers to stdout using ${options}` : `copy customers to stdout ${options}` // prettier-ignore
    const delimiter = options.startsWith('delimiters') ? { delimiter: 59 } : {}
    expect((await outOf(text))?.format).toEqual({ ...expected, ...delimiter })
  })

  it.each([
    `(format 'json')`,
    '(format "CSV")',
    '(format csv, format csv)',
    '(freeze false)',
    '(header match)',
    '(header 2)',
    '(header maybe)',
    `(encoding 'latin1')`,
    `(encoding 'utf16')`,
    `(delimiter 'ab')`,
    `(delimiter '')`,
    `(delimiter 'é')`,
    `(delimiter 'n')`,
    `(delimiter '.')`,
    `(delimiter E'\\n')`,
    `(delimiter 1.5)`,
    `(null E'a\\n')`,
    `(null E'a\\tb')`,
    String.raw`(null 'a\')`,
    String.raw`(null '\\\')`,
    `(quote '"')`,
    `(force_quote *)`,
    `(format csv, quote ',')`,
    `(format csv, quote 'é')`,
    `(format csv, quote E'\\n')`,
    `(format csv, escape E'\\r')`,
    `(format csv, null 'a"')`,
    `(format csv, force_quote)`,
    `(format csv, force_quote 'id')`,
    `(format binary, header)`,
    `(format binary, null '')`,
  ])('is not known for %s, which no masked column may leave by', async (options) => {
    const text = `copy customers (id, email) to stdout ${options}`
    expect(await outOf(text)).toMatchObject({ format: undefined })
    expect(await toldOf(text)).toBe('customers.id! | customers.email! > customers.email customers.id')
    expect(await toldOf(`copy (select email from customers) to stdout ${options}`)).toBe('customers.email! > customers.email') // prettier-ignore
  })

  it('is told for each COPY of a text, and for none that goes elsewhere or comes in', async () => {
    const { copiesOut } = await analysisOf(
      `copy lone from stdin; copy customers to stdout; copy lone to '/tmp/x'; copy (select 1) to stdout csv`,
    )
    expect(copiesOut).toEqual([
      { format: tsv, columns: undefined },
      { format: csv, columns: undefined },
    ])
  })
})

describe('what COPY TO STDOUT gives', () => {
  it('is columns of the table that it names, in its order', async () => {
    const { columns = [] } = (await outOf('copy customers (email, id) to stdout')) ?? {}
    expect(columns.map(({ name, number, type }) => [name, number, type])).toEqual([
      ['email', 2, 25],
      ['id', 1, 23],
    ])
    expect(new Set(columns.map(({ table }) => table > 0))).toEqual(new Set([true]))
    expect((await outOf('copy customers to stdout'))?.columns?.map(({ name }) => name)).toEqual(['id', 'email', 'name', 'vip']) // prettier-ignore
  })

  it('is columns of its query, of no table', async () => {
    expect((await outOf(`copy (select email as e, id as n, 'x' as x from customers) to stdout`))?.columns).toEqual([
      { name: 'e', table: 0, number: 0, type: 25 },
      { name: 'n', table: 0, number: 0, type: 23 },
      { name: 'x', table: 0, number: 0, type: 0 },
    ])
  })

  it.each([
    'copy (select * from customers, generate_series(1, 3)) to stdout',
    'copy (insert into customers (id) select id from orders returning email) to stdout',
    'copy (select * from generate_series(1, 3) as g(a)) to stdout',
    'copy (update customers set vip = true returning *) to stdout',
    'copy nowhere to stdout',
  ])('is not known: %s', async (text) => {
    expect((await outOf(text))?.columns).toBeUndefined()
  })
})
