import { mayHoldSecret } from './secret-settings.js'
import type { ValueReader } from './value-reader.js'

/** Tells the values of settings that may hold a secret: `SET app.key TO x`, also of ALTER and CREATE FUNCTION. */
export class SettingValues implements ValueReader {
  #at: 'outside' | 'name' | 'value' | 'behind' = 'outside'
  /** Tokens of the name. */
  #name: string[] = []

  takes(word: string): boolean {
    if (this.#at === 'value') {
      if (word === '+' || word === '-') return false
      this.#at = 'behind'
      return true
    }
    if (this.#at === 'behind') this.#at = word === ',' ? 'value' : 'outside'
    if (word === 'set') {
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

/** Quoted names may have a point in them, also in other letters. */
function isSecret(name: readonly string[]): boolean {
  return name.some((token) => token === '.' || token.endsWith('"')) || mayHoldSecret(name.at(-1) ?? '')
}
