/** A node of a tree that the server stores as text (`pg_node_tree`, outfuncs.c): `{TYPE :field value …}`. */
export interface ExpressionNode {
  readonly type: string
  /** Its text without that of the nodes in it. */
  readonly own: string
  readonly children: readonly ExpressionNode[]
}

/**
 * The outermost nodes of a stored tree. Braces inside names and values are escaped by a backslash there. Throws a
 * SyntaxError for text whose braces do not pair.
 */
export function expressionNodes(tree: string): readonly ExpressionNode[] {
  const outermost: Open = { pieces: [], children: [] }
  const open: Open[] = [outermost]
  let from = 0
  for (const { index, 0: found } of tree.matchAll(structure)) {
    if (found !== '{' && found !== '}') continue
    const node = open.at(-1)
    node?.pieces.push(tree.slice(from, index))
    from = index + 1
    if (found === '{') open.push({ pieces: [], children: [] })
    else {
      const parent = open.at(-2)
      if (node === undefined || parent === undefined) throw unpaired()
      parent.children.push(closed(node))
      open.pop()
    }
  }
  if (open.length !== 1) throw unpaired()
  return outermost.children
}

interface Open {
  readonly pieces: string[]
  readonly children: ExpressionNode[]
}

/** Escaped characters as one, so that what follows a backslash never counts. */
const structure = /\\.|[{}]/gsu

function closed({ pieces, children }: Open): ExpressionNode {
  const own = pieces.join('')
  return { type: /^\w+/.exec(own)?.[0] ?? '', own, children }
}

function unpaired(): SyntaxError {
  return new SyntaxError('A stored expression of the catalog could not be read')
}
