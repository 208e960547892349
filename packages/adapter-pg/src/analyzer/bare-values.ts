import { SettingValues } from './setting-values.js'
import { TriggerArguments } from './trigger-arguments.js'
import type { ValueReader } from './value-reader.js'

/** Tells the values of a text that may be written as bare words: its statements apart, each with the readers for its kind. */
export class BareValues {
  #readers: readonly ValueReader[] | undefined

  /** Whether the token is such a value. Takes the tokens of the text one after the other. */
  takes(written: string): boolean {
    const word = written.toLowerCase()
    if (word === ';') {
      this.#readers = undefined
      return false
    }
    this.#readers ??= readersOf(word)
    let isValue = false
    for (const reader of this.#readers) if (reader.takes(word)) isValue = true
    return isValue
  }
}

/** By the word that a statement begins with. */
function readersOf(first: string): readonly ValueReader[] {
  switch (first) {
    case 'set':
    case 'alter':
      return [new SettingValues()]
    case 'create':
      return [new SettingValues(), new TriggerArguments()]
    default:
      return []
  }
}
