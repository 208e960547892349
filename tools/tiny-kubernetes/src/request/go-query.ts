/** A query as Go's net/url reads it: pairs with a semicolon or an escape that cannot be read are left out. */
export class GoQuery {
  readonly #values = new Map<string, string[]>()

  constructor(text: string) {
    for (const pair of text.split('&')) {
      if (pair === '' || pair.includes(';')) continue
      const equals = pair.indexOf('=')
      const name = unescaped(equals < 0 ? pair : pair.slice(0, equals))
      const value = equals < 0 ? '' : unescaped(pair.slice(equals + 1))
      if (name === undefined || value === undefined) continue
      this.#values.set(name, [...(this.#values.get(name) ?? []), value])
    }
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** Of those with one name, the first counts. */
  first(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** As options of the API are read: whatever is neither `0` nor `false` is true. */
  flag(name: string): boolean {
    const value = this.first(name)
    return value !== undefined && !['0', 'false'].includes(value.toLowerCase())
  }
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
