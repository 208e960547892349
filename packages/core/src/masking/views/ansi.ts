/** The longest control string that counts as one: a title or a link. What is longer is read as text. */
const longestString = 4096

/** The end of the escape sequence (ECMA-48) that begins at `at`; what has not ended yet goes to the end of the text. */
export function ansiEnd(text: string, at: number): number {
  const isC1 = text.charCodeAt(at) === 0x9b
  const kind = isC1 ? 0x5b : text.charCodeAt(at + 1)
  const next = isC1 ? at + 1 : at + 2
  if (kind === 0x5b) return sequenceEnd(text, next)
  // OSC, DCS, SOS, PM and APC hold a string.
  if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f) return stringEnd(text, next)
  if (kind >= 0x20 && kind <= 0x2f) return sequenceEnd(text, at + 1)
  if (kind >= 0x30 && kind <= 0x7e) return next
  return at + 1
}

/** Parameters and intermediates, then one final character. Anything else ends it, as terminals do. */
function sequenceEnd(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code >= 0x20 && code <= 0x3f; code = text.charCodeAt(at)) at += 1
  const last = text.charCodeAt(at)
  return last >= 0x40 && last <= 0x7e ? at + 1 : at
}

function stringEnd(text: string, from: number): number {
  const most = Math.min(text.length, from + longestString)
  for (let at = from; at < most; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x07 || code === 0x9c) return at + 1
    if (code === 0x1b) return text.charCodeAt(at + 1) === 0x5c ? at + 2 : at
    // A line break inside means that it is no control string, or that it hides lines: both are read.
    if (code === 0x0a) return at
  }
  return from
}
