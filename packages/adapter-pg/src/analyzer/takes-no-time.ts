import { type TreeNode, unwrap } from './tree.js'

/** Whether a value stands there as it is, so that nobody can tell from the time whether it was looked at. */
export function takesNoTime(value: TreeNode): boolean {
  const type = unwrap(value)?.type
  return type === 'A_Const' || type === 'ColumnRef' || type === 'ParamRef'
}
