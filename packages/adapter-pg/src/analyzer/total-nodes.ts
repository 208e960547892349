/**
 * Nodes that can neither fail nor give rows, whatever the values in them are, or whose handlers say so themselves. Every other
 * one counts as able to.
 */
const total: ReadonlySet<string> = new Set(
  `A_ArrayExpr A_Const A_Expr A_Indirection A_Star Alias BitString BoolExpr Boolean BooleanTest CaseExpr CaseWhen CoalesceExpr
   CollateClause ColumnRef CommonTableExpr Float FuncCall GroupingFunc GroupingSet IndexElem InferClause Integer List
   MinMaxExpr NamedArgExpr NullTest ParamRef RangeFunction ResTarget ReturningOption RowExpr SQLValueFunction SelectStmt
   SetToDefault SortBy String SubLink TypeCast TypeName WindowDef`.split(/\s+/),
)

export function cannotFail(type: string): boolean {
  return total.has(type)
}
