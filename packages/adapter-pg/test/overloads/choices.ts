import type { Random } from '../soak/random.js'

export function one<Item>(random: Random, items: readonly Item[]): Item {
  if (items.length === 0) throw new RangeError('nothing to choose from')
  return items[random.between(0, items.length - 1)] as Item
}

/** Some of the items, in another order. */
export function some<Item>(random: Random, items: readonly Item[], count: number): readonly Item[] {
  const left = [...items]
  const chosen: Item[] = []
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(random.between(0, left.length - 1), 1))
  return chosen
}
