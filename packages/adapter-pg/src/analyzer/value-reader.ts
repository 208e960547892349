/** Reads one statement and tells its values of one kind that may be written as bare words. */
export interface ValueReader {
  /** Whether the token is such a value. Takes the tokens in lower case, one after the other. */
  takes(word: string): boolean
}
