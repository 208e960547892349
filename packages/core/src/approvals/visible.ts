const ignored = '\\p{Default_Ignorable_Code_Point}'
// Marks of combining class 1 (Unicode Standard, section 4.3), for which there is no property here, and those that enclose.
const over = '\\p{Me}\\u0334-\\u0338\\u20d2\\u20d3\\u20d8-\\u20da\\u20e5\\u20e6\\u20ea\\u20eb'
// What is written out is no letter any more: a mark behind it would be drawn on our own brace.
const letterWithTwo = `(?![${ignored}])\\p{L}(?:(?![${ignored}${over}])\\p{M}){0,2}`

/**
 * What a terminal or a reader would not show as it is: control characters (ANSI escapes), format characters (bidi,
 * zero-width, tags), separators and blanks that look like a space, unassigned, private and lone-surrogate code points. And marks
 * that are drawn over what stands before them, so that it reads as something else or not at all: those that strike through or
 * enclose it, those on anything but a letter, and more than three on one.
 */
const hidden = new RegExp(
  [
    `[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}${ignored}${over}\\u2800]`,
    '(?! )\\p{Zs}',
    `(?<!${letterWithTwo})\\p{M}`,
  ].join('|'),
  'gu',
)

/** A text without any of it, as most are; telling so costs far less than to look for each. */
const plain = /^[\x20-\x7e]*$/

/** Returns text in which every hidden character, line breaks too, is written `\u{…}`. */
export function escapeHidden(text: string): string {
  if (plain.test(text)) return text
  return text.replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same with every backslash doubled, so that two different texts never look the same for a hidden character. */
export function visible(text: string): string {
  return escapeHidden(text.replaceAll('\\', '\\\\'))
}

/** Returns text without hidden characters, for words that travel on: what ends a line or stands between words is one blank. */
export function withoutHidden(text: string): string {
  return text.replace(hidden, (character) => (/\s/u.test(character) ? ' ' : ''))
}

/** The same between double quotes, for whatever is not ours: every text has one reading, and none goes on outside of its quotes. */
export function inQuotes(text: string): string {
  // Backslashes are doubled by then, so that `\"` is a quote and nothing else.
  return `"${visible(text).replaceAll('"', '\\"')}"`
}

/** As it is where nothing in it could be read as more than one word of ASCII, or as the end of one; else in quotes. */
export function word(text: string): string {
  return /^[\w$.:/@#+-]+$/u.test(text) ? text : inQuotes(text)
}

/** Whether a text has letters outside ASCII, among which look-alikes hide. */
export function hasForeignLetters(text: string): boolean {
  return /[^\p{ASCII}]/u.test(text)
}
