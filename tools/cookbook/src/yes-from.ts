/** Somebody of whom a row says that they say yes. */
export interface YesFrom {
  readonly name: string
  /** Whether they sign it, where they log in, instead of having a function say so. */
  readonly signs: boolean
  /** Why it does not count. Undefined: it counts. */
  readonly because: string | undefined
}

/** Reads a cell: `grace`, `ada (not-independent)`, `linus signs`, with commas between them. Throws on anything else. */
export function yesFrom(cell: string): readonly YesFrom[] {
  if (cell === '') return []
  return cell.split(', ').map((each) => {
    const match = /^([a-z][\w-]*)( signs)?(?: \(([a-z-]+)\))?$/.exec(each)
    if (match === null) throw new Error(`nobody says yes like this: ${each}`)
    return { name: match[1] ?? '', signs: match[2] !== undefined, because: match[3] }
  })
}
