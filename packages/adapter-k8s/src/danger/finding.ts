/**
 * What a finding is about. `baseline` and `restricted` are levels of the Pod Security Standards that a pod does not keep;
 * `takeover` is a pod that gets at more than it should in another way; `escalate` and `grant` are rights; the others say that the
 * control plane is changed, that something is lost, that code is run, that bytes pass unseen, or that a write takes more with it than
 * it says.
 */
export type FindingLevel =
  | 'baseline'
  | 'restricted'
  | 'takeover'
  | 'escalate'
  | 'grant'
  | 'control-plane'
  | 'destroy'
  | 'run'
  | 'tunnel'
  | 'write-style'

/** One thing that is dangerous. Neither `path` nor `message` holds a value: only names of fields. */
export interface Finding {
  readonly level: FindingLevel
  readonly check: string
  readonly path: string
  readonly message: string
}

/** An object of thousands of parts must not make an answer that nobody can read. */
const mostOfOneCheck = 20
const longestPath = 500

/** Collects findings, the first of each check. */
export class Findings {
  readonly #kept: Finding[] = []
  readonly #seen = new Set<string>()
  readonly #counts = new Map<string, number>()
  readonly #levels = new Set<FindingLevel>()

  add(level: FindingLevel, check: string, path: string, message: string): void {
    this.#levels.add(level)
    const key = `${level}/${check}`
    const count = this.#counts.get(key) ?? 0
    if (count >= mostOfOneCheck) return
    const place = `${key} ${path}`
    if (this.#seen.has(place)) return
    this.#seen.add(place)
    this.#counts.set(key, count + 1)
    this.#kept.push(Object.freeze({ level, check, path: shown(path), message }))
  }

  hasLevel(level: FindingLevel): boolean {
    return this.#levels.has(level)
  }

  get all(): readonly Finding[] {
    return Object.freeze(this.#kept.slice())
  }
}

function shown(path: string): string {
  return path.length > longestPath ? `${path.slice(0, longestPath)}…` : path
}
