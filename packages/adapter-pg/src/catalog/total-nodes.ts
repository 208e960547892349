import { isStoredNode, nodesOf, numberOf, type StoredNode, type StoredValue, truthOf } from './node-tree.js'
import { type StoredCall, storedCall } from './stored-calls.js'

/** Knows what raises no error, whatever the values are. */
export interface TotalityJudge {
  call(call: StoredCall): boolean
  /** Of a column, 0 for the whole row: whether the server makes it in such ways when it is read. */
  column(relation: number, column: number): boolean
}

/** Whether a node of a stored expression raises no error where nothing in it does. */
export function isTotalNode(node: StoredNode, judge: TotalityJudge): boolean {
  const call = storedCall(node)
  if (call !== undefined) return !call.returnsSet && judge.call(call)
  // Arrays in an array have to be of one length.
  if (arrayTypes.has(node.type)) return !truthOf(node, 'multidims')
  // As many values as there are rows have no room in one array.
  if (node.type === 'SUBLINK') return numberOf(node, 'subLinkType') !== arraySubLink
  return safeTypes.has(node.type)
}

const arraySubLink = 6

/** A number of rows that no value decides; it has a conversion around it. */
export function isConstant(value: StoredValue): boolean {
  if (!isStoredNode(value)) return true
  if (value.type === 'FUNCEXPR') return nodesOf(value, 'args').every(isConstant)
  return value.type === 'CONST'
}

const arrayTypes: ReadonlySet<string> = new Set(['ARRAY', 'ARRAYEXPR'])

/** Besides calls; names of older versions, too. */
const safeTypes: ReadonlySet<string> = new Set(
  `FROMEXPR JOINEXPR RANGETBLREF ALIAS CONST PARAM RELABELTYPE COLLATEEXPR BOOLEXPR BOOLEANTEST NULLTEST CASE WHEN CASEEXPR CASEWHEN CASETESTEXPR COALESCE
   COALESCEEXPR FIELDSELECT ROW ROWEXPR TARGETENTRY GROUPINGFUNC SQLVALUEFUNCTION`.split(/\s+/),
)
