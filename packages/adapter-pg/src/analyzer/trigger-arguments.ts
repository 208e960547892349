import type { ValueReader } from './value-reader.js'

/** Tells what CREATE TRIGGER passes to its function: texts. */
export class TriggerArguments implements ValueReader {
  #at: 'outside' | 'function' | 'arguments' = 'outside'

  takes(word: string): boolean {
    if (this.#at === 'arguments') {
      if (word === ')') this.#at = 'outside'
      return word !== ')' && word !== ','
    }
    if (this.#at === 'function' && word === '(') this.#at = 'arguments'
    else if (word === 'execute') this.#at = 'function'
    return false
  }
}
