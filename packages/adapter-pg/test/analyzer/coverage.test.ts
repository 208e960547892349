import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { structFields } from '../../src/analyzer/grammar-fields.js'
import { handlers } from '../../src/analyzer/handlers.js'

/** Types that only the server's own later stages make, or that stand for whole answers of the library. */
const neverInRawTrees = `Aggref AlternativeSubPlan ArrayCoerceExpr ArrayExpr CallContext CaseTestExpr CoerceToDomain
  CoerceToDomainValue CoerceViaIO CollateExpr ConvertRowtypeExpr DistinctExpr FieldSelect FieldStore FilterColumn FromExpr
  FuncExpr Function InferenceElem InlineCodeBlock IntList JsonConstructorExpr JsonExpr JsonTablePath JsonTablePathScan
  JsonTableSiblingJoin MergeAction NextValueExpr NullIfExpr OidList OnConflictExpr OpExpr Param ParseResult Query
  RTEPermissionInfo RangeTblEntry RangeTblFunction RangeTblRef RawStmt RelabelType ReturningExpr RowCompareExpr
  RowMarkClause ScalarArrayOpExpr ScanResult ScanToken SetOperationStmt SortGroupClause SubPlan SubscriptingRef
  SummaryResult Table TableFunc TableSampleClause TargetEntry Var WindowClause WindowFunc WindowFuncRunCondition
  WithCheckOption`

/** Types that are taken apart where they stand and never handled by themselves. */
const handledByTheirParents = `AccessPriv AlterTableCmd CTESearchClause CommonTableExpr CreateOpClassItem DefElem
  FunctionParameter IntoClause JoinExpr LockingClause MergeWhenClause ObjectWithArgs OnConflictClause PartitionCmd
  PartitionRangeDatum PartitionSpec PublicationObjSpec PublicationTable RangeSubselect RangeVar ReturningClause
  StatsElem TableLikeClause TriggerTransition VacuumRelation WithClause`

/** Bodies of SQL functions and PL/pgSQL assignments: only inside what is not run. */
const opaque = `PLAssignStmt ReturnStmt`

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

function grammarTypes(): {
  readonly types: readonly string[]
  readonly structs: ReadonlyMap<string, Record<string, string>>
} {
  const library = createRequire(import.meta.url).resolve('libpg-query')
  const declarations = createRequire(library).resolve('@pgsql/types')
  const text = readFileSync(join(dirname(declarations), 'types.d.ts'), 'utf8')
  const union = text.slice(text.indexOf('export type Node'), text.indexOf('export interface'))
  const types = [...union.matchAll(/^ {4}(\w+): /gm)].map(([, name]) => name ?? '')
  const structs = new Map<string, Record<string, string>>()
  for (const [, name = '', body = ''] of text.matchAll(/export interface (\w+) \{([^}]*)\}/g)) {
    const fields = [...body.matchAll(/(\w+)\?: (\w+)(?:\[\])?;/g)]
      .filter(([, , type = '']) => types.includes(type))
      .map(([, field = '', type = '']) => [field, type])
    structs.set(name, Object.fromEntries(fields) as Record<string, string>)
  }
  return { types, structs }
}

describe('the grammar is covered', () => {
  const { types, structs } = grammarTypes()

  it('has every type of node in exactly one list', () => {
    const parents = words(handledByTheirParents).filter((type) => !handlers.has(type))
    const lists = [...handlers.keys(), ...words(neverInRawTrees), ...parents, ...words(opaque)]
    expect(lists.toSorted()).toEqual([...new Set([...types, ...lists])].toSorted())
    expect(types.filter((type) => !lists.includes(type))).toEqual([])
    expect(lists.filter((type) => !types.includes(type))).toEqual([])
  })

  it('knows every field that holds a node of a fixed type', () => {
    const left = new Set([...words(neverInRawTrees), 'PLAssignStmt'])
    for (const [type, fields] of structs) {
      if (left.has(type)) continue
      const expected = Object.entries(fields).filter(([, of]) => !left.has(of))
      expect([type, structFields.get(type) ?? {}]).toEqual([type, Object.fromEntries(expected)])
    }
  })

  it('says opaque for the few that are not handled', () => {
    for (const type of words(opaque)) expect(handlers.has(type)).toBe(false)
  })
})
