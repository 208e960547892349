import { bodyOf, listOf, namesOf, nodeOf, numberOf, textOf, type TreeNode } from './tree.js'

/** One COPY TO STDOUT: how its rows are written, and what they consist of. The server tells neither in its answer. */
export interface CopyOut {
  /** Undefined: in a way that is not known. */
  readonly format: CopyFormat | undefined
  /** Undefined where they are not plain to see. */
  readonly columns: readonly CopyColumn[] | undefined
}

/** A column of what COPY gives, as far as it is known. */
export interface CopyColumn {
  readonly name: string
  /** Object id of the relation that it is a column of; 0 for anything else. */
  readonly table: number
  /** Its number in that relation. */
  readonly number: number
  /** Object id of its type, for a domain that of what it is over; 0 where it cannot be told. */
  readonly type: number
}

/** How COPY TO writes rows (PostgreSQL documentation, "COPY": File Formats). Characters are bytes of ASCII. */
export type CopyFormat = CopyText | CopyCsv | { readonly kind: 'binary' }

export interface CopyText extends CopyLines {
  readonly kind: 'text'
}

export interface CopyCsv extends CopyLines {
  readonly kind: 'csv'
  readonly quote: number
  readonly escape: number
  /** Columns whose values are always quoted. */
  readonly forceQuote: ReadonlySet<string> | 'all'
}

interface CopyLines {
  readonly delimiter: number
  /** What stands for a missing value. */
  readonly missing: string
  /** Whether the first line has the names of the columns. */
  readonly header: boolean
}

/**
 * The format that these options of COPY TO give. Undefined for whatever is not known for sure: an option or a value that is not
 * known, one that stands twice, another encoding than UTF-8, and most of what the server refuses.
 */
export function copyFormat(options: readonly TreeNode[]): CopyFormat | undefined {
  const given = new Map<string, TreeNode | undefined>()
  for (const item of options) {
    const option = bodyOf(item, 'DefElem')
    const name = option === undefined ? '' : textOf(option, 'defname')
    if (option === undefined || !known.has(name) || given.has(name)) return undefined
    given.set(name, nodeOf(option, 'arg'))
  }
  const kind = given.has('format') ? stringOf(given.get('format')) : 'text'
  if (given.has('encoding') && !isUtf8(stringOf(given.get('encoding')))) return undefined
  if (kind === 'text') return textFormat(given)
  if (kind === 'csv') return csvFormat(given)
  return kind === 'binary' && !lineOptions.some((name) => given.has(name)) ? Object.freeze({ kind }) : undefined
}

type Given = ReadonlyMap<string, TreeNode | undefined>

const csvOptions = ['quote', 'escape', 'force_quote']
const lineOptions = ['delimiter', 'null', 'header', ...csvOptions]
const known: ReadonlySet<string> = new Set(['format', 'encoding', ...lineOptions])

function textFormat(given: Given): CopyText | undefined {
  if (csvOptions.some((name) => given.has(name))) return undefined
  const lines = linesOf(given, { delimiter: '\t', missing: String.raw`\N` })
  // The server takes none of the letters and digits that may stand behind a backslash.
  if (lines === undefined || /[\\.a-z0-9]/.test(String.fromCharCode(lines.delimiter))) return undefined
  // Of an odd backslash at its end nobody could tell what it belongs to.
  return /^(?:[^\\]|\\[^])*$/.test(lines.missing) ? Object.freeze({ kind: 'text', ...lines }) : undefined
}

function csvFormat(given: Given): CopyCsv | undefined {
  const lines = linesOf(given, { delimiter: ',', missing: '' })
  const quote = characterOf(given, 'quote', '"')
  const escape = quote === undefined ? undefined : characterOf(given, 'escape', String.fromCharCode(quote))
  const forceQuote = namesIn(given)
  if (lines === undefined || quote === undefined || escape === undefined || forceQuote === undefined) return undefined
  if (quote === lines.delimiter || lines.missing.includes(String.fromCharCode(quote))) return undefined
  return Object.freeze({ kind: 'csv', ...lines, quote, escape, forceQuote })
}

function linesOf(given: Given, usual: { readonly delimiter: string; readonly missing: string }): CopyLines | undefined {
  const delimiter = characterOf(given, 'delimiter', usual.delimiter)
  const missing = given.has('null') ? stringOf(given.get('null')) : usual.missing
  const header = headerOf(given)
  if (delimiter === undefined || missing === undefined || header === undefined) return undefined
  if (/[\r\n]/.test(missing) || missing.includes(String.fromCharCode(delimiter))) return undefined
  return { delimiter, missing, header }
}

/** One byte of ASCII that ends no line. */
function characterOf(given: Given, name: string, usual: string): number | undefined {
  const text = given.has(name) ? stringOf(given.get(name)) : usual
  if (text?.length !== 1 || text === '\n' || text === '\r') return undefined
  const code = text.charCodeAt(0)
  return code > 0 && code < 128 ? code : undefined
}

/** As `defGetCopyHeaderChoice` of the server reads it; MATCH is for COPY FROM. */
function headerOf(given: Given): boolean | undefined {
  if (!given.has('header')) return false
  const value = given.get('header')
  if (value === undefined) return true
  const truth = bodyOf(value, 'Boolean')
  if (truth !== undefined) return truth['boolval'] === true
  const number = bodyOf(value, 'Integer')
  if (number !== undefined) return [false, true][numberOf(number, 'ival')]
  const word = stringOf(value)?.toLowerCase() ?? ''
  return Object.hasOwn(truths, word) ? truths[word] : undefined
}

const truths: Readonly<Record<string, boolean>> = { true: true, on: true, false: false, off: false }

function namesIn(given: Given): CopyCsv['forceQuote'] | undefined {
  if (!given.has('force_quote')) return new Set()
  const value = given.get('force_quote')
  if (bodyOf(value, 'A_Star') !== undefined) return 'all'
  const names = namesOf(listOf(bodyOf(value, 'List') ?? {}, 'items'))
  return names === undefined || names.length === 0 ? undefined : new Set(names)
}

/** As `defGetString` of the server reads it, for the kinds of values that a format has use for. */
function stringOf(value: TreeNode | undefined): string | undefined {
  const text = bodyOf(value, 'String')
  if (text !== undefined) return textOf(text, 'sval')
  const number = bodyOf(value, 'Integer')
  return number === undefined ? undefined : String(numberOf(number, 'ival'))
}

/** `pg_char_to_encoding` goes by letters and digits alone. */
function isUtf8(name: string | undefined): boolean {
  return ['utf8', 'unicode'].includes(name?.replaceAll(/[^a-z0-9]/gi, '').toLowerCase() ?? '')
}
