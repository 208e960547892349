import { RE2JS } from 're2js'

/** A pattern in the linear dialect (RE2 syntax, no back references, no look-around). */
export interface TextPattern {
  readonly source: string
  /** Of its program: what a search may take for each character of a text. */
  readonly size: number
  /** Whether the pattern is found anywhere in the text, in time linear in it. */
  found(text: string): boolean
}

/** The longest pattern, and the largest program that one may compile to. */
export const longestPattern = 1_000
const largestProgram = 2_000

/** Compiles a pattern, or answers in a few words what is wrong with it. */
export function compileTextPattern(source: string): TextPattern | string {
  if (source === '') return 'a pattern cannot be empty'
  if (source.length > longestPattern) return `a pattern may have at most ${String(longestPattern)} characters`
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it does not compile'
    return `not a pattern of the linear dialect: ${reason}`
  }
  const size = compiled.programSize()
  if (size > largestProgram) return 'the pattern is too large; use smaller repetition counts'
  return { source, size, found: (text) => compiled.test(text) }
}
