import { Strings } from './json-strings.js'

const deepest = 100

/**
 * Says whether a text of JSON nests lists and objects too deeply to be read, without reading it: millions of levels take seconds. What it
 * says of a text that is no JSON means nothing.
 */
export function isTooDeep(text: string): boolean {
  const strings = new Strings(text)
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = strings.endOf(at) - 1
    // `[` and `{`, and `]` and `}`, differ in one bit.
    else if ((code | 0x20) === 0x7b) depth += 1
    else if ((code | 0x20) === 0x7d) depth -= 1
    if (depth > deepest) return true
  }
  return false
}
