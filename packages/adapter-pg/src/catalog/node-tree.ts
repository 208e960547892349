/** A node of a tree that the server stores as text (`pg_node_tree`, outfuncs.c): `{TYPE :field value …}`. */
export interface StoredNode {
  readonly type: string
  /** What follows each field: one value, or the parts of a constant. */
  readonly fields: ReadonlyMap<string, readonly StoredValue[]>
}

/** A node, a list, or a word as it is written: `<>` for nothing, `(i 1 2)` for the list `i`, `1`, `2`. */
export type StoredValue = StoredNode | readonly StoredValue[] | string

/**
 * The values that a stored tree consists of, with every field. Throws a SyntaxError for a text that is none, a RangeError for
 * one that is nested too deep.
 */
export function storedValues(tree: string): readonly StoredValue[] {
  const words = new Words(tree)
  const values: StoredValue[] = []
  for (let word = words.next(); word !== undefined; word = words.next()) values.push(valueFrom(word, words))
  return values
}

/** Whether a value is a node. */
export function isStoredNode(value: StoredValue | undefined): value is StoredNode {
  return typeof value === 'object' && !isStoredList(value)
}

/** Whether a value is a list. */
export function isStoredList(value: StoredValue | undefined): value is readonly StoredValue[] {
  return Array.isArray(value)
}

/** The one value of a field. Throws a SyntaxError where there is none. */
export function fieldOf(node: StoredNode, name: string): StoredValue {
  const [value] = node.fields.get(name) ?? []
  if (value === undefined) throw unreadable()
  return value
}

/** A list of nodes; nothing is an empty one. Throws a SyntaxError for anything else. */
export function nodesOf(node: StoredNode, name: string): readonly StoredNode[] {
  const value = fieldOf(node, name)
  if (value === nothing) return []
  if (!isStoredList(value)) throw unreadable()
  return value.map((item) => {
    if (!isStoredNode(item)) throw unreadable()
    return item
  })
}

/** A whole number. Throws a SyntaxError for anything else. */
export function numberOf(node: StoredNode, name: string): number {
  const value = Number(fieldOf(node, name))
  if (!Number.isSafeInteger(value)) throw unreadable()
  return value
}

/** Throws a SyntaxError for anything but `true` and `false`. */
export function truthOf(node: StoredNode, name: string): boolean {
  const value = fieldOf(node, name)
  if (value !== 'true' && value !== 'false') throw unreadable()
  return value === 'true'
}

/** How the server writes that there is nothing. */
export const nothing = '<>'

export function unreadable(): SyntaxError {
  return new SyntaxError('A stored query of the catalog could not be read')
}

/** Words as `pg_strtok` of read.c tells them apart: a backslash takes what is special from the character behind it. */
class Words {
  readonly #text: string
  readonly #pattern = /[(){}]|(?:\\[^]|[^ \n\t(){}\\])+/g

  constructor(text: string) {
    this.#text = text
  }

  next(): string | undefined {
    return this.#pattern.exec(this.#text)?.[0]
  }
}

function valueFrom(word: string, words: Words): StoredValue {
  if (word === '{') return nodeFrom(words)
  if (word === '(') return listFrom(words)
  if (word === '}' || word === ')') throw unreadable()
  return word
}

function listFrom(words: Words): readonly StoredValue[] {
  const items: StoredValue[] = []
  for (;;) {
    const word = words.next()
    if (word === undefined) throw unreadable()
    if (word === ')') return items
    items.push(valueFrom(word, words))
  }
}

/** A name that a user chose may look like a field, but stands where a value does. */
function nodeFrom(words: Words): StoredNode {
  const type = words.next()
  if (type === undefined || !/^\w+$/.test(type)) throw unreadable()
  const fields = new Map<string, readonly StoredValue[]>()
  let values: StoredValue[] | undefined
  for (;;) {
    const word = words.next()
    if (word === undefined) throw unreadable()
    if (word === '}') return { type, fields }
    if (word.startsWith(':') && values?.length !== 0) {
      if (fields.has(word.slice(1))) throw unreadable()
      fields.set(word.slice(1), (values = []))
    } else if (values === undefined) throw unreadable()
    else values.push(valueFrom(word, words))
  }
}
