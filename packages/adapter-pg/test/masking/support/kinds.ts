import type { Parsed } from '../../../src/analyzer/parse.js'

/** Fields that tell several expressions of one node type apart. */
const tellingFields = ['kind', 'subLinkType', 'boolop', 'op', 'nulltesttype', 'booltesttype', 'jointype', 'minmaxop']
const toldApart: ReadonlySet<string> = new Set([
  'A_Expr', 'SubLink', 'BoolExpr', 'NullTest', 'BooleanTest', 'JoinExpr', 'XmlExpr', 'SetOperationStmt', 'MinMaxExpr', 'SQLValueFunction', 'JsonFuncExpr', 'GroupingSet',
]) // prettier-ignore

/** What calls may have besides arguments. */
const callFields: ReadonlySet<string> = new Set([
  'over',
  'agg_filter',
  'agg_order',
  'agg_within_group',
  'agg_distinct',
  'agg_star',
])

/** Counts the nodes of a text by their type, and by what tells them apart. */
export function countKinds(parsed: Parsed, counts: Map<string, number>): void {
  for (const { type, body } of parsed.statements) {
    count(counts, type)
    walk(body, counts)
  }
}

function walk(value: unknown, counts: Map<string, number>): void {
  if (Array.isArray(value)) {
    for (const element of value) walk(element, counts)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [field, inner] of Object.entries(value)) {
    if (/^[A-Z]/.test(field)) count(counts, named(field, inner))
    else if (callFields.has(field)) count(counts, `FuncCall ${field}`)
    walk(inner, counts)
  }
}

function named(type: string, body: unknown): string {
  if (!toldApart.has(type) || typeof body !== 'object' || body === null) return type
  const words = tellingFields.flatMap((field) => {
    const word: unknown = Object.hasOwn(body, field) ? Reflect.get(body, field) : undefined
    return typeof word === 'string' ? [word] : []
  })
  return [type, ...words].join(' ')
}

function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
}

/** What may stand in an expression, as the counts name it, by the version of the server that knows it first. */
const expressionKinds: readonly (readonly [number, string])[] = [
  [14, 'A_Const ColumnRef ParamRef A_Indirection A_Indices A_ArrayExpr A_Star TypeCast CollateClause FuncCall NamedArgExpr'],
  [14, [...callFields].map((field) => `FuncCall:${field}`).join(' ')],
  [14, 'CaseExpr CaseWhen CoalesceExpr RowExpr GroupingFunc SetToDefault MultiAssignRef SortBy XmlSerialize'],
  [14, ['OP', 'OP_ANY', 'OP_ALL', 'DISTINCT', 'NOT_DISTINCT', 'NULLIF', 'IN', 'LIKE', 'ILIKE', 'SIMILAR'].map((word) => `A_Expr:AEXPR_${word}`).join(' ')],
  [14, ['BETWEEN', 'NOT_BETWEEN', 'BETWEEN_SYM', 'NOT_BETWEEN_SYM'].map((word) => `A_Expr:AEXPR_${word}`).join(' ')],
  [14, ['EXISTS', 'ALL', 'ANY', 'EXPR', 'ARRAY'].map((word) => `SubLink:${word}_SUBLINK`).join(' ')],
  [14, ['AND', 'OR', 'NOT'].map((word) => `BoolExpr:${word}_EXPR`).join(' ')],
  [14, 'NullTest:IS_NULL NullTest:IS_NOT_NULL MinMaxExpr:IS_GREATEST MinMaxExpr:IS_LEAST'],
  [14, ['TRUE', 'NOT_TRUE', 'FALSE', 'NOT_FALSE', 'UNKNOWN', 'NOT_UNKNOWN'].map((word) => `BooleanTest:IS_${word}`).join(' ')],
  [14, ['CONCAT', 'ELEMENT', 'FOREST', 'PARSE', 'PI', 'ROOT'].map((word) => `XmlExpr:IS_XML${word}`).join(' ')],
  [14, 'XmlExpr:IS_DOCUMENT SQLValueFunction:SVFOP_CURRENT_SCHEMA CurrentOfExpr'],
  [16, 'JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonObjectAgg JsonArrayAgg JsonIsPredicate'],
  [17, 'JsonParseExpr JsonScalarExpr JsonSerializeExpr MergeSupportFunc JsonTable'],
  [17, ['EXISTS', 'QUERY', 'VALUE'].map((word) => `JsonFuncExpr:JSON_${word}_OP`).join(' ')],
] // prettier-ignore

/** The kinds of expressions that are to be tried on a server. */
export function kindsOf(version: number): readonly string[] {
  return expressionKinds
    .filter(([since]) => version >= since)
    .flatMap(([, names]) => names.split(' '))
    .map((name) => name.replace(':', ' '))
}
