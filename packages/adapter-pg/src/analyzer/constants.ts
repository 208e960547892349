import { bodyOf, nodeOf, textOf, type TreeNode } from './tree.js'

/** The text of a string literal as it is written. Undefined for anything else, a cast of one among it: a cast may change it. */
export function constantText(node: TreeNode | undefined): string | undefined {
  const constant = bodyOf(node, 'A_Const')
  const text = constant === undefined ? undefined : nodeOf(constant, 'sval')
  return text === undefined ? undefined : textOf(text, 'sval')
}

/** The number of an integer literal, also with a sign. */
export function constantInteger(node: TreeNode | undefined): number | undefined {
  const constant = bodyOf(node, 'A_Const')
  const number = constant === undefined ? undefined : nodeOf(constant, 'ival')
  if (number === undefined) return undefined
  const value = number['ival']
  return typeof value === 'number' ? value : 0
}
