import { bodyOf, listOf, type TreeNode } from './tree.js'

/** Whether an item of a list stands for any number of them: `t.*`, `(x).*`. Behind it nothing is known of the places of others. */
export function isStar(item: TreeNode): boolean {
  const fields = listOf(bodyOf(item, 'ColumnRef') ?? {}, 'fields')
  const steps = listOf(bodyOf(item, 'A_Indirection') ?? {}, 'indirection')
  return bodyOf(fields.at(-1) ?? steps.at(-1), 'A_Star') !== undefined
}
