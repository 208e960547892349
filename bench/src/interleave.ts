import { seededRandom } from './statistics.js'

/** One way of doing the same work. */
export interface Variant<Name extends string> {
  readonly name: Name
  /** Does the work once. `index` counts up over all repetitions of the variant. */
  readonly run: (index: number) => Promise<unknown>
}

export interface Rounds {
  readonly rounds: number
  /** How often the variants take turns within a round. */
  readonly turns: number
  /** How often a variant runs in one turn. */
  readonly perTurn: number
  /** Called before each turn, outside the measured time. */
  readonly before?: () => void
  /** Milliseconds of what is measured. Default: time. */
  readonly clock?: () => number
}

/** Milliseconds per run, one value per round. */
export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>

/**
 * Runs the variants by turns, in an order that changes, so that whatever else the machine does hits all of them alike.
 * A round that is not measured comes first.
 */
export async function interleave<Name extends string>(
  variants: readonly Variant<Name>[],
  { rounds, turns, perTurn, before, clock = () => performance.now() }: Rounds,
): Promise<Samples<Name>> {
  const random = seededRandom(7)
  const samples = Object.fromEntries(variants.map(({ name }) => [name, [] as number[]])) as Record<Name, number[]>
  const counts = new Map<Name, number>()
  for (let round = -1; round < rounds; round++) {
    const spent = new Map<Name, number>()
    for (let turn = 0; turn < turns; turn++) {
      for (const variant of shuffled(variants, random)) {
        const from = counts.get(variant.name) ?? 0
        counts.set(variant.name, from + perTurn)
        before?.()
        const startedAt = clock()
        for (let index = from; index < from + perTurn; index++) await variant.run(index)
        spent.set(variant.name, (spent.get(variant.name) ?? 0) + clock() - startedAt)
      }
    }
    if (round < 0) continue
    for (const { name } of variants) samples[name].push((spent.get(name) ?? 0) / turns / perTurn)
  }
  return samples
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** Runs a variant over and over for some time; answers how often. */
export async function runFor(milliseconds: number, run: Variant<string>['run']): Promise<number> {
  let count = 0
  const end = performance.now() + milliseconds
  while (performance.now() < end) await run(count++)
  return count
}
