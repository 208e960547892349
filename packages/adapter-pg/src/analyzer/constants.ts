import { bodyOf, nodeOf, textOf, type TreeNode } from './tree.js'

/** The text of a string literal, also under casts: `'a'`, `'a'::regclass`. Undefined for anything else. */
export function constantText(node: TreeNode | undefined): string | undefined {
  let current = node
  for (let casts = 0; casts < 8; casts += 1) {
    const constant = bodyOf(current, 'A_Const')
    if (constant !== undefined) {
      const text = nodeOf(constant, 'sval')
      return text === undefined ? undefined : textOf(text, 'sval')
    }
    const cast = bodyOf(current, 'TypeCast')
    if (cast === undefined) return undefined
    current = nodeOf(cast, 'arg')
  }
  return undefined
}

/** The number of an integer literal, also with a sign. */
export function constantInteger(node: TreeNode | undefined): number | undefined {
  const constant = bodyOf(node, 'A_Const')
  const number = constant === undefined ? undefined : nodeOf(constant, 'ival')
  if (number === undefined) return undefined
  const value = number['ival']
  return typeof value === 'number' ? value : 0
}
