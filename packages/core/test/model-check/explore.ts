/** What can be explored: what may happen, a small model of the rules, and the real code to play it against. */
export interface Universe<Event> {
  readonly depth: number
  readonly events: readonly Event[]
  /** As the last event of a sequence, whether anybody could see that it happened. */
  isSeen(event: Event): boolean
  /** By the model alone: everything that later events can depend on. */
  keyOf(path: readonly Event[]): string
  /**
   * Plays a sequence on the real code from the beginning, and then, one after the other, events that must change nothing.
   * Answers the key of the state that the sequence leads to. Throws where the code does something else than the model.
   */
  play(path: readonly Event[], quiet: readonly Event[]): Promise<string>
}

/** How much was explored. */
export interface Explored {
  readonly states: number
  /** Sequences that were played. */
  readonly sequences: number
}

/**
 * Plays every sequence of events up to the depth; sequences that lead to the same state are continued once. The events that
 * must change nothing are tried one after the other in one run, at every state.
 */
export async function explore<Event>(universe: Universe<Event>): Promise<Explored> {
  const { depth: deepest, events } = universe
  const seen = new Set<string>([universe.keyOf([])])
  let frontier: readonly (readonly Event[])[] = [[]]
  let sequences = 0
  for (let depth = 1; depth <= deepest; depth++) {
    const next: (readonly Event[])[] = []
    for (const path of frontier) {
      const tried = depth < deepest ? events : events.filter((event) => universe.isSeen(event))
      const before = universe.keyOf(path)
      const isQuiet = (event: Event): boolean => universe.keyOf([...path, event]) === before
      await universe.play(path, tried.filter(isQuiet))
      sequences++
      for (const event of tried.filter((each) => !isQuiet(each))) {
        const after = [...path, event]
        const key = await universe.play(after, [])
        sequences++
        if (seen.has(key)) continue
        seen.add(key)
        next.push(after)
      }
    }
    frontier = next
  }
  return { states: seen.size, sequences }
}

/** A plain check: there are hundreds of thousands, which an assertion library would make slow. */
export function must(holds: boolean, what: string, path: readonly { verb: string; who: string }[]): void {
  if (!holds) throw new Error(`${what}: ${textOf(path)}`)
}

export function textOf(path: readonly { verb: string; who: string }[]): string {
  return path.map(({ verb, who }) => `${verb} ${who}`.trim()).join(', ')
}

/** Whether the long runs are asked for. */
export const isSoak = process.env['BOTHKEYS_SOAK'] === '1'

/** The long runs print their figures. */
export function report(name: string, figures: Explored & { readonly ran: number }): void {
  if (isSoak) console.log(`${name}: ${JSON.stringify(figures)}`)
}
