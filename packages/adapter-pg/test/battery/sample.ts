import { Random } from '../soak/random.js'
import { isWhole, seed } from '../soak/scale.js'

/**
 * All items in a whole run (`npm run battery`, `npm run soak`), else about `count` of them: one of each group, and more as
 * they come. The seed repeats the choice.
 */
export function sampleOf<Item>(
  items: readonly Item[],
  count: number,
  groupOf: (item: Item) => string,
): readonly Item[] {
  if (isWhole || items.length <= count) return items
  const shuffled = shuffle(items)
  const firsts = new Map<string, Item>()
  for (const item of shuffled) if (!firsts.has(groupOf(item))) firsts.set(groupOf(item), item)
  const chosen = new Set(firsts.values())
  for (const item of shuffled) if (chosen.size < count) chosen.add(item)
  return items.filter((item) => chosen.has(item))
}

/** What a run prints, so that it can be repeated. */
export const sampleName: string = isWhole ? 'whole' : `a sample, BOTHKEYS_SEED=${String(seed)}`

function shuffle<Item>(items: readonly Item[]): readonly Item[] {
  const random = new Random(seed)
  return items
    .map((item) => ({ item, place: random.next() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item)
}
