/** A value that rules of a policy can ask for. */
export type DangerAttribute = string | boolean | readonly string[]
export type DangerAttributes = Readonly<Record<string, DangerAttribute>>

/** Collects what is worth knowing of a write without being dangerous by itself. */
export class Attributes {
  readonly #lists = new Map<string, Set<string>>()
  readonly #values = new Map<string, string | boolean>()

  set(name: string, value: string | boolean): void {
    this.#values.set(name, value)
  }

  /** Puts a word into a list, once. */
  put(name: string, word: string): void {
    const list = this.#lists.get(name) ?? new Set()
    this.#lists.set(name, list.add(word))
  }

  get all(): DangerAttributes {
    const all: Record<string, DangerAttribute> = Object.fromEntries(this.#values)
    for (const [name, list] of this.#lists) all[name] = Object.freeze(Array.from(list).toSorted())
    return Object.freeze(all)
  }
}
