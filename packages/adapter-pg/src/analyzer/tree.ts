/** A value of PostgreSQL's raw parse tree as libpg_query prints it in JSON. */
export type TreeValue = string | number | boolean | null | TreeNode | readonly TreeValue[]

/** The fields of one node. Absent fields are zero, false, empty or null in the server's own struct. */
export interface TreeNode {
  readonly [field: string]: TreeValue | undefined
}

/** A node with the name of its type. */
export interface TypedNode {
  readonly type: string
  readonly body: TreeNode
}

/** A field that holds text, or `''`. */
export function textOf(node: TreeNode, field: string): string {
  const value = node[field]
  return typeof value === 'string' ? value : ''
}

/** A field that holds a number, or 0. */
export function numberOf(node: TreeNode, field: string): number {
  const value = node[field]
  return typeof value === 'number' ? value : 0
}

/** A field that holds true. */
export function flagOf(node: TreeNode, field: string): boolean {
  return node[field] === true
}

/** CASCADE of a command, as an attribute: more goes with what it names. */
export function cascadeOf(node: TreeNode): { readonly cascade?: true } {
  return textOf(node, 'behavior') === 'DROP_CASCADE' ? { cascade: true } : {}
}

/** A field that holds a node, wrapped or not; undefined when absent. */
export function nodeOf(node: TreeNode, field: string): TreeNode | undefined {
  return asNode(node[field])
}

/** The nodes of a field that holds a list; empty when absent. */
export function listOf(node: TreeNode, field: string): readonly TreeNode[] {
  const value = node[field]
  // The grammar prints lists of nodes only, apart from the empty node `{}` for a null element.
  return Array.isArray(value) ? (value as readonly TreeNode[]) : []
}

/** Takes the type name off a wrapped node: `{"A_Star": {}}`. Undefined for null and for anything that is not wrapped. */
export function unwrap(node: TreeNode | undefined): TypedNode | undefined {
  if (node === undefined) return undefined
  for (const type in node) {
    const body = asNode(node[type])
    const code = type.charCodeAt(0)
    return body !== undefined && code >= 65 && code <= 90 ? { type, body } : undefined
  }
  return undefined
}

/** The body of a wrapped node of this type, else undefined. */
export function bodyOf(node: TreeNode | undefined, type: string): TreeNode | undefined {
  return node === undefined ? undefined : asNode(node[type])
}

/** The text of every `String` in a list of names; undefined when another node is among them. */
export function namesOf(list: readonly TreeNode[]): readonly string[] | undefined {
  const names: string[] = []
  for (const item of list) {
    const name = bodyOf(item, 'String')
    if (name === undefined) return undefined
    names.push(textOf(name, 'sval'))
  }
  return names
}

function asNode(value: TreeValue | undefined): TreeNode | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as TreeNode) : undefined
}
