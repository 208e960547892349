import type { UpgradeAnswer } from './upgrade-answer.js'

/** How long a client may take to ask once more. */
const keptMs = 30_000
const mostKept = 64
/** Refusals are short, and an API server may say anything. */
const longest = 16_384

/**
 * What clients were told whose connection became no WebSocket. kubectl asks for the same in SPDY then, which is refused in any case, and
 * shows the last answer alone: it is told once more why it was refused at first.
 */
export class ToldUpgrades {
  readonly #told = new Map<string, { readonly answer: UpgradeAnswer; readonly untilMs: number }>()

  /** The answer to a request that was refused. */
  answerTo(
    { method, target }: { readonly method: string; readonly target: string },
    answer: UpgradeAnswer,
  ): UpgradeAnswer {
    const before = this.#told.get(target)
    this.#told.delete(target)
    if (method !== 'GET') return before !== undefined && performance.now() < before.untilMs ? before.answer : answer
    if (answer.body.length > longest) return answer
    for (const oldest of this.#told.keys()) {
      if (this.#told.size < mostKept) break
      this.#told.delete(oldest)
    }
    this.#told.set(target, { answer, untilMs: performance.now() + keptMs })
    return answer
  }
}
