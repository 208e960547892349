import type { Unparsable } from './analysis.js'
import { GrammarFailure, parseBytes, prepareGrammar } from './grammar.js'
import { quickRedaction } from './quick-redaction.js'
import { recordedText, unreadableText } from './recorded-text.js'
import { listOf, nodeOf, numberOf, type TreeNode, type TypedNode, unwrap } from './tree.js'

/** One text that the real grammar accepts. */
export interface Parsed {
  readonly unparsable: false
  readonly text: string
  /** The text with every literal replaced and comments removed. */
  readonly recordedText: string
  /** Their trees. Throws RangeError when one that was dropped cannot be read again. */
  readonly statements: readonly TypedNode[]
  /** Where each statement is in the text, in bytes. */
  readonly spans: readonly Span[]
  /** Gives the room of the trees back: whoever asks for them again waits until they are read anew. */
  dropTrees?(): void
}

interface Span {
  readonly start: number
  readonly end: number
}

/** What crosses the border of the worker: plain strings. */
export type RawParse =
  | {
      readonly unparsable: false
      readonly json: string
      /** Given by the worker, where time is not short. */
      readonly recordedText: string | undefined
    }
  | Unparsable

/** Parses text that was checked and is short enough. Needs a ready grammar. Never throws. */
export function parseRaw(text: string): RawParse {
  try {
    const result = parseBytes(Buffer.from(text, 'utf8'))
    if (!result.ok) return { unparsable: true, reason: 'syntax error', position: bytePosition(text, result.position) }
    return { unparsable: false, json: result.json, recordedText: undefined }
  } catch (error) {
    if (!(error instanceof GrammarFailure)) throw error
    return { unparsable: true, reason: 'the statement is too complex to be understood', position: undefined }
  }
}

/** As `parseRaw`, after making sure that the grammar is ready, and with the text to record. */
export async function parseFully(text: string): Promise<RawParse> {
  await prepareGrammar()
  const raw = parseRaw(text)
  return raw.unparsable ? raw : { ...raw, recordedText: scannedText(text) }
}

/** Turns the answer of `parseRaw` into trees. */
export function toParsed(text: string, raw: RawParse): Parsed | Unparsable {
  if (raw.unparsable) return raw
  const items = itemsOf(raw.json)
  if (items === undefined)
    return { unparsable: true, reason: 'the statement is too complex to be understood', position: undefined }
  const statements = statementsOf(items)
  if (statements === undefined) return { unparsable: true, reason: 'a statement has no type', position: undefined }
  return new ParsedText(text, raw.recordedText ?? recordable(text, statements), raw.json, items, statements)
}

/** A text that is remembered for longer than its trees, which take several times its room. */
class ParsedText implements Parsed {
  readonly unparsable = false
  readonly text: string
  readonly recordedText: string
  readonly spans: readonly Span[]
  readonly #json: string
  #statements: readonly TypedNode[] | undefined

  constructor(
    text: string,
    recordedText: string,
    json: string,
    items: readonly TreeNode[],
    statements: readonly TypedNode[],
  ) {
    this.text = text
    this.recordedText = recordedText
    this.spans = items.map((item) => spanOf(item, text))
    this.#json = json
    this.#statements = statements
  }

  get statements(): readonly TypedNode[] {
    this.#statements ??= statementsOf(itemsOf(this.#json) ?? [])
    if (this.#statements === undefined || this.#statements.length !== this.spans.length)
      throw new RangeError('the statement is too complex to be understood')
    return this.#statements
  }

  dropTrees(): void {
    this.#statements = undefined
  }
}

/** Undefined when one has no type. */
function statementsOf(items: readonly TreeNode[]): readonly TypedNode[] | undefined {
  const statements: TypedNode[] = []
  for (const item of items) {
    const statement = unwrap(nodeOf(item, 'stmt'))
    if (statement === undefined) return undefined
    statements.push(statement)
  }
  return statements
}

function spanOf(item: TreeNode, text: string): Span {
  const start = numberOf(item, 'stmt_location')
  const length = numberOf(item, 'stmt_len')
  // Zero length: up to the end of the text.
  return { start, end: length === 0 ? Buffer.byteLength(text) : start + length }
}

const plainStatements: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'TransactionStmt',
])

/** Commands with strings outside of expressions (passwords among them) always go through the server's own scanner. */
function recordable(text: string, statements: readonly TypedNode[]): string {
  const plain = statements.every(({ type }) => plainStatements.has(type))
  const quick = plain
    ? quickRedaction(
        text,
        statements.map(({ body }) => body),
      )
    : undefined
  return quick ?? scannedText(text)
}

function scannedText(text: string): string {
  try {
    return recordedText(Buffer.from(text, 'utf8'))
  } catch (error) {
    if (error instanceof GrammarFailure) return unreadableText
    throw error
  }
}

/** The statements of a tree in JSON. Undefined when it cannot be read. */
function itemsOf(json: string): readonly TreeNode[] | undefined {
  try {
    // The grammar prints this shape; the version is pinned and tests cover it.
    return listOf(JSON.parse(json) as TreeNode, 'stmts')
  } catch {
    return undefined
  }
}

/** The server counts characters from 1; callers count bytes from 1. */
function bytePosition(text: string, position: number | undefined): number | undefined {
  if (position === undefined) return undefined
  let characters = 0
  let units = 0
  for (const character of text) {
    characters += 1
    if (characters >= position) break
    units += character.length
  }
  return Buffer.byteLength(text.slice(0, units), 'utf8') + 1
}
