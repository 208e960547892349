const closing = /^[)|]|^$/

/**
 * An expression without assertions that takes at least as long on every text as the one given, so that a proof about it, which
 * assertions would not allow, holds for that one. Lookbehinds are left out: more places to start from. Lookaheads amid are left
 * out; those at an end become a sign that no text has, so that each try goes back through all that it could have matched.
 */
export function boundingExpression(source: string): string {
  let bound = ''
  for (let at = 0; at < source.length;) {
    const assertion = /^\(\?(<?)[!=]/.exec(source.slice(at, at + 4))
    const end = source[at] === '(' ? (assertion === null ? at + 1 : endOfGroup(source, at)) : endOfSign(source, at)
    if (assertion === null) bound += source.slice(at, end)
    else if (assertion[1] === '' && closing.test(source.slice(end, end + 1))) bound += String.raw`\u0001`
    at = end
  }
  return bound.replaceAll(/\(\?<\w+>/g, '(?:')
}

function endOfGroup(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at = endOfSign(source, at)) {
    if (source[at] === '(') depth++
    if (source[at] === ')' && --depth === 0) return at + 1
  }
  throw new Error(`a group does not end in ${source}`)
}

/** The end of an escape, a class or one sign. */
function endOfSign(source: string, start: number): number {
  if (source[start] === '\\') return start + 2
  if (source[start] !== '[') return start + 1
  let at = start + 1
  while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1
  return at + 1
}
