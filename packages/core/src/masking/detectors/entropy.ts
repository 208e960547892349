/** Shannon entropy of the characters of a text, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/**
 * Whether a token looks drawn at random: not `AAAA…`, not a placeholder such as `xxxxxxxx` or `YOUR_TOKEN_HERE`. Short tokens
 * cannot reach the entropy of their alphabet, so that the bound grows with the length.
 */
export function looksRandom(token: string): boolean {
  const reachable = Math.log2(Math.min(token.length, /^[\da-f]*$/i.test(token) ? 16 : 48))
  return entropyOf(token) >= 0.65 * reachable
}
