/**
 * Splits the text of a name as the server does for regclass: `Orders` is `orders`, `"Orders"` stays, dots separate.
 * Only ASCII blanks around a part are none of it. Undefined when it is not a name.
 */
export function parseQualifiedName(text: string): readonly string[] | undefined {
  const parts: string[] = []
  const part = /[ \t\n\r\f]*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))[ \t\n\r\f]*(\.|$)/y
  while (part.lastIndex < text.length || parts.length === 0) {
    const match = part.exec(text)
    if (match === null) return undefined
    const [, quoted, plain, separator] = match
    parts.push(quoted !== undefined ? quoted.replaceAll('""', '"') : lowerCase(plain ?? ''))
    if (separator === '') return part.lastIndex === text.length ? parts : undefined
  }
  return undefined
}

/** The server folds ASCII letters only. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
