import type { NameRule } from './secret-names.js'

const longest = 160
const most = 20_000

/** Texts in which nothing was found: the same few stand in every object of a list. */
export class HarmlessTexts {
  readonly #fields: Readonly<Record<NameRule, Map<string | undefined, Set<string>>>> = {
    chosen: new Map(),
    field: new Map(),
  }
  #count = 0

  has(text: string, field: string | undefined, names: NameRule): boolean {
    return text.length <= longest && this.#fields[names].get(field)?.has(text) === true
  }

  add(text: string, field: string | undefined, names: NameRule): void {
    if (text.length > longest || (field !== undefined && field.length > longest)) return
    const fields = this.#fields[names]
    if (this.#count >= most) {
      this.#fields.chosen.clear()
      this.#fields.field.clear()
      this.#count = 0
    }
    this.#count += 1
    const texts = fields.get(field)
    if (texts === undefined) fields.set(field, new Set([text]))
    else texts.add(text)
  }
}
