/** A node of the trees that PostgreSQL prints with `debug_print_rewritten`: its type and its fields. */
export interface PrintedNode {
  readonly type: string
  readonly fields: ReadonlyMap<string, readonly PrintedValue[]>
}

/** A token, a node or a list. */
export type PrintedValue = string | PrintedNode | readonly PrintedValue[]

/** Reads one printed tree. Throws when it is cut off. */
export function readPrintedTree(text: string): PrintedValue {
  const tokens = text.match(/"(?:\\[^]|[^"\\])*"|(?:\\[^]|[^\s(){}\\])+|[(){}]/g) ?? []
  let at = 0
  const next = (): string => {
    const token = tokens[at]
    at += 1
    if (token === undefined) throw new Error('the printed tree ends too early')
    return token
  }
  const readValue = (): PrintedValue => {
    const token = next()
    if (token === '(') return readUntil(')')
    return token === '{' ? readNode() : token
  }
  const readUntil = (end: string): readonly PrintedValue[] => {
    const values: PrintedValue[] = []
    while (tokens[at] !== end) values.push(readValue())
    at += 1
    return values
  }
  const readNode = (): PrintedNode => {
    const type = next()
    const fields = new Map<string, readonly PrintedValue[]>()
    while (tokens[at] !== '}') {
      const name = next()
      const values: PrintedValue[] = []
      while (tokens[at] !== '}' && tokens[at]?.startsWith(':') !== true) values.push(readValue())
      fields.set(name.slice(1), values)
    }
    at += 1
    return { type, fields }
  }
  return readValue()
}

/** Every node of a printed tree. */
export function* nodesOf(value: PrintedValue): Generator<PrintedNode> {
  if (typeof value === 'string') return
  if (Array.isArray(value)) {
    for (const item of value as readonly PrintedValue[]) yield* nodesOf(item)
    return
  }
  const node = value as PrintedNode
  yield node
  for (const values of node.fields.values()) for (const item of values) yield* nodesOf(item)
}

const aclSelect = 2

/**
 * Object ids of the relations for which the server itself will demand the SELECT privilege before it runs this tree:
 * its own word on what a statement reads, with views and rules expanded.
 */
export function relationsRead(tree: PrintedValue): ReadonlySet<number> {
  const read = new Set<number>()
  for (const { fields } of nodesOf(tree)) {
    const demanded = Number(fields.get('requiredPerms')?.[0] ?? 0)
    const relation = Number(fields.get('relid')?.[0] ?? 0)
    if (relation !== 0 && (demanded & aclSelect) !== 0) read.add(relation)
  }
  return read
}
