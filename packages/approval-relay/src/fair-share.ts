/**
 * The first so many of a list, in its order, shared out: each group gives one in turn, and so does each of the groups in it, so that
 * whoever sends many keeps nothing of others out. `groups` names a group of each, the outermost first.
 */
export function fairShare<T>(
  items: readonly T[],
  most: number,
  groups: readonly ((item: T) => string)[],
): readonly T[] {
  if (items.length <= most) return items
  const chosen = new Set(inTurns(items, groups).slice(0, most))
  return items.filter((item) => chosen.has(item))
}

function inTurns<T>(items: readonly T[], [group, ...inner]: readonly ((item: T) => string)[]): readonly T[] {
  if (group === undefined) return items
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const known = groups.get(group(item))
    if (known === undefined) groups.set(group(item), [item])
    else known.push(item)
  }
  const queues = [...groups.values()].map((each) => inTurns(each, inner))
  const longest = Math.max(0, ...queues.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat()
}
