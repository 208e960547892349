import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { analyse } from '../../src/analyzer/analyse.js'
import type { Parsed } from '../../src/analyzer/parse.js'
import { parseStatement } from '../../src/analyzer/parse.js'
import type { TreeNode, TreeValue } from '../../src/analyzer/tree.js'
import { handlers } from '../../src/analyzer/handlers.js'
import { readBuiltins, readCatalog, readSessionState } from './analyst.js'
import { generate } from './generate/generate.js'
import { harmless } from './harmless.js'
import { withLabs } from './support.js'

/** The grammar's own list of node types and their fields: the declarations that come with libpg-query. */
const declarations = readFileSync(typesFile(), 'utf8')
const union = declarations.slice(declarations.indexOf('export type Node = '), declarations.indexOf('export interface '))
const nodeTypes = [...union.matchAll(/^ {4}(\w+): \1;$/gm)].map((match) => match[1] as string)
const fields = fieldTypes()

/** What the grammar never makes: containers of whole results, and nodes that the server makes later, out of others. */
const neverInRawTrees = new Set(
  `ParseResult ScanResult ScanToken SummaryResult Table Function FilterColumn PartitionRangeDatum OidList IntList TableFunc Var Param Aggref WindowFunc WindowFuncRunCondition SubscriptingRef
   FuncExpr OpExpr DistinctExpr NullIfExpr ScalarArrayOpExpr SubPlan AlternativeSubPlan FieldSelect FieldStore RelabelType
   CoerceViaIO ArrayCoerceExpr ConvertRowtypeExpr CollateExpr CaseTestExpr ArrayExpr RowCompareExpr JsonConstructorExpr
   JsonExpr JsonTablePath JsonTablePathScan JsonTableSiblingJoin MergeAction CoerceToDomain CoerceToDomainValue
   NextValueExpr InferenceElem ReturningExpr TargetEntry RangeTblRef FromExpr OnConflictExpr Query RangeTblEntry
   RTEPermissionInfo RangeTblFunction TableSampleClause WithCheckOption SortGroupClause WindowClause RowMarkClause
   SetOperationStmt RawStmt PLAssignStmt CallContext InlineCodeBlock`.split(/\s+/),
)

const hit = new Set<string>()
let opaqueFor: (parsed: Parsed) => boolean

beforeAll(async () => {
  const texts = [
    ...generate().flatMap(({ text, setup = [] }) => [text, ...setup]),
    ...harmless().map(({ text }) => text),
  ]
  for (const text of texts) {
    const parsed = await parseStatement(text.replaceAll(/\{\{\w+\}\}/g, '1'))
    if (parsed.unparsable) throw new Error(`${parsed.reason}: ${text}`)
    for (const { type, body } of parsed.statements) note(type, body)
  }
  opaqueFor = await withLabs(1, async ([lab]) => {
    if (lab === undefined) throw new Error('no server was started')
    return lab.withCopy('base', async (client) => {
      const catalog = await readCatalog(client, await readBuiltins(client))
      const state = await readSessionState(client)
      const context = { catalog, state, prepared: () => undefined, cursor: () => undefined }
      return (parsed: Parsed) =>
        analyse(parsed, context).analysis.description.effects.some(({ duty }) => duty === 'opaque')
    })
  })
}, 120_000)

describe('node types of the grammar', () => {
  it('are all known from the declarations', () => {
    expect(nodeTypes.length).toBeGreaterThan(250)
    expect(nodeTypes).toContain('SelectStmt')
  })

  it('are hit by the battery, or absent from the table of what the analyzer handles', () => {
    expect(nodeTypes.filter((type) => !hit.has(type) && handlers.has(type))).toEqual([])
  })

  it('are hit by the battery wherever the grammar makes them', () => {
    expect(nodeTypes.filter((type) => !hit.has(type) && !neverInRawTrees.has(type))).toEqual([])
  })

  it('make a statement opaque when they are not in the table, as an expression and as a statement', () => {
    const unhandled = nodeTypes.filter((type) => !handlers.has(type))
    const expressions = unhandled.filter((type) => !opaqueFor(synthetic('SelectStmt', selecting(type))))
    const statements = unhandled.filter((type) => !opaqueFor(synthetic(type, {})))
    expect({ expressions, statements }).toEqual({ expressions: [], statements: [] })
    process.stdout.write(
      `${String(hit.size)} node types hit; opaque by the analyzer's own table: ${unhandled.join(' ')}\n`,
    )
  })
})

/** `SELECT` of one node. */
function selecting(type: string): TreeNode {
  return { targetList: [{ ResTarget: { val: { [type]: {} } } }], op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT' }
}

/** Notes the type of a node and of everything in it; fields of a fixed type are printed without its name. */
function note(type: string, body: TreeNode): void {
  hit.add(type)
  for (const [field, value] of Object.entries(body)) noteValue(value, fields.get(`${type}.${field}`))
}

function noteValue(value: TreeValue | undefined, declared: string | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly TreeValue[]) noteValue(item, declared)
  } else if (typeof value === 'object' && value !== null) {
    // Neither an array nor a plain value: a node.
    const node = value as TreeNode
    if (declared !== undefined && nodeTypes.includes(declared)) note(declared, node)
    else for (const [type, body] of Object.entries(node)) if (typeof body === 'object') note(type, body as TreeNode)
  }
}

function synthetic(type: string, body: TreeNode): Parsed {
  return { unparsable: false, text: '', recordedText: '', statements: [{ type, body }], spans: [{ start: 0, end: 0 }] }
}

/** `Type.field` → the declared type of the field, lists taken apart. */
function fieldTypes(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, type, body] of declarations.matchAll(/^export interface (\w+) \{\n([^}]*)\}/gm)) {
    for (const [, field, declared] of (body ?? '').matchAll(/^ {4}(\w+)\??: (\w+)(?:\[\])?;$/gm)) {
      found.set(`${String(type)}.${String(field)}`, String(declared))
    }
  }
  return found
}

function typesFile(): string {
  const parser = createRequire(import.meta.url).resolve('libpg-query')
  return join(dirname(createRequire(parser).resolve('@pgsql/types')), 'types.d.ts')
}
