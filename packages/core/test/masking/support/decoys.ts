const base64 = Buffer.from('４ 4.1.1.1.1 4-1-1-1-1 %34&#52;').toString('base64')

/** A text in which so much can be read in other ways that nobody reads all of it, around something. */
export function amongDecoys(text: string): string {
  const decoys = `４ 4.1.1.1.1 4-1-1-1-1 %34&#52; ${base64}\n`.repeat(100)
  return `${decoys}${text}\n${decoys}`
}
