import type { TreeNode, TreeValue } from './tree.js'

/**
 * Every node of some trees, without recursion: trees may be as deep as a text is long. Fields that `skip` names are not gone into.
 */
export function* nodesIn(roots: Iterable<TreeValue>, skip?: ReadonlySet<string>): Generator<TreeNode, void> {
  const waiting: TreeValue[] = [...roots]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      // One by one: what is spread stands on the stack.
      for (const item of value as readonly TreeValue[]) waiting.push(item)
      continue
    }
    // Not an array: the JSON has only objects besides.
    const node = value as TreeNode
    yield node
    for (const field in node) {
      const below = node[field]
      if (typeof below === 'object' && below !== null && skip?.has(field) !== true) waiting.push(below)
    }
  }
}
