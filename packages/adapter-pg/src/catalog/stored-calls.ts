import { fieldOf, isStoredNode, nodesOf, nothing, numberOf, type StoredNode, type StoredValue } from './node-tree.js'

/** A call in a stored expression. */
export interface StoredCall {
  /** A function or aggregate, an operator by its function, or a conversion through the text of a value. */
  readonly kind: 'routine' | 'operator' | 'conversion'
  /** Of the routine; of a conversion, the type of what comes out. */
  readonly id: number
  /** Types of its arguments; undefined for one that cannot be told. */
  readonly types: readonly (number | undefined)[]
  /** Its arguments that are constants of the types text and integer. */
  readonly literals: readonly (string | number | undefined)[]
  readonly returnsSet: boolean
  /** Of what is passed; 0 where there is none, or where it is not known. */
  readonly collation: number
}

/** The call that a node is; undefined when it is none. */
export function storedCall(node: StoredNode): StoredCall | undefined {
  const form = forms.get(node.type)
  if (form === undefined) return undefined
  const { kind, id, arguments: field, set } = form
  const given =
    kind === 'conversion' ? [fieldOf(node, field)] : fieldOf(node, field) === nothing ? [] : nodesOf(node, field)
  const values = given.map((argument) =>
    isStoredNode(argument) && argument.type === 'TARGETENTRY' ? fieldOf(argument, 'expr') : argument,
  )
  return {
    kind,
    id: numberOf(node, id),
    types: values.map(typeOf),
    literals: values.map(literalOf),
    returnsSet: set !== undefined && fieldOf(node, set) !== 'false',
    collation: kind === 'conversion' ? 0 : numberOf(node, 'inputcollid'),
  }
}

interface Form {
  readonly kind: StoredCall['kind']
  readonly id: string
  readonly arguments: string
  readonly set?: string
}

const operator: Form = { kind: 'operator', id: 'opfuncid', arguments: 'args' }

const forms: ReadonlyMap<string, Form> = new Map([
  ['FUNCEXPR', { kind: 'routine', id: 'funcid', arguments: 'args', set: 'funcretset' }],
  ['AGGREF', { kind: 'routine', id: 'aggfnoid', arguments: 'args' }],
  ['WINDOWFUNC', { kind: 'routine', id: 'winfnoid', arguments: 'args' }],
  ['OPEXPR', { ...operator, set: 'opretset' }],
  ['DISTINCTEXPR', operator],
  ['NULLIFEXPR', operator],
  ['COERCEVIAIO', { kind: 'conversion', id: 'resulttype', arguments: 'arg' }],
])

/** Fields that say the type of a value, by the node that makes it. */
const typeFields: ReadonlyMap<string, string> = new Map(
  Object.entries({
    VAR: 'vartype',
    CONST: 'consttype',
    PARAM: 'paramtype',
    FUNCEXPR: 'funcresulttype',
    AGGREF: 'aggtype',
    WINDOWFUNC: 'wintype',
    OPEXPR: 'opresulttype',
    DISTINCTEXPR: 'opresulttype',
    NULLIFEXPR: 'opresulttype',
    RELABELTYPE: 'resulttype',
    COERCEVIAIO: 'resulttype',
    FIELDSELECT: 'resulttype',
    CASE: 'casetype',
    CASEEXPR: 'casetype',
    CASETESTEXPR: 'typeId',
    COALESCE: 'coalescetype',
    COALESCEEXPR: 'coalescetype',
    MINMAX: 'minmaxtype',
    MINMAXEXPR: 'minmaxtype',
    ARRAY: 'array_typeid',
    ARRAYEXPR: 'array_typeid',
    SQLVALUEFUNCTION: 'type',
  }),
)

const booleans: ReadonlySet<string> = new Set(['SCALARARRAYOPEXPR', 'BOOLEXPR', 'NULLTEST', 'BOOLEANTEST'])

function typeOf(value: StoredValue): number | undefined {
  if (!isStoredNode(value)) return undefined
  if (value.type === 'COLLATEEXPR') return typeOf(fieldOf(value, 'arg'))
  if (booleans.has(value.type)) return boolean
  const field = typeFields.get(value.type)
  return field === undefined ? undefined : numberOf(value, field)
}

const boolean = 16
const integer = 23
const text = 25

/** A text as the server keeps it has its length in four bytes before its own; an integer has those of the machine. */
function literalOf(value: StoredValue): string | number | undefined {
  if (!isStoredNode(value) || value.type !== 'CONST' || fieldOf(value, 'constisnull') !== 'false') return undefined
  const words = value.fields.get('constvalue') ?? []
  const bytes = words.slice(2, -1).map(Number)
  switch (numberOf(value, 'consttype')) {
    case text:
      return bytes.length < 4 ? undefined : Buffer.from(bytes.slice(4)).toString('utf8')
    case integer: {
      const own = Buffer.from(bytes)
      if (own.length !== 8) return undefined
      const read = own.readInt32LE(0)
      // Where the bytes stand the other way round, these would say something else.
      return own.readInt32LE(4) === (read < 0 ? -1 : 0) ? read : undefined
    }
    default:
      return undefined
  }
}
