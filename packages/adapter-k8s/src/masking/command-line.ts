import type { JsonValue } from '../json.js'
import { withItems } from './members.js'
import { isSecretName } from './secret-names.js'
import type { Walk } from './walk.js'

/** The words of a command. Behind an option that is named for a secret, the next word is the secret. */
export function maskWords(words: readonly JsonValue[], field: string, walk: Walk, depth: number): readonly JsonValue[] {
  return withItems(words, (word, index) => {
    const before = words[index - 1]
    const isValue =
      typeof before === 'string' && typeof word === 'string' && namesSecret(before) && !word.startsWith('-')
    if (isValue && word !== '') return walk.counted(walk.marked(word))
    return walk.value(word, field, depth + 1)
  })
}

/** Whether a word is an option that is named for a secret. */
export function namesSecret(word: string): boolean {
  return /^--?[A-Za-z][\w.-]*$/.test(word) && isSecretName(word, 'chosen')
}
