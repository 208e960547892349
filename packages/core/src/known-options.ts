import { BothKeysError } from './errors.js'
import { suggestion } from './policy/nearest.js'

/**
 * Refuses options that do not exist: a misspelt one would be none at all, and what it asks for would not be done. `of` names
 * the function. Throws ERR_CONFIG_INVALID with the option that was probably meant.
 */
export function assertKnownOptions(of: string, options: unknown, known: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) throw wrongOption(of, 'its options must be an object')
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw wrongOption(of, `there is no option ${name}${suggestion(name, [...known])}`)
  }
}

/** A wrong option of a function. */
export function wrongOption(of: string, what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `${of}: ${what}`)
}

/** A name of something that does not exist, with the one that was probably meant. `what` says what it would name. */
export function unknownName(of: string, what: string, name: string, known: readonly string[]): BothKeysError {
  return wrongOption(of, `there is no ${what} ${JSON.stringify(name)}${suggestion(name, known)}`)
}
