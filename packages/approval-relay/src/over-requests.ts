import type { HistoryLine } from './desk.js'

/** How many are remembered. */
const most = 50_000

/** Requests that are over, with their engines, so that a repeated message does not ask people again. The oldest are forgotten. */
export class OverRequests {
  readonly #engines = new Map<string, string>()

  constructor(lines: readonly HistoryLine[]) {
    for (const { engine, id } of lines.toReversed()) this.add(id, engine)
  }

  add(id: string, engine: string): void {
    this.#engines.set(id, engine)
    if (this.#engines.size <= most) return
    const [oldest] = this.#engines.keys()
    if (oldest !== undefined) this.#engines.delete(oldest)
  }

  engineOf(id: string): string | undefined {
    return this.#engines.get(id)
  }
}
