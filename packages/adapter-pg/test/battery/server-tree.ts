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

/** Object ids below this one were given out by initdb. */
export const firstUserId = 16384

/**
 * Object ids of the relations for which the server itself will demand the SELECT privilege before it runs this tree:
 * its own word on what a statement reads, with views and rules expanded. The OLD and NEW of a rule are rows at hand. The
 * server's own views stand for themselves.
 */
export function relationsRead(tree: PrintedValue): ReadonlySet<number> {
  const read = new Set<number>()
  for (const node of nodesOf(tree)) {
    if (node.type !== 'QUERY') continue
    const entries = listOf(node, 'rtable')
    const demands = listOf(node, 'rteperminfos')
    // Until PostgreSQL 15 the entry itself says what is demanded, and OLD stands for the view that was selected from.
    const demanding =
      demands.length > 0 ? demands.filter((_, index) => !entries.some((entry) => isRuleRow(entry, index))) : entries
    for (const entry of demanding) {
      if (demands.length === 0 && aliasOf(entry) === 'new') continue
      const relation = number(entry, 'relid')
      // What stands behind the server's own views is checked with the rights of their owner.
      const isBehindSystemView = relation < firstUserId && number(entry, 'checkAsUser') !== 0
      if ((number(entry, 'requiredPerms') & aclSelect) !== 0 && !isBehindSystemView) read.add(relation)
    }
  }
  read.delete(0)
  return read
}

/** Whether an entry is the OLD or NEW of a rule and its demand is the one with this index. */
function isRuleRow(entry: PrintedNode, index: number): boolean {
  const alias = aliasOf(entry)
  const isRow = (alias === 'old' || alias === 'new') && entry.fields.get('inFromCl')?.[0] === 'false'
  return isRow && number(entry, 'perminfoindex') === index + 1
}

function aliasOf(entry: PrintedNode): string | undefined {
  const alias = entry.fields.get('alias')?.[0]
  const name = typeof alias === 'object' && 'fields' in alias ? alias.fields.get('aliasname')?.[0] : undefined
  return typeof name === 'string' ? name : undefined
}

function number(node: PrintedNode, field: string): number {
  return Number(node.fields.get(field)?.[0] ?? 0)
}

function listOf(node: PrintedNode, field: string): readonly PrintedNode[] {
  const value = node.fields.get(field)?.[0]
  const items = Array.isArray(value) ? (value as readonly PrintedValue[]) : []
  return items.filter((item): item is PrintedNode => typeof item === 'object' && 'fields' in item)
}
