/** What one escape stands for. A byte may be a part of a character in UTF-8; a code point is one. */
export interface Escape {
  readonly end: number
  readonly value: number
  readonly isByte: boolean
}
