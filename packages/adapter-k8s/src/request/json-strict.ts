import type { JsonValue } from '../json.js'
import { isTooDeep } from './json-depth.js'
import { oddityIn } from './json-scan.js'
import { refuse, type Refused } from './refused.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one JSON value that every reader reads alike. Refuses what is not UTF-8 or not JSON, trailing data, keys given twice (the API server
 * merges what `JSON.parse` replaces), numbers that change when they are written again, halves of surrogate pairs, and deep nesting. Takes time
 * in proportion to the length.
 */
export function parseJsonStrict(bytes: Uint8Array): { readonly value: JsonValue } | Refused {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refuse('The body is not UTF-8.')
  }
  if (isTooDeep(text)) return refuse('The body is nested too deeply.')
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    return refuse('The body is not one value of JSON.')
  }
  return oddityIn(text) ?? { value }
}

/**
 * Writes a value as it goes on. Line breaks of Unicode and control characters are escaped, because the server reads the bodies of applies
 * as YAML, where they would become spaces.
 */
export function writeJson(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(
    // eslint-disable-next-line no-control-regex
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
