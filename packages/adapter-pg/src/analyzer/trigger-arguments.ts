/** Tells what CREATE TRIGGER passes to its function: texts, which may be written as bare words, too. */
export class TriggerArguments {
  #statement: string | undefined
  #at: 'outside' | 'function' | 'arguments' = 'outside'

  /** Whether the token is such a value. Takes the tokens of a text one after the other. */
  takes(written: string): boolean {
    const word = written.toLowerCase()
    if (word === ';') {
      this.#statement = undefined
      this.#at = 'outside'
      return false
    }
    this.#statement ??= word
    if (this.#at === 'arguments') {
      if (word === ')') this.#at = 'outside'
      return word !== ')' && word !== ','
    }
    if (this.#at === 'function' && word === '(') this.#at = 'arguments'
    else if (this.#statement === 'create' && word === 'execute') this.#at = 'function'
    return false
  }
}
