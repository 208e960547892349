import { mayHoldSecret } from './secret-settings.js'

/**
 * Tells the values of settings that may hold a secret, which SET takes as bare words, too: `SET app.key TO x`, also of ALTER and
 * CREATE FUNCTION.
 */
export class SettingValues {
  #statement: string | undefined
  #at: 'outside' | 'name' | 'value' | 'behind' = 'outside'
  /** Tokens of the name. */
  #name: string[] = []

  /** Whether the token is such a value. Takes the tokens of a text one after the other. */
  takes(written: string): boolean {
    const word = written.toLowerCase()
    if (word === ';') {
      this.#statement = undefined
      this.#at = 'outside'
      return false
    }
    this.#statement ??= word
    if (this.#at === 'value') {
      if (word === '+' || word === '-') return false
      this.#at = 'behind'
      return true
    }
    if (this.#at === 'behind') this.#at = word === ',' ? 'value' : 'outside'
    if (word === 'set' && settingStatements.has(this.#statement)) {
      this.#at = 'name'
      this.#name = []
    } else if (this.#at === 'name') {
      if (word === 'to' || word === '=') this.#at = isSecret(this.#name) ? 'value' : 'outside'
      else if (/^[(),]$/.test(word)) this.#at = 'outside'
      else this.#name.push(word)
    }
    return false
  }
}

const settingStatements: ReadonlySet<string> = new Set(['set', 'alter', 'create'])

/** Quoted names may have a point in them, also in other letters. */
function isSecret(name: readonly string[]): boolean {
  return name.some((token) => token === '.' || token.endsWith('"')) || mayHoldSecret(name.at(-1) ?? '')
}
