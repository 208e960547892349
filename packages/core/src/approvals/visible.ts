/**
 * What a terminal or a reader would not show as it is: control characters (ANSI escapes), format characters (bidi,
 * zero-width, tags), separators and blanks that look like a space, unassigned, private and lone-surrogate code points.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|\\/gu

/**
 * Returns text in which every character can be seen: hidden ones become `\u{…}`, a backslash becomes two.
 * Two different texts never look the same for a hidden character. Line breaks are escaped as well.
 */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    if (character === '\\') return '\\\\'
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}

/** Whether a text has letters outside ASCII, among which look-alikes hide. */
export function hasForeignLetters(text: string): boolean {
  return /[^\p{ASCII}]/u.test(text)
}
