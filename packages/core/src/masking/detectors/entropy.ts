/** How often each character of ASCII was counted; nothing while no text is looked at. */
const counted = new Uint32Array(128)

/** Shannon entropy of the characters of a text, in bits per character. */
export function entropyOf(text: string): number {
  let isAscii = true
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127) isAscii = false
    else counted[code] = (counted[code] ?? 0) + 1
  }
  let bits = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const count = counted[code] ?? 0
    if (count === 0) continue
    bits += shareOf(count, text.length)
    counted[code] = 0
  }
  return isAscii ? bits : entropyOfAny(text)
}

/** The same of a text in any script, which takes ten times as long. */
function entropyOfAny(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits += shareOf(count, text.length)
  return bits
}

function shareOf(count: number, length: number): number {
  return -(count / length) * Math.log2(count / length)
}

/**
 * Whether a token looks drawn at random: not `AAAA…`, not a placeholder such as `xxxxxxxx` or `YOUR_TOKEN_HERE`. Short tokens
 * cannot reach the entropy of their alphabet, so that the bound grows with the length.
 */
export function looksRandom(token: string): boolean {
  const reachable = Math.log2(Math.min(token.length, /^[\da-f]*$/i.test(token) ? 16 : 48))
  return entropyOf(token) >= 0.65 * reachable
}
