/** What looks for many words at once. Move on with `next = table[state + columns[code]]`. */
export interface KeywordTable {
  /** The column of an ASCII character: letters of both cases share one, and so do all that are in no word. */
  readonly columns: Uint8Array
  /** The next state by state and column. Negative: its complement is, and it accepts. The first state is 0. */
  readonly table: Int32Array
  /** The lists that a word ends of in a state. */
  listsOf(state: number): readonly number[]
}

/**
 * Looks for all words at once (Aho and Corasick, 1975), whatever the case of ASCII letters. Words are ASCII, in lower case, and
 * in lists. The table is as narrow as it can be: what is looked up again and again stays near.
 */
export function keywordTable(words: readonly (readonly string[])[]): KeywordTable {
  const { columns, width } = columnsOf(words.flat().join(''))
  const { children, found } = tree(words, columns)
  const table = new Int32Array(children.length * width)
  const fallback = new Uint32Array(children.length)
  const queue = [0]
  for (const state of queue) {
    const back = fallback[state] ?? 0
    if (state !== 0) found[state]?.push(...(found[back] ?? []))
    for (let column = 0; column < width; column += 1) {
      const child = children[state]?.get(column)
      const other = state === 0 ? 0 : (table[back * width + column] ?? 0) / width
      if (child !== undefined) {
        fallback[child] = other
        queue.push(child)
      }
      table[state * width + column] = (child ?? other) * width
    }
  }
  for (const [place, next] of table.entries()) if ((found[next / width] ?? []).length > 0) table[place] = ~next
  return { columns, table, listsOf: (state) => found[state / width] ?? [] }
}

function columnsOf(letters: string): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(128)
  let width = 1
  for (const letter of letters.toLowerCase()) {
    const code = letter.charCodeAt(0)
    if (columns[code] !== 0) continue
    columns[code] = width
    columns[letter.toUpperCase().charCodeAt(0)] = width
    width += 1
  }
  return { columns, width }
}

function tree(
  words: readonly (readonly string[])[],
  columns: Uint8Array,
): { children: readonly Map<number, number>[]; found: readonly number[][] } {
  const children: Map<number, number>[] = [new Map<number, number>()]
  const found: number[][] = [[]]
  for (const [index, list] of words.entries()) {
    for (const word of list) {
      let state = 0
      for (const letter of word.toLowerCase()) {
        const column = columns[letter.charCodeAt(0)] ?? 0
        const known = children[state]?.get(column)
        if (known === undefined) {
          children.push(new Map())
          found.push([])
          children[state]?.set(column, children.length - 1)
        }
        state = known ?? children.length - 1
      }
      found[state]?.push(index)
    }
  }
  return { children, found }
}
