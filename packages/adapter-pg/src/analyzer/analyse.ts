import type { Lineage } from '@bothkeys/core/adapter'
import type { Analysis } from './analysis.js'
import { applyImplicitCasts } from './casts.js'
import { compareBuiltins } from './compared-builtins.js'
import type { CopyOut } from './copy-format.js'
import { applyDefinition } from './definitions.js'
import { givenValues, withGiven } from './given.js'
import { handlers } from './handlers.js'
import { lineageOf } from './lineage.js'
import { applyLiterals } from './literals.js'
import type { Meetings } from './meetings.js'
import type { Parsed } from './parse-bytes.js'
import { passParameters } from './prepared.js'
import { Scope } from './scope.js'
import { transactionControl } from './transactions.js'
import { tellFromCatalogs } from './told-by-catalogs.js'
import type { TypedNode } from './tree.js'
import { type AnalysisContext, Walk } from './walk.js'

export type { AnalysisContext } from './walk.js'

/**
 * What came of analysing a text. `miss`: it names something that the catalog snapshot does not have, listed in `missing`;
 * the analysis is then opaque. Reload the catalog and analyse once more; when it is still a miss, take the analysis as it is.
 */
export interface Analysed {
  readonly miss: boolean
  readonly missing: readonly string[]
  readonly analysis: Analysis
}

/**
 * Finds what a text does, in the given catalog and state. Pure; never throws for a tree of the grammar. The result may be
 * reused while catalog, state and the statements it `uses` stay the same; the latest one is remembered for each tree.
 */
export function analyse(parsed: Parsed, context: AnalysisContext): Analysed {
  const known = remembered.get(parsed)
  if (known !== undefined && isSame(known, context)) return known.result
  const result = analyseAnew(parsed, context)
  // What EXECUTE and FETCH refer to may change while catalog and state do not.
  if (result.analysis.uses.length === 0) {
    const { catalog, state, parameterTypes = [] } = context
    remembered.set(parsed, { catalog, state, parameterTypes: [...parameterTypes], result })
    // The result serves from now on. A miss is analysed once more.
    if (!result.miss) parsed.dropTrees?.()
  }
  return result
}

interface Remembered {
  readonly catalog: AnalysisContext['catalog']
  readonly state: AnalysisContext['state']
  readonly parameterTypes: readonly number[]
  readonly result: Analysed
}

const remembered = new WeakMap<Parsed, Remembered>()

function isSame(known: Remembered, context: AnalysisContext): boolean {
  if (known.catalog !== context.catalog || known.state !== context.state) return false
  const types = context.parameterTypes ?? []
  return (
    known.parameterTypes.length === types.length && types.every((type, index) => type === known.parameterTypes[index])
  )
}

function analyseAnew(parsed: Parsed, context: AnalysisContext): Analysed {
  return conclude(walked(parsed, context), parsed, context)
}

function walked(parsed: Parsed, context: AnalysisContext, meetings?: Meetings): Walk {
  const walk = new Walk(context, handlers, parsed, meetings)
  const { statements } = parsed
  try {
    visitStatements(walk, statements)
    passParameters(walk, context.parameterTypes ?? [])
  } catch (error) {
    // Only the stack can run out: the tree is finite and nothing else throws.
    if (!(error instanceof RangeError)) throw error
    walk.opaque('too complex', 'script')
    walk.flows.abandon()
  }
  applyLiterals(walk)
  applyImplicitCasts(walk)
  tellFromCatalogs(walk)
  return walk
}

function visitStatements(walk: Walk, statements: readonly TypedNode[]): void {
  statements.forEach((statement, index) => {
    // An earlier statement of the same text may have changed what the names of this one mean.
    if (index > 0 && (walk.changesCatalog || !walk.settingFree) && statement.type !== 'TransactionStmt') {
      walk.opaque('an earlier statement of the text may change what names mean', 'script')
    }
    walk.statementIndex = index
    const scope = givesRows.has(statement.type) ? Scope.claiming() : new Scope()
    walk.visitAs(statement.type, statement.body, scope)
    walk.flows.finish(statements.length === 1 && scope.isClaimed ? scope.flow : undefined)
    compareBuiltins(walk, statement.type)
    applyDefinition(walk, statement.type, statement.body)
  })
}

/** Statements whose handlers say what becomes of the rows that they give. */
const givesRows: ReadonlySet<string> = new Set(
  `CopyStmt DeclareCursorStmt DeleteStmt ExecuteStmt ExplainStmt FetchStmt InsertStmt MergeStmt PrepareStmt SelectStmt
   UpdateStmt`.split(/\s+/),
)

function conclude(walk: Walk, parsed: Parsed, context: AnalysisContext): Analysed {
  const { statements } = parsed
  const only = statements.length === 1 ? statements[0] : undefined
  const effects = walk.effects.list()
  const analysis: Analysis = Object.freeze({
    description: Object.freeze({
      operation: operationOf(statements),
      text: parsed.text,
      recordedText: parsed.recordedText,
      effects,
      lineage: withGiven(lineageOf(walk, effects), givenBy(parsed, context)),
      ...(statements.length > 1 ? { statements: statements.length } : {}),
    }),
    statementCount: statements.length,
    settingFree: walk.settingFree,
    changesReading: walk.changesReading,
    transaction: only === undefined ? undefined : transactionControl(only),
    containsTransactionControl: only === undefined && statements.some(({ type }) => type === 'TransactionStmt'),
    runsDeferred: walk.runsDeferred,
    registry: Object.freeze(walk.registry),
    copy: walk.copy,
    copiesOut: Object.freeze(statements.length > 1 ? walk.copiesOut.map(ofUnknownColumns) : walk.copiesOut),
    changesCatalog: walk.changesCatalog,
    runsInParse: walk.runsInParse,
    movable: Object.freeze([...walk.movable]),
    countsRows: only !== undefined && counted.has(only.type) && walk.modifications === 1 && !walk.changesUncounted,
    uses: Object.freeze(walk.uses),
  })
  return { miss: walk.missing.size > 0, missing: [...walk.missing], analysis }
}

/** Goes through the text once more, for the values that it gives: few are ever asked for. */
function givenBy(parsed: Parsed, { catalog, parameterTypes = [], state }: AnalysisContext): () => Lineage['given'] {
  const nothing = (): undefined => undefined
  const context = { catalog, state, parameterTypes: [...parameterTypes], prepared: nothing, cursor: nothing }
  return () => givenValues(parsed, parameterTypes.length, (meetings) => walked(parsed, context, meetings))
}

/** Earlier statements of a text may have changed what names mean. */
function ofUnknownColumns({ format }: CopyOut): CopyOut {
  return Object.freeze({ format, columns: undefined })
}

const counted: ReadonlySet<string> = new Set(['DeleteStmt', 'InsertStmt', 'MergeStmt', 'UpdateStmt'])

/** The adapter's word for a text: what its one statement is, `script` for several, `empty` for none. */
function operationOf(statements: readonly TypedNode[]): string {
  if (statements.length > 1) return 'script'
  const type = statements[0]?.type
  if (type === undefined) return 'empty'
  const known = operations.get(type)
  if (known !== undefined) return known
  const words = type.replace(/Stmt$/, '').match(/[A-Z][a-z]*/g)
  const operation = words === null ? 'other' : words.join(' ').toLowerCase()
  operations.set(type, operation)
  return operation
}

/** By the types of the grammar, which are a few hundred. */
const operations = new Map<string, string>()
