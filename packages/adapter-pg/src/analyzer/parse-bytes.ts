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
  readonly statements: readonly TypedNode[]
  /** Where each statement is in the text, in bytes. */
  readonly spans: readonly { readonly start: number; readonly end: number }[]
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

/** Turns the answer of `parseRaw` into a tree. */
export function toParsed(text: string, raw: RawParse): Parsed | Unparsable {
  if (raw.unparsable) return raw
  const tree = treeOf(raw.json)
  if (tree === undefined)
    return { unparsable: true, reason: 'the statement is too complex to be understood', position: undefined }
  const statements: TypedNode[] = []
  const spans: { readonly start: number; readonly end: number }[] = []
  for (const item of listOf(tree, 'stmts')) {
    const statement = unwrap(nodeOf(item, 'stmt'))
    if (statement === undefined) return { unparsable: true, reason: 'a statement has no type', position: undefined }
    statements.push(statement)
    const start = numberOf(item, 'stmt_location')
    const length = numberOf(item, 'stmt_len')
    // Zero length: up to the end of the text.
    spans.push({ start, end: length === 0 ? Buffer.byteLength(text) : start + length })
  }
  return { unparsable: false, text, recordedText: raw.recordedText ?? recordable(text, statements), statements, spans }
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

function treeOf(json: string): TreeNode | undefined {
  try {
    // The grammar prints this shape; the version is pinned and tests cover it.
    return JSON.parse(json) as TreeNode
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
