import { membersOf } from '../../model/members.js'
import type { OperatorProblem } from './spec.js'

type Path = OperatorProblem['path']

/** Reads the settings of one operator from plain values, and notes what is wrong with them. */
export class SettingsReader {
  readonly problems: OperatorProblem[] = []
  readonly #members: Readonly<Record<string, unknown>>
  readonly #path: Path

  /** `known` are the settings that there are: any other is a problem. */
  constructor(settings: unknown, path: Path, known: readonly string[]) {
    const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings)
    this.#path = path
    this.#members = isObject ? membersOf(settings) : {}
    if (!isObject) this.problems.push({ path, message: `expected an object with ${known.join(', ')}` })
    for (const name of Object.keys(this.#members)) {
      if (known.includes(name)) continue
      this.problems.push({ path: [...path, name], message: `unknown key; known here: ${known.join(', ')}` })
    }
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined
  }

  /** A whole number in the bounds. `otherwise` when it is not there; a problem when there is none to take instead. */
  whole(name: string, least: number, most: number, otherwise?: number): number {
    const value = this.get(name) ?? otherwise
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    this.wrong([name], `expected a whole number from ${String(least)} to ${String(most)}`)
    return least
  }

  oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const value = this.get(name) ?? otherwise
    const found = values.find((each) => each === value)
    if (found === undefined) this.wrong([name], `expected ${values.join(' or ')}`)
    return found ?? otherwise
  }

  flag(name: string): boolean {
    const value = this.get(name) ?? false
    if (typeof value !== 'boolean') this.wrong([name], 'expected true or false')
    return value === true
  }

  /** Notes a problem with what stands at `rest`. */
  wrong(rest: Path, message: string): void {
    this.problems.push({ path: [...this.#path, ...rest], message })
  }
}
