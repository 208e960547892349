/** A source that gives bytes in pieces of these sizes, over and over. */
export async function* inPieces(text: string | Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
  let index = 0
  for (let at = 0; at < bytes.length;) {
    const size = Math.max(1, sizes[index++ % sizes.length] ?? 1)
    yield await Promise.resolve(bytes.subarray(at, at + size))
    at += size
  }
}

/** All that comes out, and what ended it before its time. */
export async function collected(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly text: string; readonly error?: unknown }> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of source) parts.push(part)
  } catch (error) {
    return { text: Buffer.concat(parts).toString('utf8'), error }
  }
  return { text: Buffer.concat(parts).toString('utf8') }
}
